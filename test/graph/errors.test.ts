import { describe, expect, it } from 'vitest'
import {
  graphFailure,
  misplaced,
  nameTaken,
  newSignInWanted,
  noDrive,
  plainWords,
  renewedTokenRefused,
  similarName,
  traceOf,
} from '../../src/graph/errors.ts'
import { answerOf, type Told } from '../helpers/microsoft/fake-graph.ts'

const refused = (status: number, error?: unknown, headers: Record<string, string> = {}) =>
  answerOf({ status, headers, ...(error === undefined ? {} : { json: { error } }) } as Told)
const failure = (status: number, error?: unknown) => graphFailure(refused(status, error), 'Creating "/a/b"')

const later = 'Try again in a few minutes.\nOr let it wait longer: --max-wait 600'
const options =
  'To use the existing folder: --on-conflict reuse\nTo create a copy with a new name: --on-conflict rename'
const another = 'Choose another name.'
const license =
  'For a personal account: od-link login --tenant consumers\nFor a work account, ask the administrator for a OneDrive license.'
const space = 'Free some space, or empty the recycle bin: https://onedrive.live.com'
const owner = 'Ask its owner or the administrator for the right to do it.'
const elsewhere = 'Check OD_LINK_GRAPH_HOST, the cloud of the login, and whether a proxy is in between.'
const check = 'Check the path and the values that were sent.\nTo see the whole response: --include'
const vault = 'Check that it still exists, and is not in a locked Personal Vault.'

