import { accountFlag } from '../accounts/index.ts'
import type { ErrorKind, Reason } from '../errors.ts'
import { afterTheWait } from '../http/retry.ts'
import { isJsonObject, textIn } from '../text/json.ts'
import type { NextStep } from '../text/next-step.ts'
import { fromOutside } from '../text/sanitize.ts'
import type { GraphAnswer } from './answer.ts'
import { missingScope } from './scopes.ts'

/*
 * What Graph's refusals mean. Single requests, items of a batch, uploads, downloads, `status`, `doctor` and `explain` all
 * ask this table. https://learn.microsoft.com/en-us/graph/errors
 */

/** What a refusal comes from, and what to do about it. */
export interface Meaning {
  kind: ErrorKind
  reason: Reason
  /** One sentence, for `explain` and where Microsoft gives no reason. */
  meaning: string
  /**
   * How the error begins; Microsoft's own words follow. Default: that the subject failed.
   * @param subject what the request was about, as a sentence begins: `Creating "/a/b"`.
   */
  says?: (subject: string) => string
  /** The meaning says all, so Microsoft's words are not added. */
  isComplete?: true
  next: readonly NextStep[] | ((answer: GraphAnswer) => readonly NextStep[])
  /** The same request may succeed a moment later. */
  passes?: true
  /** No other request to write to this drive can succeed either. */
  endsAll?: true
}

const anotherName = 'Choose another name.'
const wholeResponse: NextStep = { intro: 'To see the whole response:', flags: { include: true } }

/** After a name conflict. They complete the command that ran, if it has that option. */
export const useExisting = {
  intro: 'To use the existing folder:',
  flags: { 'on-conflict': 'reuse' },
} as const
export const createCopy = {
  intro: 'To create a copy with a new name:',
  flags: { 'on-conflict': 'rename' },
} as const

