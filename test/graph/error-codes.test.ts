import { describe, expect, it } from 'vitest'
import {
  codesOf,
  graphCodes,
  type MeaningName,
  mayPass,
  meaningOf,
  meaningOfCode,
  means,
  wordsOf,
} from '../../src/graph/error-codes.ts'
import { answerOf, type Told } from '../helpers/microsoft/fake-graph.ts'

const refused = (status: number, error?: unknown) =>
  answerOf({ status, ...(error === undefined ? {} : { json: { error } }) } as Told)

/** What each code means where it stands alone. */
const byCode: [means: MeaningName, kind: string, reason: string, codes: string][] = [
  [
    'throttled',
    'service',
    'throttled',
    'activityLimitReached ApplicationThrottled throttledRequest tooManyRequests',
  ],
  ['unavailable', 'service', 'unavailable', 'generalException serviceNotAvailable UnknownError'],
  ['beingSetUp', 'service', 'unavailable', 'resourceBeingProvisioned'],
  ['snapshot', 'service', 'unavailable', 'cannotSnapshotTree'],
  ['readOnly', 'service', 'drive-read-only', 'serviceReadOnly'],
  [
    'uploadOver',
    'service',
    'upload-unfinished',
    'fragmentLengthMismatch fragmentOutOfOrder fragmentOverlap uploadSessionFailed uploadSessionIncomplete uploadSessionNotFound',
  ],
  ['noSpace', 'not-allowed', 'no-space', 'insufficientStorage insufficientVaultQuota quotaLimitReached'],
  ['frozen', 'not-allowed', 'drive-frozen', 'accountUpgradeRequired'],
  [
    'tooMany',
    'not-allowed',
    'limit-reached',
    'childItemCountExceeded maxDocumentCountExceeded maxFolderCountExceeded maxItemCountExceeded totalAffectedItemCountExceeded',
  ],
  [
    'tooLarge',
    'not-allowed',
    'limit-reached',
    'maxFileSizeExceeded maxFragmentLengthExceeded maxStreamSizeExceeded',
  ],
  ['malware', 'not-allowed', 'malware', 'malwareDetected virusSuspicious'],
  ['noDrive', 'not-allowed', 'no-drive', 'provisioningNotAllowed'],
  [
    'locked',
    'not-allowed',
    'locked',
    'lockMismatch lockNotFoundOrAlreadyExpired lockOwnerMismatch resourceLocked',
  ],
  ['unopened', 'not-allowed', 'access-denied', 'invalidResourceId unlockRequired'],
  ['forbidden', 'not-allowed', 'access-denied', 'accessDenied accessRestricted notAllowed'],
  ['similar', 'taken', 'similar-name', 'similarRelationshipNameAlreadyExists'],
  ['taken', 'taken', 'name-taken', 'nameAlreadyExists'],
  [
    'changed',
    'taken',
    'changed-meanwhile',
    'entityTagDoesNotMatch resourceModified versionNumberDoesNotMatch',
  ],
  [
    'deltaExpired',
    'not-found',
    'delta-expired',
    'resyncApplyDifferences resyncChangesApplyDifferences resyncChangesUploadDifferences resyncRequired resyncUploadDifferences syncStateNotFound',
  ],
  ['notFound', 'not-found', 'no-such-item', 'itemNotFound'],
  ['tokenRefused', 'sign-in', 'token-refused', 'InvalidAuthenticationToken unauthenticated'],
  [
    'name',
    'usage',
    'invalid-name',
    'invalidPath nameContainsInvalidCharacters pathIsTooDeep pathIsTooLong pathTooDeep reservedName',
  ],
  ['notSupported', 'usage', 'refused-request', 'notSupported'],
  ['method', 'usage', 'refused-request', 'methodNotAllowed'],
  [
    'request',
    'usage',
    'refused-request',
    'BadRequest invalidAcceptType invalidParameterFormat invalidQueryOption invalidRange invalidRequest invalidStartIndex malformedEntityTag maxQueryLengthExceeded parameterIsTooLong parameterIsTooSmall propertyNotUpdateable tooManyResultsRequested tooManyTermsInQuery truncationNotAllowed zeroOrFewerResultsRequested',
  ],
]
const everyCode = byCode.flatMap(([name, kind, reason, codes]) =>
  codes.split(' ').map((code) => ({ code, name, kind, reason })),
)
/** Codes that come with several causes. */
const generalCodes: [code: string, means: MeaningName][] = [
  ['accessDenied', 'forbidden'],
  ['BadRequest', 'request'],
  ['generalException', 'unavailable'],
  ['invalidRange', 'request'],
  ['invalidRequest', 'request'],
  ['itemNotFound', 'notFound'],
  ['notAllowed', 'forbidden'],
  ['serviceNotAvailable', 'unavailable'],
  ['unauthenticated', 'tokenRefused'],
  ['UnknownError', 'unavailable'],
]
const general = new Set(generalCodes.map(([code]) => code))

