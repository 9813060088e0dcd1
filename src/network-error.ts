import { OdLinkError } from './errors.ts'
import { wordsFor } from './network-troubles.ts'

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

/** Where the request was going. */
export interface Route {
  url: URL
  /** Whether that is this machine. */
  isLoopback: boolean
  /** The proxy on the way, without its credentials. */
  proxy: { host: string; variable: string; hasCredentials: boolean } | undefined
  /** Whether the system's certificate store was asked. */
  systemAsked: boolean
  /** How long it took to fail, in milliseconds. */
  waitedMs: number
}

/** Tells DNS, refusal, TLS, silence and the proxy's own troubles apart, each with what to do about it. */
export function networkError(error: Error, route: Route): NetworkError {
  const failure =
    error instanceof WireFailure
      ? error
      : new WireFailure((error as NodeJS.ErrnoException).code ?? error.message, 'connecting', error)
  const [message, hint] = wordsFor(failure, route)
  return new NetworkError(message, hint, failure.stage === 'sent', error)
}