const meanings = {
  throttled: {
    kind: 'service',
    reason: 'throttled',
    meaning: 'Microsoft is throttling this app: too many requests in a short time.',
    isComplete: true,
    next: whenThrottled,
    passes: true,
  },
  unavailable: {
    kind: 'service',
    reason: 'unavailable',
    meaning: 'Microsoft Graph is unavailable.',
    isComplete: true,
    next: whenThrottled,
    passes: true,
  },
  beingSetUp: {
    kind: 'service',
    reason: 'unavailable',
    meaning: 'This OneDrive is being set up.',
    isComplete: true,
    next: whenThrottled,
    passes: true,
  },
  readOnly: {
    kind: 'service',
    reason: 'drive-read-only',
    meaning: 'OneDrive is read-only for now.',
    says: () => 'OneDrive is read-only for now',
    next: ['Try again later. Neither the link nor its scope has to change.'],
    endsAll: true,
  },
  noSpace: {
    kind: 'not-allowed',
    reason: 'no-space',
    meaning: 'There is no space left in this OneDrive.',
    isComplete: true,
    next: ['Free some space, or empty the recycle bin: https://onedrive.live.com'],
    endsAll: true,
  },
  frozen: {
    kind: 'not-allowed',
    reason: 'drive-frozen',
    meaning: 'This OneDrive is frozen.',
    says: () => 'This OneDrive is frozen',
    next: ['Open https://onedrive.live.com with this account. It shows how to unfreeze it.'],
    endsAll: true,
  },
  tooMany: {
    kind: 'not-allowed',
    reason: 'limit-reached',
    meaning: 'The folder or the drive has reached the number of items that OneDrive allows.',
    next: ['Use another parent folder, or remove what is no longer needed.'],
  },
  tooLarge: {
    kind: 'not-allowed',
    reason: 'limit-reached',
    meaning: 'The file is larger than OneDrive allows.',
    next: ['Split the file or compress it.'],
  },
  malware: {
    kind: 'not-allowed',
    reason: 'malware',
    meaning: 'Microsoft found malware in the file, so it can be neither read nor shared.',
    next: ['Scan the original file. No program can download this copy.'],
  },
  noDrive: {
    kind: 'not-allowed',
    reason: 'no-drive',
    meaning: 'This account has no OneDrive here.',
    says: () => 'This account has no OneDrive here',
    next: [
      { intro: 'For a personal account:', verb: 'login', flags: { tenant: 'consumers' } },
      'For a work account, ask the administrator for a OneDrive license.',
    ],
    endsAll: true,
  },
  blocked: {
    kind: 'not-allowed',
    reason: 'drive-blocked',
    meaning: 'An administrator has blocked access to this site or OneDrive.',
    says: (subject) => `${subject} is not allowed`,
    next: ['Ask the administrator why it is blocked.'],
    endsAll: true,
  },
  locked: {
    kind: 'not-allowed',
    reason: 'locked',
    meaning: 'The item is locked, for example because somebody is editing it.',
    next: ['Try again when nobody has it open.'],
  },
  /** A dead ID, or a place that has to be unlocked first, such as the Personal Vault. No name is at fault. */
  unopened: {
    kind: 'not-allowed',
    reason: 'access-denied',
    meaning: 'OneDrive cannot open this item.',
    says: (subject) => `${subject} failed, because OneDrive cannot open the item`,
    next: ['Check that it still exists, and is not in a locked Personal Vault.'],
  },
  /** In a batch, where nothing was tried. */
  dependency: {
    kind: 'service',
    reason: 'unavailable',
    meaning: 'Another request failed that this one depends on.',
    next: whenThrottled,
    passes: true,
  },
  shortcut: {
    kind: 'not-allowed',
    reason: 'access-denied',
    meaning: 'The path leads through a shortcut into a folder of another drive.',
    next: ['Use the path of a folder in your own drive.'],
  },
  forbidden: {
    kind: 'not-allowed',
    reason: 'access-denied',
    meaning: 'This account is not allowed to do that.',
    says: (subject) => `${subject} is not allowed`,
    next: whenForbidden,
  },
  page: {
    kind: 'not-allowed',
    reason: 'access-denied',
    meaning: 'The answer is a web page, as a proxy or a firewall sends it.',
    says: (subject) => `${subject} is not allowed`,
    next: ['Ask whoever runs the network whether it blocks the request.'],
  },
  payment: {
    kind: 'not-allowed',
    reason: 'access-denied',
    meaning: 'Microsoft charges for this request, and billing is not set up.',
    next: ['See https://learn.microsoft.com/graph/metered-api-overview'],
  },
  similar: {
    kind: 'taken',
    reason: 'similar-name',
    meaning: 'OneDrive does not distinguish the name from that of an existing item.',
    next: [anotherName],
  },
  uploading: {
    kind: 'taken',
    reason: 'upload-under-way',
    meaning: 'An upload to this name has not been finished, and holds the name.',
    next: ['Run the command of that upload again, or wait until it expires.', anotherName],
  },
  taken: {
    kind: 'taken',
    reason: 'name-taken',
    meaning: 'The name is taken in that folder.',
    next: [useExisting, createCopy],
  },
  changed: {
    kind: 'taken',
    reason: 'changed-meanwhile',
    meaning: 'It has been changed in the meantime.',
    next: ['Read it again, then repeat the change.'],
  },
  /** Not with a name. */
  conflict: {
    kind: 'taken',
    reason: 'changed-meanwhile',
    meaning: 'It conflicts with another change.',
    next: ['Look at the item in OneDrive, then try again.'],
  },
  deltaExpired: {
    kind: 'not-found',
    reason: 'delta-expired',
    meaning: 'The list of changes cannot be continued from this token.',
    next: ['Start again with the delta address without its token.'],
  },
  snapshot: {
    kind: 'service',
    reason: 'unavailable',
    meaning: 'OneDrive could not take a consistent snapshot of the drive.',
    next: whenThrottled,
    passes: true,
  },
  uploadOver: {
    kind: 'service',
    reason: 'upload-unfinished',
    meaning: 'The upload session has ended, or does not continue where the client continued.',
    next: ['Upload the file again.'],
  },
  notFound: {
    kind: 'not-found',
    reason: 'no-such-item',
    meaning: 'There is nothing at that path in the drive.',
    next: ['Check the path.'],
  },
  tokenRefused: {
    kind: 'sign-in',
    reason: 'token-refused',
    meaning: 'Microsoft Graph does not accept the token.',
    next: (answer) => [signInAgain(answer)],
  },
  name: {
    kind: 'usage',
    reason: 'invalid-name',
    meaning: 'OneDrive does not accept this name or path.',
    says: () => 'OneDrive does not accept this name or path',
    next: [anotherName],
  },
  notSupported: {
    kind: 'usage',
    reason: 'refused-request',
    meaning: 'OneDrive does not support this request at this place.',
    next: ['Check the address; a shared folder is addressed in the drive of its owner.'],
  },
  method: {
    kind: 'usage',
    reason: 'refused-request',
    meaning: 'The address does not support this method.',
    next: ['Check the method and the address. A path by name ends in a colon before what follows it.'],
  },
  request: {
    kind: 'usage',
    reason: 'refused-request',
    meaning: 'Microsoft Graph does not accept the request.',
    next: ['Check the path and the values that were sent.', wholeResponse],
  },
  redirect: {
    kind: 'service',
    reason: 'foreign-address',
    meaning: 'The server redirects to another address, and a token is not sent there.',
    next: ['Check OD_LINK_GRAPH_HOST, the cloud of the login, and whether a proxy is in between.'],
  },
  unreadable: {
    kind: 'service',
    reason: 'unreadable-answer',
    meaning: 'Microsoft Graph sent an invalid response.',
    next: ["Run it again. It creates only what's missing."],
  },
} as const satisfies Record<string, Meaning>