describe('a code of Graph', () => {
  it.each(everyCode)('$code means $name ($kind, $reason)', ({ code, name, kind, reason }) => {
    const meaning = meaningOfCode(code)
    expect(meaning).toMatchObject({ kind, reason, meaning: expect.stringMatching(/^[A-Z].*\.$/) })
    expect(meaning?.next).not.toEqual([])
    // A status that says nothing by itself.
    expect(means(refused(418, { code }), name)).toBe(true)
    expect(means(refused(418, { code: 'unknown', innerError: { code } }), name)).toBe(true)
    expect(means(refused(418, { code: 'unknown', innererror: { code } }), name)).toBe(true)
  })

  it('has a case above', () => {
    expect(everyCode.map(({ code }) => code).toSorted()).toEqual(graphCodes.toSorted())
  })

  it('that is unknown has no meaning', () => {
    for (const code of ['unheardOf', 'toString', 'constructor', '__proto__']) {
      expect(meaningOfCode(code)).toBeUndefined()
      expect(means(refused(418, { code }), 'request')).toBe(true)
    }
  })

  it('of a taken name says how to use the folder, or to create a copy', () => {
    expect(meaningOfCode('nameAlreadyExists')?.next).toMatchObject([
      { flags: { 'on-conflict': 'reuse' } },
      { flags: { 'on-conflict': 'rename' } },
    ])
  })
})

/** What each status means without a known code. */
const byStatus: [status: number, means: MeaningName][] = [
  [200, 'unreadable'],
  [299, 'unreadable'],
  [300, 'redirect'],
  [302, 'redirect'],
  [399, 'redirect'],
  [400, 'request'],
  [401, 'tokenRefused'],
  [402, 'payment'],
  [403, 'forbidden'],
  [404, 'notFound'],
  [405, 'method'],
  [408, 'unavailable'],
  [409, 'taken'],
  [410, 'notFound'],
  [411, 'request'],
  [412, 'changed'],
  [422, 'request'],
  [423, 'locked'],
  [424, 'dependency'],
  [429, 'throttled'],
  [451, 'forbidden'],
  [499, 'request'],
  [500, 'unavailable'],
  [501, 'notSupported'],
  [503, 'unavailable'],
  [504, 'unavailable'],
  [507, 'noSpace'],
  [509, 'throttled'],
  [599, 'unavailable'],
]