/** A row for each meaning: its answer, and the error for it. */
const rows: [
  reason: string,
  kind: string,
  status: number,
  error: object | undefined,
  message: string,
  hint: string,
][] = [
  // Said completely, so Microsoft's words are not added.
  [
    'throttled',
    'service',
    429,
    { message: 'M.' },
    'Microsoft is throttling this app: too many requests in a short time (HTTP 429).',
    later,
  ],
  ['unavailable', 'service', 503, { message: 'M.' }, 'Microsoft Graph is unavailable (HTTP 503).', later],
  [
    'unavailable',
    'service',
    403,
    { code: 'resourceBeingProvisioned', message: 'M.' },
    'This OneDrive is being set up (HTTP 403).',
    later,
  ],
  [
    'no-space',
    'not-allowed',
    507,
    { message: 'M.' },
    'There is no space left in this OneDrive (HTTP 507).',
    space,
  ],
  // With a beginning of their own.
  [
    'drive-read-only',
    'service',
    403,
    { code: 'serviceReadOnly', message: 'Database Is Read Only.' },
    'OneDrive is read-only for now: Database Is Read Only.',
    'Try again later. Neither the link nor its scope has to change.',
  ],
  [
    'drive-read-only',
    'service',
    403,
    { code: 'serviceReadOnly' },
    'OneDrive is read-only for now (HTTP 403).',
    'Try again later. Neither the link nor its scope has to change.',
  ],
  [
    'drive-frozen',
    'not-allowed',
    403,
    { code: 'accountUpgradeRequired', message: 'M.' },
    'This OneDrive is frozen: M.',
    'Open https://onedrive.live.com with this account. It shows how to unfreeze it.',
  ],
  [
    'no-drive',
    'not-allowed',
    400,
    { code: 'BadRequest', message: 'Tenant does not have a SPO license.' },
    'This account has no OneDrive here: Tenant does not have a SPO license.',
    license,
  ],
  [
    'drive-blocked',
    'not-allowed',
    423,
    { code: 'notAllowed', message: 'Access to this site has been blocked.' },
    'Creating "/a/b" is not allowed: Access to this site has been blocked.',
    'Ask the administrator why it is blocked.',
  ],
  [
    'access-denied',
    'not-allowed',
    400,
    { code: 'invalidRequest', innerError: { code: 'invalidResourceId' }, message: 'ObjectHandle is Invalid' },
    'Creating "/a/b" failed, because OneDrive cannot open the item: ObjectHandle is Invalid.',
    vault,
  ],
  [
    'access-denied',
    'not-allowed',
    403,
    { code: 'accessDenied', message: 'Access denied.' },
    'Creating "/a/b" is not allowed: Access denied.',
    owner,
  ],
  [
    'access-denied',
    'not-allowed',
    403,
    undefined,
    'Creating "/a/b" is not allowed (HTTP 403). This account is not allowed to do that.',
    owner,
  ],
  [
    'invalid-name',
    'usage',
    400,
    { code: 'invalidRequest', innerError: { code: 'nameContainsInvalidCharacters' }, message: 'M.' },
    'OneDrive does not accept this name or path: M.',
    another,
  ],
  [
    'invalid-name',
    'usage',
    400,
    { code: 'pathIsTooLong' },
    'OneDrive does not accept this name or path (HTTP 400).',
    another,
  ],
  // As everything else.
  [
    'limit-reached',
    'not-allowed',
    400,
    { code: 'childItemCountExceeded', message: 'M.' },
    'Creating "/a/b" failed: M.',
    'Use another parent folder, or remove what is no longer needed.',
  ],
  [
    'limit-reached',
    'not-allowed',
    400,
    { code: 'maxFileSizeExceeded', message: 'M.' },
    'Creating "/a/b" failed: M.',
    'Split the file or compress it.',
  ],
  [
    'malware',
    'not-allowed',
    403,
    { code: 'accessDenied', innerError: { code: 'malwareDetected' }, message: 'M.' },
    'Creating "/a/b" failed: M.',
    'Scan the original file. No program can download this copy.',
  ],
  [
    'locked',
    'not-allowed',
    423,
    { code: 'notAllowed', innerError: { code: 'resourceLocked' }, message: 'M.' },
    'Creating "/a/b" failed: M.',
    'Try again when nobody has it open.',
  ],
  [
    'access-denied',
    'not-allowed',
    400,
    { message: 'Not supported on a mounted folder.' },
    'Creating "/a/b" failed: Not supported on a mounted folder.',
    'Use the path of a folder in your own drive.',
  ],
  [
    'access-denied',
    'not-allowed',
    402,
    { message: 'M.' },
    'Creating "/a/b" failed: M.',
    'See https://learn.microsoft.com/graph/metered-api-overview',
  ],
  [
    'similar-name',
    'taken',
    404,
    { message: 'Incompatible with a similar name.' },
    'Creating "/a/b" failed: Incompatible with a similar name.',
    another,
  ],
  [
    'upload-under-way',
    'taken',
    409,
    { code: 'nameAlreadyExists', message: 'An upload session already exists for this file.' },
    'Creating "/a/b" failed: An upload session already exists for this file.',
    `Run the command of that upload again, or wait until it expires.\n${another}`,
  ],
  [
    'name-taken',
    'taken',
    409,
    undefined,
    'Creating "/a/b" failed (HTTP 409). The name is taken in that folder.',
    options,
  ],
  [
    'changed-meanwhile',
    'taken',
    412,
    { message: 'M.' },
    'Creating "/a/b" failed: M.',
    'Read it again, then repeat the change.',
  ],
  [
    'changed-meanwhile',
    'taken',
    409,
    { code: 'editConflict', message: 'Your changes conflict with others.' },
    'Creating "/a/b" failed: Your changes conflict with others.',
    'Look at the item in OneDrive, then try again.',
  ],
  [
    'unavailable',
    'service',
    424,
    { code: 'FailedDependency', message: 'M.' },
    'Creating "/a/b" failed: M.',
    later,
  ],
  [
    'drive-blocked',
    'not-allowed',
    423,
    { code: 'notAllowed', message: 'Something new.' },
    'Creating "/a/b" is not allowed: Something new.',
    'Ask the administrator why it is blocked.',
  ],
  [
    'delta-expired',
    'not-found',
    410,
    { code: 'resyncRequired', message: 'M.' },
    'Creating "/a/b" failed: M.',
    'Start again with the delta address without its token.',
  ],
  [
    'unavailable',
    'service',
    409,
    { code: 'cannotSnapshotTree', message: 'M.' },
    'Creating "/a/b" failed: M.',
    later,
  ],
  [
    'upload-unfinished',
    'service',
    400,
    { code: 'uploadSessionNotFound', message: 'M.' },
    'Creating "/a/b" failed: M.',
    'Upload the file again.',
  ],
  [
    'no-such-item',
    'not-found',
    404,
    { code: 'itemNotFound', message: 'Item not found.' },
    'Creating "/a/b" failed: Item not found.',
    'Check the path.',
  ],
  ['token-refused', 'sign-in', 401, { message: 'M.' }, 'Creating "/a/b" failed: M.', 'od-link login'],
  [
    'refused-request',
    'usage',
    501,
    { message: 'M.' },
    'Creating "/a/b" failed: M.',
    'Check the address; a shared folder is addressed in the drive of its owner.',
  ],
  [
    'refused-request',
    'usage',
    405,
    undefined,
    'Creating "/a/b" failed (HTTP 405). The address does not support this method.',
    'Check the method and the address. A path by name ends in a colon before what follows it.',
  ],
  [
    'refused-request',
    'usage',
    418,
    { code: 'teapot', message: 'Short.' },
    'Creating "/a/b" failed: Short.',
    check,
  ],
  [
    'foreign-address',
    'service',
    302,
    undefined,
    'Creating "/a/b" failed (HTTP 302). The server redirects to another address, and a token is not sent there.',
    elsewhere,
  ],
  [
    'unreadable-answer',
    'service',
    299,
    undefined,
    'Creating "/a/b" failed (HTTP 299). Microsoft Graph sent an invalid response.',
    "Run it again. It creates only what's missing.",
  ],
]