export type MeaningName = keyof typeof meanings

interface Worded {
  words: RegExp
  statuses: readonly number[]
  means: MeaningName
}

/** Where a code or a status has several texts with different causes, the words decide. The first row that fits counts. */
const byWords: readonly Worded[] = [
  // Work drives answer a look-up of such a name with 404, personal ones a creation with 409.
  { words: /similar name/i, statuses: [400, 404, 409], means: 'similar' },
  {
    words: /SPO license|mysite not found|retrieve user's mysite/i,
    statuses: [400, 403, 404],
    means: 'noDrive',
  },
  {
    words: /upload session already exists|being uploaded|currently uploaded/i,
    statuses: [409, 423],
    means: 'uploading',
  },
  // An administrator can lock a site, too: https://learn.microsoft.com/en-us/sharepoint/manage-lock-status
  { words: /\b(blocked|archived|administrator)/i, statuses: [423], means: 'blocked' },
  { words: /mounted folder/i, statuses: [400, 501], means: 'shortcut' },
  { words: /ObjectHandle is Invalid|personal vault/i, statuses: [400, 403, 404], means: 'unopened' },
  {
    words:
      /illegal character|invalid (trailing |leading )?character|name is (reserved|invalid)|(path|name) .{0,40}too long/i,
    statuses: [400, 409],
    means: 'name',
  },
]

/** The same, where no code says more: Microsoft says of malware, too, that it is blocked. */
const byWordsAlone: readonly Worded[] = [
  { words: /\b(blocked|archived)\b/i, statuses: [403], means: 'blocked' },
  { words: /\b(locked|read.?only)\b.*\badministrator/is, statuses: [403], means: 'blocked' },
  { words: /\b(frozen|suspended)\b/i, statuses: [403, 423], means: 'frozen' },
  {
    words: /(quota|storage) .{0,40}(exceeded|is full)|(exceeded|out of) .{0,40}(quota|storage)/i,
    statuses: [400, 403],
    means: 'noSpace',
  },
  {
    words: /\b(database|site|library|drive)\b.{0,40}\bread.?only/i,
    statuses: [403, 423, 503],
    means: 'readOnly',
  },
  { words: /\b(un)?lock|checked out|being edited|in use\b/i, statuses: [423], means: 'locked' },
  { words: /\S/, statuses: [423], means: 'blocked' },
  { words: /\bparent\b.{0,40}(does not exist|not (be )?found)/i, statuses: [409], means: 'notFound' },
  // Any other conflict than one of names.
  { words: /^(?!.*\b(name|exists?|already)\b)/is, statuses: [409], means: 'conflict' },
]