describe('the status of an answer', () => {
  it.each(byStatus)('%i means %s where no code says more', (status, name) => {
    for (const error of [undefined, {}, 'text', null, [], { code: 'unknown' }])
      expect(means(refused(status, error), name)).toBe(true)
  })

  it('of a success or a redirect decides alone', () => {
    const error = { code: 'quotaLimitReached', message: 'A similar name exists.' }
    expect(means(refused(200, error), 'unreadable')).toBe(true)
    expect(means(refused(302, error), 'redirect')).toBe(true)
  })

  it.each<[Told, method: string, path: string, MeaningName]>([
    [{ status: 410 }, 'GET', '/me/drive/root/delta?token=1', 'deltaExpired'],
    [{ status: 410 }, 'POST', '/me/drive/root/children', 'notFound'],
    [{ status: 413 }, 'PUT', '/me/drive/root:/a:/content', 'tooLarge'],
    [{ status: 413 }, 'POST', '/$batch', 'request'],
    [{ status: 403, headers: { 'content-type': 'text/html' } }, 'GET', '/me', 'page'],
  ])('%j means of %s %s: %4$s', (told, method, path, name) => {
    expect(means(answerOf(told, { method, path }), name)).toBe(true)
  })

  it.each(generalCodes)('goes before the general code %s', (code, name) => {
    expect(means(refused(412, { code }), 'changed')).toBe(true)
    expect(means(refused(418, { code }), name)).toBe(true)
    expect(means(refused(599, { code }), 'unavailable')).toBe(true)
  })

  it('423 with the general code notAllowed is that of a blocked site', () => {
    expect(means(refused(423, { code: 'notAllowed' }), 'blocked')).toBe(true)
    expect(
      means(refused(423, { code: 'notAllowed', innerError: { code: 'resourceLocked' } }), 'locked'),
    ).toBe(true)
    expect(means(refused(423, { code: 'accessDenied' }), 'locked')).toBe(true)
  })

  it.each(['quotaLimitReached', 'malwareDetected', 'notAllowed', 'BadRequest'])(
    '429 is throttling, whatever the code: %s',
    (code) => {
      const error = { code, message: 'The storage quota is exceeded, and a similar name exists.' }
      expect(means(refused(429, error), 'throttled')).toBe(true)
    },
  )

  it.each(everyCode.filter(({ code }) => !general.has(code)))(
    'comes after the code $code',
    ({ code, name }) => {
      expect(means(refused(423, { code }), name)).toBe(true)
      expect(means(refused(599, { code }), name)).toBe(true)
    },
  )
})

