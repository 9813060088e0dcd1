import { OdLinkError } from '../errors.ts'

/** No answer came. `sent` says whether the server may have seen the request, and so may have done the work. */
export class NetworkError extends OdLinkError {
  constructor(
    message: string,
    hint: string | undefined,
    readonly sent: boolean,
    cause: unknown,
  ) {
    super('network', message, { hint, cause })
  }
}

/** How far a request came: to the proxy or the server, through the proxy's tunnel, or out of the house. */
export type Stage = 'connecting' | 'tunnelled' | 'sent'

/** What went wrong on the wire, and how far the request had come. */
export class WireFailure extends Error {
  /** @param detail what the other side said about it. */
  constructor(
    readonly code: string,
    readonly stage: Stage,
    cause?: unknown,
    readonly detail = '',
  ) {
    super(code, { cause })
  }
}