/** Codes that say enough by themselves, wherever they stand in an error. */
const byCode: Record<string, MeaningName> = {
  accessRestricted: 'forbidden',
  accountUpgradeRequired: 'frozen',
  activityLimitReached: 'throttled',
  ApplicationThrottled: 'throttled',
  cannotSnapshotTree: 'snapshot',
  childItemCountExceeded: 'tooMany',
  entityTagDoesNotMatch: 'changed',
  fragmentLengthMismatch: 'uploadOver',
  fragmentOutOfOrder: 'uploadOver',
  fragmentOverlap: 'uploadOver',
  insufficientStorage: 'noSpace',
  insufficientVaultQuota: 'noSpace',
  InvalidAuthenticationToken: 'tokenRefused',
  invalidAcceptType: 'request',
  invalidParameterFormat: 'request',
  invalidPath: 'name',
  invalidQueryOption: 'request',
  invalidResourceId: 'unopened',
  invalidStartIndex: 'request',
  lockMismatch: 'locked',
  lockNotFoundOrAlreadyExpired: 'locked',
  lockOwnerMismatch: 'locked',
  malformedEntityTag: 'request',
  malwareDetected: 'malware',
  maxDocumentCountExceeded: 'tooMany',
  maxFileSizeExceeded: 'tooLarge',
  maxFolderCountExceeded: 'tooMany',
  maxFragmentLengthExceeded: 'tooLarge',
  maxItemCountExceeded: 'tooMany',
  maxQueryLengthExceeded: 'request',
  maxStreamSizeExceeded: 'tooLarge',
  methodNotAllowed: 'method',
  nameAlreadyExists: 'taken',
  nameContainsInvalidCharacters: 'name',
  notSupported: 'notSupported',
  parameterIsTooLong: 'request',
  parameterIsTooSmall: 'request',
  pathIsTooDeep: 'name',
  pathIsTooLong: 'name',
  pathTooDeep: 'name',
  propertyNotUpdateable: 'request',
  provisioningNotAllowed: 'noDrive',
  quotaLimitReached: 'noSpace',
  reservedName: 'name',
  resourceBeingProvisioned: 'beingSetUp',
  resourceLocked: 'locked',
  resourceModified: 'changed',
  resyncApplyDifferences: 'deltaExpired',
  resyncChangesApplyDifferences: 'deltaExpired',
  resyncChangesUploadDifferences: 'deltaExpired',
  resyncRequired: 'deltaExpired',
  resyncUploadDifferences: 'deltaExpired',
  serviceReadOnly: 'readOnly',
  similarRelationshipNameAlreadyExists: 'similar',
  syncStateNotFound: 'deltaExpired',
  throttledRequest: 'throttled',
  tooManyRequests: 'throttled',
  tooManyResultsRequested: 'request',
  tooManyTermsInQuery: 'request',
  totalAffectedItemCountExceeded: 'tooMany',
  truncationNotAllowed: 'request',
  unlockRequired: 'unopened',
  uploadSessionFailed: 'uploadOver',
  uploadSessionIncomplete: 'uploadOver',
  uploadSessionNotFound: 'uploadOver',
  versionNumberDoesNotMatch: 'changed',
  virusSuspicious: 'malware',
  zeroOrFewerResultsRequested: 'request',
}

/** Those of 4xx that name a mistake count more than `UnknownError`, which gateways send with any of them. */
const byStatus: Record<number, MeaningName> = {
  401: 'tokenRefused',
  402: 'payment',
  403: 'forbidden',
  404: 'notFound',
  405: 'method',
  408: 'unavailable',
  409: 'taken',
  406: 'request',
  410: 'deltaExpired',
  411: 'request',
  412: 'changed',
  413: 'request',
  414: 'request',
  415: 'request',
  416: 'request',
  422: 'request',
  423: 'locked',
  424: 'dependency',
  428: 'request',
  429: 'throttled',
  451: 'forbidden',
  501: 'notSupported',
  507: 'noSpace',
  509: 'throttled',
}

/** A code that comes with several causes, and says which one together with the status. */
const byStatusAndCode: Record<string, MeaningName> = {
  // A locked item has a code of its own, or words.
  '423 notAllowed': 'blocked',
}

/** Codes that come with several causes: the status says more. `explain`, which knows no status, shows these. */
const byGeneralCode: Record<string, MeaningName> = {
  accessDenied: 'forbidden',
  BadRequest: 'request',
  generalException: 'unavailable',
  invalidRange: 'request',
  invalidRequest: 'request',
  itemNotFound: 'notFound',
  notAllowed: 'forbidden',
  serviceNotAvailable: 'unavailable',
  unauthenticated: 'tokenRefused',
  UnknownError: 'unavailable',
}

/** In the table's order. Sorted only where they are shown: loading a collator takes 6 ms of every start. */
export const graphCodes: readonly string[] = Object.keys({ ...byCode, ...byGeneralCode })

/** @param code such as one of `graphCodes`, in any case. */
export function meaningOfCode(code: string): Meaning | undefined {
  const name = lookUp(byCode, code) ?? lookUp(byGeneralCode, code)
  return name && meanings[name]
}

/** What an answer that is no success means. */
export function meaningOf(answer: GraphAnswer): Meaning {
  return meanings[meaningNameOf(answer)]
}

/** Whether an answer means this. */
export function means(answer: GraphAnswer, ...names: MeaningName[]): boolean {
  return names.includes(meaningNameOf(answer))
}