describe('the words of an answer', () => {
  it.each<[means: MeaningName, words: string, statuses: number[], not: number]>([
    ['similar', 'The name is incompatible with a SIMILAR NAME', [400, 404, 409], 403],
    ['noDrive', 'Tenant does not have a SPO license.', [400, 403, 404], 409],
    ['noDrive', "User's mysite not found.", [400, 403, 404], 409],
    ['noDrive', "Unable to retrieve user's mysite URL.", [400, 403, 404], 409],
    ['uploading', 'An upload session already exists for this file.', [409, 423], 400],
    ['uploading', 'The file is being uploaded.', [409, 423], 400],
    ['uploading', 'This item is currently uploaded by somebody.', [409, 423], 400],
    ['blocked', 'Access to this site has been blocked.', [423], 403],
    ['blocked', 'The site is archived.', [423], 403],
    ['blocked', 'Ask your administrator.', [423], 403],
    ['shortcut', 'Operation is not supported on a mounted folder.', [400, 501], 403],
    ['unopened', 'ObjectHandle is Invalid', [400, 403, 404], 409],
    ['unopened', 'The Personal Vault is locked.', [400, 403, 404], 409],
    ['name', 'The name holds an illegal character.', [400, 409], 403],
    ['name', 'Invalid trailing character in the name', [400, 409], 403],
    ['name', 'The name is reserved.', [400, 409], 403],
    ['name', 'The path of the item is too long.', [400, 409], 403],
  ])('mean %s, whatever the code: %s', (name, message, statuses, not) => {
    // The same code comes with other causes.
    const error = { code: 'nameAlreadyExists', innerError: { code: 'resourceLocked' }, message }
    for (const status of statuses) expect(means(refused(status, error), name)).toBe(true)
    expect(means(refused(not, error), 'locked')).toBe(true)
  })

  it.each<[means: MeaningName, words: string, statuses: number[], not: number, instead: MeaningName]>([
    ['blocked', 'Access has been blocked.', [403, 423], 412, 'changed'],
    ['blocked', 'It is archived.', [403, 423], 412, 'changed'],
    ['blocked', "The site is locked at the administrator's request.", [403, 423], 412, 'changed'],
    ['blocked', 'It is read-only, as the administrator wishes.', [403, 423], 412, 'changed'],
    ['frozen', 'The account has been frozen.', [403, 423], 412, 'changed'],
    ['frozen', 'The account is suspended.', [403, 423], 412, 'changed'],
    ['noSpace', 'The storage of the tenant is full.', [400, 403], 412, 'changed'],
    ['noSpace', 'The user has exceeded their quota.', [400, 403], 412, 'changed'],
    ['noSpace', 'The quota of the drive was exceeded.', [400, 403], 412, 'changed'],
    ['noSpace', 'The drive is out of storage.', [400, 403], 412, 'changed'],
    ['readOnly', 'Database Is Read Only', [403, 423, 503], 400, 'request'],
    ['readOnly', 'This site is in read only mode.', [403, 423, 503], 400, 'request'],
    ['readOnly', 'The library has become read-only.', [403, 423, 503], 400, 'request'],
    ['readOnly', 'The drive is readonly.', [403, 423, 503], 400, 'request'],
    ['locked', 'The file is locked for editing by ada.', [423], 403, 'forbidden'],
    ['locked', 'It is checked out.', [423], 403, 'forbidden'],
    ['locked', 'It is being edited.', [423], 403, 'forbidden'],
    ['locked', 'The file is in use.', [423], 403, 'forbidden'],
    ['locked', 'Lock token does not match existing lock', [423], 403, 'forbidden'],
    ['locked', 'Unlock it first.', [423], 403, 'forbidden'],
    // Of no lock, so somebody else has to know why.
    ['blocked', 'Something new.', [423], 403, 'forbidden'],
    ['notFound', 'The parent folder does not exist.', [409], 412, 'changed'],
    ['notFound', 'The parent could not be found.', [409], 412, 'changed'],
    ['conflict', 'Your changes conflict with those of another user.', [409], 412, 'changed'],
    ['taken', 'An item of that name is here.', [409], 412, 'changed'],
    ['taken', 'The item exists.', [409], 412, 'changed'],
    ['taken', 'It is already here.', [409], 412, 'changed'],
  ])('mean %s where no code says more: %s', (name, message, statuses, not, instead) => {
    for (const status of statuses) {
      for (const code of ['', 'unheardOf', 'accessDenied'])
        expect(means(refused(status, { code, message }), name)).toBe(true)
    }
    expect(means(refused(not, { code: 'unheardOf', message }), instead)).toBe(true)
    expect(means(refused(403, { code: 'malwareDetected', message }), 'malware')).toBe(true)
  })

  it.each([
    [403, 'Ask the administrator.', 'forbidden'],
    [403, 'It was unblocked.', 'forbidden'],
    [403, 'A read-only folder.', 'forbidden'],
    [403, 'Your quota is fine.', 'forbidden'],
    [400, 'The name of this well is long enough.', 'request'],
    [409, 'The name was uploaded.', 'taken'],
  ] as const)('with %i mean nothing more: %s', (status, message, name) => {
    expect(means(refused(status, { message }), name)).toBe(true)
  })

  it('are a text or empty, with a limit', () => {
    expect(wordsOf(refused(400, { message: 'x'.repeat(5_000) }))).toHaveLength(4_000)
    for (const error of [undefined, 'text', { message: 7 }, {}]) expect(wordsOf(refused(400, error))).toBe('')
    expect(wordsOf(answerOf({ status: 400 }))).toBe('')
  })
})

