import type { ErrorKind } from '../errors.ts'

/** What a refusal of Microsoft Graph comes from, and what to do about it. */
interface Cause {
  kind: ErrorKind
  /** One sentence, where nothing is known but the code. */
  meaning: string
  cure: string
}

export const useFolder = 'To use the folder that is there: --on-conflict reuse'
export const makeAnother = 'To make another beside it: --on-conflict rename'

export const causes = {
  taken: {
    kind: 'taken',
    meaning: 'The name is taken in that folder.',
    cure: `${useFolder}\n${makeAnother}`,
  },
  noSpace: {
    kind: 'not-allowed',
    meaning: 'There is no space left in this OneDrive.',
    cure: 'Free some space, or empty the recycle bin: https://onedrive.live.com',
  },
  forbidden: {
    kind: 'not-allowed',
    meaning: 'This account, or the scope of the link, does not allow it.',
    cure: 'If the scope is too narrow, link again with a wider one: od-link login --scope Files.ReadWrite.All',
  },
  locked: { kind: 'not-allowed', meaning: 'The item is locked.', cure: 'Try again later.' },
  notFound: {
    kind: 'not-found',
    meaning: 'There is nothing at that place in the drive.',
    cure: 'od-link status --check',
  },
  signIn: {
    kind: 'sign-in',
    meaning: 'Microsoft Graph does not accept the link any more.',
    cure: 'od-link login',
  },
  throttled: {
    kind: 'service',
    meaning: 'Microsoft throttles this app: too many requests in a short time.',
    cure: 'Try again in some minutes; mkdir and api can wait longer: --max-wait 600',
  },
  trouble: {
    kind: 'service',
    meaning: 'Microsoft Graph is in trouble.',
    cure: 'Try again in some minutes; mkdir and api can wait longer: --max-wait 600',
  },
  name: {
    kind: 'usage',
    meaning: 'OneDrive does not accept this name or path.',
    cure: 'Choose another name.',
  },
  request: {
    kind: 'usage',
    meaning: 'Microsoft Graph does not accept the request, most often for a name or a path in it.',
    cure: 'Choose another name.',
  },
} as const satisfies Record<string, Cause>

type CauseName = keyof typeof causes

/** Graph's codes. https://learn.microsoft.com/en-us/graph/errors#code-property */
const byCode: Record<string, CauseName> = {
  accessDenied: 'forbidden',
  accountUpgradeRequired: 'noSpace',
  activityLimitReached: 'throttled',
  generalException: 'trouble',
  insufficientStorage: 'noSpace',
  InvalidAuthenticationToken: 'signIn',
  invalidPath: 'name',
  invalidRequest: 'request',
  itemNotFound: 'notFound',
  nameAlreadyExists: 'taken',
  nameContainsInvalidCharacters: 'name',
  pathIsTooLong: 'name',
  pathTooDeep: 'name',
  quotaLimitReached: 'noSpace',
  reservedName: 'name',
  resourceLocked: 'locked',
  serviceNotAvailable: 'trouble',
  tooManyRequests: 'throttled',
  unauthenticated: 'signIn',
}

/** Whether one of an answer's codes has this cause. */
export function isCause(cause: CauseName, codes: readonly string[]): boolean {
  return codes.some((code) => byCode[code] === cause)
}

export const graphCodes: readonly string[] = Object.keys(byCode)

/** @param code one of `graphCodes`. */
export function graphCause(code: string): Cause | undefined {
  const name = byCode[code]
  return name && causes[name]
}
