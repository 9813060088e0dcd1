import { hintOf, type NextStep } from './text/next-step.ts'

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

/**
 * Why, as a word that is finer than the kind, under the kind that it usually comes with. The words are part of the
 * interface as `error.reason` of the JSON form, so that neither a program nor od-link itself has to search a sentence.
 * `od-link help reasons` lists them. An error without one has its kind as its reason.
 */
export const reasons = {
  internal: ['output-lost'],
  usage: [
    'unknown-command',
    'unknown-option',
    'missing-argument',
    'unexpected-argument',
    'invalid-value',
    'conflicting-options',
    'invalid-name',
    'invalid-path',
    'local-path',
    'unknown-drive',
    'invalid-list',
    'invalid-setting',
    'missing-setting',
    'missing-client-id',
    'settings-unusable',
    'local-file',
    'not-a-file',
    'port-in-use',
    'unprintable',
    'cancelled',
    'refused-request',
    'foreign-address',
  ],
  taken: ['name-taken', 'similar-name', 'not-a-folder', 'changed-meanwhile', 'upload-under-way'],
  'sign-in': [
    'not-linked',
    'unknown-account',
    'ambiguous-account',
    'tokens-gone',
    'link-ended',
    'token-refused',
    'sign-in-declined',
    'sign-in-timeout',
    'sign-in-refused',
    'consent-needed',
    'admin-approval-needed',
    'blocked-by-policy',
    'code-expired',
    'registration',
    'client-secret',
    'wrong-account',
  ],
  keychain: [
    'keychain-missing',
    'keychain-locked',
    'keychain-refused',
    'keychain-silent',
    'keychain-module',
    'helper-missing',
    'helper-failed',
    'key-missing',
    'key-invalid',
    'key-not-private',
    'key-wrong',
    'record-damaged',
    'record-swapped',
    'store-forgetful',
    'store-full',
    'store-read-only',
    'store-not-private',
    'store-unusable',
  ],
  service: [
    'throttled',
    'unavailable',
    'drive-read-only',
    'unreadable-answer',
    'lock-held',
    'upload-unfinished',
    'content-differs',
  ],
  network: ['unreachable', 'dns', 'tls', 'proxy', 'timeout', 'clock'],
  'not-found': ['no-such-item', 'no-such-code', 'delta-expired'],
  'not-allowed': [
    'access-denied',
    'scope-too-narrow',
    'no-space',
    'no-drive',
    'locked',
    'limit-reached',
    'malware',
    'drive-frozen',
    'drive-blocked',
  ],
  interrupted: [],
} as const satisfies Record<ErrorKind, readonly string[]>

/** A word of the list. */
export type ListedReason = (typeof reasons)[ErrorKind][number]

export type Reason = ListedReason | ErrorKind

export interface ErrorDetails {
  reason?: Reason | undefined
  /** What to do next, in the order in which a person tries it. */
  next?: readonly NextStep[] | undefined
  /** The same as plain lines, where it is not a command of od-link's. */
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
  readonly reason: Reason
  readonly next: readonly NextStep[]
  readonly code: string | undefined
  readonly requestId: string | undefined
  readonly timestamp: string | undefined

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause })
    this.kind = kind
    this.reason = details.reason ?? kind
    this.next = details.next ?? details.hint?.split('\n') ?? []
    this.code = details.code
    this.requestId = details.requestId
    this.timestamp = details.timestamp
  }

  /** The next steps as lines: wherever possible a command that can be pasted. */
  get hint(): string | undefined {
    return hintOf(this.next) || undefined
  }

  /** The same error in other words: what is not given stays as it is. */
  with({ message = this.message, ...details }: ErrorDetails & { message?: string }): OdLinkError {
    const { kind, reason, code, requestId, timestamp, cause } = this
    const next = details.hint === undefined ? this.next : undefined
    return new OdLinkError(kind, message, { reason, next, code, requestId, timestamp, cause, ...details })
  }

  get exitCode(): number {
    return exitCodes[this.kind]
  }
}

/** The error for a bug in od-link. */
export function internalError(error: unknown): OdLinkError {
  const what = error instanceof Error ? error.message : String(error)
  return new OdLinkError('internal', `Unexpected error: ${what}`, {
    hint: 'Please report it, with what you typed; DEBUG=od-link shows where it happened.',
    cause: error,
  })
}