describe('the codes of an answer', () => {
  it('count in any case', () => {
    expect(means(refused(418, { code: 'QuotaLimitReached' }), 'noSpace')).toBe(true)
    expect(meaningOfCode('namealreadyexists')).toBe(meaningOfCode('nameAlreadyExists'))
    expect(means(refused(423, { code: 'NotAllowed' }), 'blocked')).toBe(true)
  })

  it('are the more precise the deeper they are', () => {
    const nested = (...codes: string[]): object => {
      const [code, ...inner] = codes
      return { code, ...(inner.length > 0 ? { innerError: nested(...inner) } : {}) }
    }
    expect(means(refused(403, nested('accessDenied', 'quotaLimitReached')), 'noSpace')).toBe(true)
    expect(means(refused(403, nested('quotaLimitReached', 'resourceLocked')), 'locked')).toBe(true)
    // One that is unknown, or general, decides nothing.
    expect(means(refused(403, nested('resourceLocked', 'unknown')), 'locked')).toBe(true)
    expect(means(refused(403, nested('resourceLocked', 'invalidRequest')), 'locked')).toBe(true)
    expect(means(refused(418, nested('x', 'notAllowed', 'invalidRequest')), 'request')).toBe(true)
  })

  it.each([
    [{ code: 'a' }, ['a']],
    [{ code: 'a', innerError: { code: 'b', innererror: { code: 'c' } } }, ['a', 'b', 'c']],
    [{ code: '', innerError: { code: 7, innerError: { code: 'c' } } }, ['c']],
    [{ code: 'x'.repeat(101) }, ['x'.repeat(100)]],
    ['text', []],
    [null, []],
    [undefined, []],
  ])('of %j are %j', (error, codes) => {
    expect(codesOf(refused(400, error))).toEqual(codes)
  })

  it('are read from eight levels at most', () => {
    const round: { code: string; innerError?: object } = { code: 'a' }
    round.innerError = round
    expect(codesOf(refused(400, round))).toEqual(Array(8).fill('a'))
  })
})

describe('the same request', () => {
  it.each<[passes: boolean, status: number, code: string | undefined]>([
    [true, 408, undefined],
    [true, 429, undefined],
    [true, 500, undefined],
    [true, 502, undefined],
    [true, 503, undefined],
    [true, 504, undefined],
    [true, 509, undefined],
    [true, 424, 'FailedDependency'],
    [true, 429, 'quotaLimitReached'],
    [true, 599, undefined],
    [true, 400, 'activityLimitReached'],
    [true, 403, 'resourceBeingProvisioned'],
    [true, 409, 'cannotSnapshotTree'],
    // A bad request is not a final reason of the drive.
    [true, 503, 'invalidRequest'],
    [true, 503, 'serviceReadOnly'],
    [true, 500, 'itemNotFound'],
    [false, 503, 'malwareDetected'],
    [false, 503, 'quotaLimitReached'],
    [false, 500, 'nameAlreadyExists'],
    [false, 403, 'serviceReadOnly'],
    [false, 401, undefined],
    [false, 403, undefined],
    [false, 404, undefined],
    [false, 409, undefined],
    [false, 501, undefined],

    [false, 507, undefined],
  ])('may succeed later (%s) after %i with the code %s', (passes, status, code) => {
    expect(mayPass(refused(status, { code }))).toBe(passes)
  })

  it.each<[endsAll: true | undefined, status: number, error: object]>([
    [true, 403, { code: 'serviceReadOnly' }],
    [true, 403, { code: 'quotaLimitReached' }],
    [true, 507, {}],
    [true, 403, { code: 'accountUpgradeRequired' }],
    [true, 423, { code: 'notAllowed', message: 'Access to this site has been blocked.' }],
    [true, 404, { message: "User's mysite not found." }],
    [undefined, 403, { code: 'accessDenied' }],
    [undefined, 429, {}],
    [undefined, 400, { code: 'childItemCountExceeded' }],
  ])('fails for every other folder as well (%s) after %i %j', (endsAll, status, error) => {
    expect(meaningOf(refused(status, error))).toHaveProperty('kind')
    expect((meaningOf(refused(status, error)) as { endsAll?: true }).endsAll).toBe(endsAll)
  })
})
