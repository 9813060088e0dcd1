import { type ErrorDetails, OdLinkError } from '../errors.ts'

/** No response arrived. `sent` says whether the server may have received the request, and so may have done the work. */
export class NetworkError extends OdLinkError {
  constructor(
    message: string,
    readonly sent: boolean,
    details: ErrorDetails = {},
  ) {
    super('network', message, details)
  }
}

/** How far a request got: to the proxy or the server, through the proxy's tunnel, or completely sent. */
export type Stage = 'connecting' | 'tunnelled' | 'sent'

/** What failed in the transport, and how far the request had got. */
export class TransportError extends Error {
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