function meaningNameOf(answer: GraphAnswer): MeaningName {
  const { status } = answer
  if (status < 300) return 'unreadable'
  if (status < 400) return 'redirect'
  // Whatever limit was reached: it says when to come back.
  if (status === 429) return 'throttled'
  const words = wordsOf(answer)
  const worded = (rows: readonly Worded[]) =>
    words === ''
      ? undefined
      : rows.find((row) => row.statuses.includes(status) && row.words.test(words))?.means
  // The innermost code is the most precise one.
  const codes = codesOf(answer).reverse()
  const coded = (table: Record<string, MeaningName>, before = '') =>
    codes.map((code) => lookUp(table, before + code)).find(Boolean)
  return (
    worded(byWords) ??
    coded(byCode) ??
    worded(byWordsAlone) ??
    coded(byStatusAndCode, `${status} `) ??
    byRequest(answer) ??
    byStatus[status] ??
    (status >= 500 ? 'unavailable' : (coded(byGeneralCode) ?? 'request'))
  )
}

/** A status that means something else for other requests, or from somebody else. */
function byRequest({ status, headers, json, asked }: GraphAnswer): MeaningName | undefined {
  if (status === 410 && !/\bdelta\b/i.test(asked.path)) return 'notFound'
  if (status === 413 && asked.method === 'PUT') return 'tooLarge'
  // Graph's refusals are JSON.
  if (status === 403 && !json && /\bhtml\b/i.test(headers['content-type'] ?? '')) return 'page'
  return undefined
}

/** Microsoft's services disagree on the case of codes. */
function lookUp(table: Record<string, MeaningName>, code: string): MeaningName | undefined {
  const lower = code.toLowerCase()
  return Object.entries(table).find(([known]) => known.toLowerCase() === lower)?.[1]
}

/** Statuses that may pass, as the SDKs and rclone see them; a 500 is repeated a few times, since it may be permanent. */
const transientStatuses = new Set([408, 429, 500, 502, 503, 504, 509])

/** Whether the same request may succeed a moment later. A code that is final, such as malware's, wins over the status. */
export function mayPass(answer: GraphAnswer): boolean {
  const meaning: Meaning = meaningOf(answer)
  return meaning.passes === true || (transientStatuses.has(answer.status) && !isFinal(meaning))
}

function isFinal({ kind }: Meaning): boolean {
  return kind === 'not-allowed' || kind === 'taken'
}

/** No code of Microsoft's is longer. */
const longestCode = 100

/** SharePoint's own services, which the URLs of uploads lead to, have another name for it (OData 3.0, JSON verbose format). */
function errorIn({ json }: GraphAnswer): unknown {
  return json?.error ?? json?.['odata.error']
}

/** Microsoft's codes for one failure, the outermost first: `innerError` may nest, and has two spellings. */
export function codesOf(answer: GraphAnswer): string[] {
  const codes: string[] = []
  let level = errorIn(answer)
  for (let depth = 0; isJsonObject(level) && depth < 8; depth += 1) {
    const code = fromOutside(level.code, longestCode)
    if (code) codes.push(code)
    level = level.innerError ?? level.innererror
  }
  return codes
}

/** Microsoft's own words, as they came: a text, or one with its language; beside a bare code, its description (RFC 6750). */
export function wordsOf(answer: GraphAnswer): string {
  const error = errorIn(answer)
  if (!isJsonObject(error))
    return typeof error === 'string' ? textIn(answer.json?.error_description, 4_000) : ''
  const { message } = error
  return textIn(isJsonObject(message) ? message.value : message, 4_000)
}

/** A new sign-in of the link that was used, as it was made. */
export function signInAgain({ asked: { caller } }: GraphAnswer, intro?: string): NextStep {
  const flags = caller ? { account: accountFlag(caller.account) } : {}
  return { ...(intro === undefined ? {} : { intro }), verb: 'login', flags }
}

function whenThrottled({ headers }: GraphAnswer): readonly NextStep[] {
  return afterTheWait(headers['retry-after'])
}

function whenForbidden(answer: GraphAnswer): readonly NextStep[] {
  const { caller } = answer.asked
  const scope = missingScope(answer.asked)
  if (scope && caller) {
    const flags = { account: accountFlag(caller.account), scope: `User.Read ${scope}` }
    return [{ intro: 'The link lacks a scope. To sign in again with it:', verb: 'login', flags }]
  }
  return [...redeemFirst(answer), 'Ask its owner or the administrator for the right to do it.']
}

/**
 * The link that a path was typed with may have to be redeemed before it gives any access; that changes what the account has,
 * so only `drive add` does it, and says so. https://learn.microsoft.com/en-us/graph/api/shares-get
 * @returns no step where there is no such link.
 */
export function redeemFirst({ asked: { caller } }: GraphAnswer): readonly NextStep[] {
  const { sharingLink } = caller ?? {}
  if (sharingLink === undefined) return []
  const args = ['add', 'NAME', sharingLink]
  return [{ intro: 'The sharing link may have to be redeemed first:', verb: 'drive', args }]
}
