/**
 * What went wrong, as a word; each has one exit code, and both are part of the interface (scripts branch on
 * the code, programs on `error.kind` of the JSON form).
 */
export const exitCodes = {
  internal: 1,
  usage: 2,
  taken: 3,
  'sign-in': 4,
  keychain: 5,
  service: 6,
  network: 7,
  'not-found': 8,
  'not-allowed': 9,
  interrupted: 130,
} as const satisfies Record<string, number>

export type ErrorKind = keyof typeof exitCodes

export interface ErrorDetails {
  /** What to do next: wherever possible a command that can be pasted. */
  hint?: string | undefined
  /** Microsoft's own code, when there is one: `AADSTS65001`, `nameAlreadyExists`. */
  code?: string | undefined
  /** What Microsoft's support asks for: `request-id` of Graph, `trace_id` of the identity platform. */
  requestId?: string | undefined
  /** The server's own time stamp of the failure, as it wrote it. */
  timestamp?: string | undefined
  cause?: unknown
}

/**
 * The one error type of od-link. `message` says what happened in a sentence, `hint` what to do next; neither
 * ever holds a token, code, verifier or secret. `terminal` prints it, nothing else formats errors.
 */
export class OdLinkError extends Error {
  override readonly name = 'OdLinkError'
  readonly kind: ErrorKind
  readonly hint: string | undefined
  readonly code: string | undefined
  readonly requestId: string | undefined
  readonly timestamp: string | undefined

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause })
    this.kind = kind
    this.hint = details.hint
    this.code = details.code
    this.requestId = details.requestId
    this.timestamp = details.timestamp
  }

  /** The same error in other words: what is not given stays as it is. */
  retold({ message = this.message, ...details }: ErrorDetails & { message?: string }): OdLinkError {
    const { kind, hint, code, requestId, timestamp, cause } = this
    return new OdLinkError(kind, message, { hint, code, requestId, timestamp, cause, ...details })
  }

  get exitCode(): number {
    return exitCodes[this.kind]
  }
}

/** A fault of od-link's own, as an error. */
export function unforeseen(error: unknown): OdLinkError {
  const what = error instanceof Error ? error.message : String(error)
  return new OdLinkError('internal', `Something went wrong that od-link has no name for: ${what}`, {
    hint: 'Please report it, with what you typed; DEBUG=od-link shows where it happened.',
    cause: error,
  })
}

/**
 * A call in a native module that did not come back in time. Its thread is still waiting, and Node would wait for
 * it before it exits.
 */
export class StuckCall extends Error {
  /** Whether there was one in this process, whatever became of its error. */
  static happened = false

  constructor(message: string) {
    super(message)
    StuckCall.happened = true
  }
}
