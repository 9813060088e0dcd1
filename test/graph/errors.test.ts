import { describe, expect, it } from 'vitest'
import {
  codesOf,
  graphFailure,
  isSimilarName,
  linkRefused,
  noDrive,
  traceOf,
} from '../../src/graph/errors.ts'
import { compareClocks } from '../../src/http/clock-skew.ts'
import { answerOf, type Told } from '../helpers/microsoft/fake-graph.ts'

const told = (status: number, error?: unknown, headers: Record<string, string> = {}) =>
  answerOf({ status, headers, ...(error === undefined ? {} : { json: { error } }) } as Told)
const failure = (status: number, error?: unknown) => graphFailure(told(status, error), 'Making "/a/b"')

describe('a refusal of Graph is a sentence, a next step and a kind', () => {
  const wider =
    'If the scope is too narrow, link again with a wider one: od-link login --scope Files.ReadWrite.All'
  const space = 'Free some space, or empty the recycle bin: https://onedrive.live.com'
  const full = 'Making "/a/b" failed: there is no space left in this OneDrive.'
  const licence =
    'od-link login --tenant consumers\n(for a personal account; for a work account ask the administrator for a licence)'
  const later = 'Try again in some minutes; mkdir and api can wait longer: --max-wait 600'
  const cases: [what: string, status: number, error: unknown, kind: string, message: string, hint: string][] =
    [
      ['no space', 507, undefined, 'not-allowed', full, space],
      ['a quota', 403, { code: 'quotaLimitReached' }, 'not-allowed', full, space],
      [
        'a quota within',
        403,
        { code: 'accessDenied', innerError: { code: 'insufficientStorage' } },
        'not-allowed',
        full,
        space,
      ],
      ['a frozen account', 403, { code: 'accountUpgradeRequired' }, 'not-allowed', full, space],
      [
        'no licence',
        400,
        { message: 'Tenant does not have a SPO license.' },
        'not-allowed',
        'This account has no OneDrive here: Tenant does not have a SPO license.',
        licence,
      ],
      [
        'no site',
        404,
        { message: "User's mysite not found." },
        'not-allowed',
        "This account has no OneDrive here: User's mysite not found.",
        licence,
      ],
      [
        'no right',
        403,
        { message: 'Access denied.' },
        'not-allowed',
        'Making "/a/b" is not allowed: Access denied.',
        wider,
      ],
      [
        'a lock',
        423,
        { message: 'x' },
        'not-allowed',
        'Making "/a/b" failed: the folder is locked.',
        'Try again later.',
      ],
      [
        'nothing there',
        404,
        { message: 'Item not found.' },
        'not-found',
        'Making "/a/b" failed: Item not found.',
        'od-link status --check',
      ],
      [
        'another place',
        302,
        undefined,
        'service',
        'Making "/a/b" failed: the server sends od-link elsewhere (HTTP 302), and a token is not taken there.',
        'Check OD_LINK_GRAPH_HOST and the cloud of the login, and whether a proxy is in between.',
      ],
      ['too much', 429, { message: 'x' }, 'service', 'Microsoft throttles this app (HTTP 429).', later],
      ['trouble', 500, { message: 'x' }, 'service', 'Microsoft Graph is in trouble (HTTP 500).', later],
      ['no patience', 408, undefined, 'service', 'Microsoft Graph is in trouble (HTTP 408).', later],
      ['much trouble', 599, undefined, 'service', 'Microsoft Graph is in trouble (HTTP 599).', later],
      [
        'a request that it does not like',
        400,
        { code: 'invalidRequest', message: 'Bad argument.' },
        'usage',
        'OneDrive does not accept this name or path: Bad argument.',
        'Choose another name.',
      ],
      [
        'anything else',
        418,
        { code: 'teapot', message: 'Short.' },
        'internal',
        'Making "/a/b" failed: Short.',
        'od-link status --check',
      ],
      [
        'a bad request further in',
        400,
        { code: 'x', innerError: { code: 'invalidRequest' }, message: 'M.' },
        'internal',
        'Making "/a/b" failed: M.',
        'od-link status --check',
      ],
      [
        'a status at the edge',
        400,
        undefined,
        'internal',
        'Making "/a/b" failed: the server gives no reason (HTTP 400).',
        'od-link status --check',
      ],
      [
        'another at the edge',
        299,
        undefined,
        'service',
        'Making "/a/b" failed: Microsoft Graph sent an answer that cannot be read (HTTP 299).',
        'Run the same again: what is missing is made.',
      ],
      [
        'a third at the edge',
        300,
        undefined,
        'service',
        'Making "/a/b" failed: the server sends od-link elsewhere (HTTP 300), and a token is not taken there.',
        'Check OD_LINK_GRAPH_HOST and the cloud of the login, and whether a proxy is in between.',
      ],
    ]
  it.each(cases)('%s', (_, status, error, kind, message, hint) => {
    expect(failure(status, error)).toMatchObject({ kind, message, hint })
  })

  it.each(['nameContainsInvalidCharacters', 'invalidPath', 'pathIsTooLong', 'pathTooDeep', 'reservedName'])(
    'a name that OneDrive does not take: %s',
    (code) => {
      for (const error of [{ code }, { code: 'x', innererror: { code } }])
        expect(failure(400, error)).toMatchObject({ kind: 'usage', hint: 'Choose another name.' })
    },
  )

  it('in Microsoft’s own words, on a line, 300 characters at most, and no page', () => {
    const words = (message: unknown) =>
      failure(418, { message }).message.replace('Making "/a/b" failed: ', '')
    expect(words(' two \n\t lines ')).toBe('two lines')
    expect(words(`${'x'.repeat(299)}yz`)).toBe(`${'x'.repeat(299)}y`)
    expect(words('1 < 2')).toBe('1 < 2')
    for (const none of ['', undefined, 7, '<html>x', '<!DOCTYPE', 'x </b>', '<P>'])
      expect(words(none)).toBe('the server gives no reason (HTTP 418).')
  })

  it('with what Microsoft’s support asks for', () => {
    const headers = { 'request-id': '12-ab', date: 'Tue, 24 Nov 2026 17:00:00 GMT' }
    const answer = told(403, { code: 'accessDenied', innerError: { code: 'deeper' } }, headers)
    const trace = { code: 'deeper', requestId: '12-ab', timestamp: 'Tue, 24 Nov 2026 17:00:00 GMT' }
    expect(traceOf(answer)).toEqual(trace)
    expect(graphFailure(answer, 'x')).toMatchObject(trace)
    expect(noDrive(answer)).toMatchObject({
      ...trace,
      kind: 'not-allowed',
      message: 'This account has no OneDrive that can be reached.',
      hint: 'Open https://onedrive.com once with this account, or link another: od-link login',
    })
    expect(linkRefused(answer)).toMatchObject(trace)
    expect(traceOf(told(403, { code: 'accessDenied' })).code).toBe('accessDenied')
  })
})