describe('a refusal of Graph is a kind, a reason, a sentence and a next step', () => {
  it.each(rows)('%s (%s): %i %j', (reason, kind, status, error, message, hint) => {
    expect(failure(status, error)).toMatchObject({ reason, kind, message, hint })
  })

  it.each<[status: number, code: string, message: string]>([
    [503, 'notAllowed', 'Microsoft Graph is unavailable (HTTP 503): M.'],
    [507, 'tenantQuotaExceeded', 'There is no space left in this OneDrive (HTTP 507): M.'],
    [429, 'BadRequest', 'Microsoft is throttling this app: too many requests in a short time (HTTP 429): M.'],
    [500, 'generalException', 'Microsoft Graph is unavailable (HTTP 500): M.'],
    // Known to mean no more than that.
    [503, 'serviceNotAvailable', 'Microsoft Graph is unavailable (HTTP 503).'],
    [507, 'quotaLimitReached', 'There is no space left in this OneDrive (HTTP 507).'],
    [503, '', 'Microsoft Graph is unavailable (HTTP 503).'],
  ])('with Microsoft’s words where its code may say more: %i %s', (status, code, message) => {
    expect(failure(status, { code, message: 'M.' }).message).toBe(message)
  })

  it('with the HTTP status, for people who know the request', () => {
    const withStatus = (status: number, error?: object) =>
      graphFailure(refused(status, error), 'GET /x', true).message
    expect(withStatus(404, { message: 'M.' })).toBe('GET /x failed (HTTP 404): M.')
    expect(withStatus(404)).toBe('GET /x failed (HTTP 404). There is nothing at that path in the drive.')
    expect(withStatus(503, { message: 'M.' })).toBe('Microsoft Graph is unavailable (HTTP 503).')
  })

  it.each<object>([
    { error: { code: 'x', message: { lang: 'de', value: 'Gesperrt' } } },
    { 'odata.error': { code: 'x', message: { lang: 'de', value: 'Gesperrt' } } },
    { error: 'x', error_description: 'Gesperrt' },
  ])('are found in %j', (json) => {
    expect(plainWords(answerOf({ status: 400, json }))).toBe('Gesperrt.')
  })

  it('in Microsoft’s own words, on a line, 300 characters at most, and never a page', () => {
    const words = (message: unknown) => plainWords(refused(418, { message }))
    expect(words(' two \n\t lines ')).toBe('two lines.')
    expect(words(`${'x'.repeat(299)}yz`)).toBe(`${'x'.repeat(299)}y.`)
    expect(words('1 < 2')).toBe('1 < 2.')
    for (const none of ['', undefined, 7, '<html>x', '<!DOCTYPE', 'x </b>', '<P>']) {
      expect(words(none)).toBe('')
      expect(failure(418, { message: none }).message).toBe(
        'Creating "/a/b" failed (HTTP 418). Microsoft Graph does not accept the request.',
      )
    }
  })

  it('with what Microsoft’s support asks for', () => {
    const headers = { 'request-id': '12-ab', date: 'Tue, 24 Nov 2026 17:00:00 GMT' }
    const answer = refused(403, { code: 'accessDenied', innerError: { code: 'deeper' } }, headers)
    const trace = { code: 'deeper', requestId: '12-ab', timestamp: 'Tue, 24 Nov 2026 17:00:00 GMT' }
    expect(traceOf(answer)).toEqual(trace)
    for (const error of [
      graphFailure(answer, 'x'),
      noDrive(answer),
      newSignInWanted(answer),
      renewedTokenRefused(answer),
      misplaced('/a', answer),
      similarName('/a', answer),
      nameTaken('/a', 'a file', answer),
    ])
      expect(error).toMatchObject(trace)
    expect(traceOf(refused(403, { code: 'accessDenied' })).code).toBe('accessDenied')
  })
})