describe('Microsoft’s codes', () => {
  it.each([
    [{ code: 'a' }, ['a']],
    [{ code: 'a', innerError: { code: 'b', innererror: { code: 'c' } } }, ['a', 'b', 'c']],
    [{ code: '', innerError: { code: 7, innerError: { code: 'c' } } }, ['c']],
    ['text', []],
    [null, []],
    [undefined, []],
  ])('of %j are %j', (error, codes) => {
    expect(codesOf(told(400, error))).toEqual(codes)
  })

  it('are not looked for without end', () => {
    const round: { code: string; innerError?: object } = { code: 'a' }
    round.innerError = round
    expect(codesOf(told(400, round))).toEqual(Array(8).fill('a'))
  })
})

describe('a name that is like another', () => {
  it.each([
    [404, 'The name is incompatible with a similar name', true],
    [404, 'SIMILAR NAME', true],
    [404, 'Item not found', false],
    [409, 'a similar name', false],
  ])('is told by %i %j: %s', (status, message, is) => {
    expect(isSimilarName(told(status, { message }))).toBe(is)
  })
})

describe('a link that Graph does not accept', () => {
  const refused = (message: string) => linkRefused(told(401, { message }))
  const setClock = (ahead: number) =>
    compareClocks({ date: new Date(Date.now() + ahead).toUTCString() }, Date.now(), Date.now())

  it('needs another sign-in', () => {
    expect(refused('Revoked.')).toMatchObject({
      kind: 'sign-in',
      message: 'Microsoft Graph does not accept the link any more: Revoked.',
      hint: 'od-link login',
    })
    expect(refused('The token has expired.').hint).toBe('od-link login')
  })

  it('may have a wrong clock', () => {
    setClock(-3_600_000)
    try {
      for (const message of ['Lifetime validation failed', 'token expired', 'The token is not yet valid'])
        expect(refused(message).hint).toMatch(
          /^This machine's clock is 1 hour ahead of Microsoft's\. Set it: .+\nIf it is refused then, too: od-link login$/,
        )
      expect(refused('Revoked.').hint).toBe('od-link login')
    } finally {
      setClock(0)
    }
  })
})
