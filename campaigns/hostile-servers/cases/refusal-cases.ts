/* Errors with hostile content, and invalid tokens. */

import type { Attack } from '../attack.ts'
import type { Json } from '../id-token.ts'
import { JsonText, nested } from '../json-text.ts'
import { escapes, invisible } from '../poisons.ts'
import type { Answer, Exchange, Tamper } from '../tamperer.ts'

const said =
  (status: number, json: unknown, headers: Record<string, string> = {}): Tamper =>
  (answer) => {
    Object.assign(answer, { status, json: structuredClone(json), claims: undefined })
    Object.assign(answer.headers, headers)
    return undefined
  }
const words = escapes + invisible
const graphError = {
  error: { code: words, message: words, innerError: { code: words, 'request-id': words } },
}

const graphStatuses: Attack[] = [
  400, 403, 404, 405, 409, 413, 416, 418, 422, 423, 429, 500, 503, 507, 509,
].flatMap((status) =>
  (['mkdir', 'many'] as const).flatMap((scene) =>
    [[], ['--json'], ['--verbose']].map((flags) => ({
      group: 'Error messages',
      name: `HTTP ${status} with escape sequences in every field`,
      scene,
      flags,
      // Unknown errors are 1, according to the list of exit codes.
      codes: [0, 1, 2, 3, 6, 7, 8, 9],
      tamper: said(status, graphError, {
        'retry-after': '\u009b31m',
        date: '\u009b31m',
        'request-id': '\u009b31m',
      }),
    })),
  ),
)

/** Errors of the sign-in service; the first one means that the link has ended. */
const identityWords: Attack[] = ['invalid_grant', 'temporarily_unavailable', escapes].flatMap((error, at) =>
  (['login', 'device', 'renewal', 'status', 'doctor'] as const).map((scene, nth) => ({
    group: 'Error messages',
    name: `the sign-in service refuses (${at < 2 ? error : 'a name of escape sequences'}) with such in all that it says`,
    scene,
    kinds: ['token by code', 'device poll', 'token by refresh'] as const,
    flags: [['--json'], []][(at + nth) % 2] ?? [],
    codes: [4, 6],
    tamper: said(400, {
      error,
      ...Object.fromEntries(
        ['error_description', 'suberror', 'error_uri', 'trace_id', 'timestamp'].map((name) => [name, words]),
      ),
      error_codes: [words],
    }),
  })),
)

const shapes: Attack[] = [
  null,
  [],
  1,
  { error: 'text' },
  { error: [] },
  { error: { message: {} } },
  { error: { code: 1, innerError: nestedErrors() } },
].map((json) => ({
  group: 'Error messages',
  name: `HTTP 403 with the body ${JSON.stringify(json).slice(0, 40)}`,
  scene: 'mkdir',
  flags: ['--json'],
  codes: [9],
  tamper: said(403, json),
}))

function nestedErrors(): Json {
  let error: Json = {}
  for (let depth = 0; depth < 500; depth += 1) error = { code: `code${depth}`, innerError: error }
  return error
}

const secretsIn = ({ headers, body }: Exchange) =>
  [headers.authorization, ...new URLSearchParams(body).values()].filter(Boolean).join(' | ')
const echoes: Attack[] = [
  ...(['mkdir', 'reuse', 'list', 'many', 'status', 'doctor'] as const).map(
    (scene): Attack => ({
      group: 'Secrets repeated in errors',
      name: 'the error repeats the token',
      scene,
      codes: [1, 2, 6, 7, 8, 9],
      tamper: (answer, exchange) => {
        if (exchange.kind === 'token by refresh' || exchange.kind === 'discovery') return undefined
        const message = secretsIn(exchange)
        const headers = { 'request-id': exchange.headers.authorization?.slice(7) ?? '' }
        return said(
          403,
          { error: { code: message, message, innerError: { code: message } } },
          headers,
        )(answer, exchange)
      },
    }),
  ),
  ...(['login', 'device', 'renewal', 'status', 'doctor'] as const).map(
    (scene): Attack => ({
      group: 'Secrets repeated in errors',
      name: 'the error repeats the whole request',
      scene,
      codes: [4, 6],
      tamper: (answer, exchange) => {
        if (!exchange.kind.startsWith('token') && exchange.kind !== 'device poll') return undefined
        const text = secretsIn(exchange)
        return said(400, {
          error: text,
          error_description: text,
          suberror: text,
          trace_id: text,
          timestamp: text,
        })(answer, exchange)
      },
    }),
  ),
]

const challenges: [string, string][] = [
  ['not base64', 'claims="!!!"'],
  ['not JSON', `claims="${Buffer.from('no json').toString('base64')}"`],
  ['a list', `claims="${Buffer.from('[1]').toString('base64')}"`],
  ['12 KB', `claims="${Buffer.from(`{"a":"${'x'.repeat(9_000)}"}`).toString('base64')}"`],
  [
    'escape sequences',
    `claims="${Buffer.from(JSON.stringify({ a: escapes })).toString('base64')}", error="\u009b31m"`,
  ],
  ['given twice', 'claims="eyJhIjoxfQ==", claims="eyJiIjoxfQ=="'],
]
const claims: Attack[] = challenges.flatMap(([name, challenge]) =>
  (['mkdir', 'many', 'status'] as const).map(
    (scene): Attack => ({
      group: 'Claims challenges',
      name: `claims that are ${name}, every time`,
      scene,
      codes: [4, 6, 7],
      kinds: ['create', 'batch', 'drive'],
      tamper: said(401, {}, { 'www-authenticate': `Bearer ${challenge}` }),
      wrong: ({ stderr }, { server }) => {
        const renewals = server.seen.filter(({ exchange }) => exchange.kind === 'token by refresh').length
        return renewals > 3 ? `${renewals} renewals: ${stderr.slice(0, 100)}` : undefined
      },
    }),
  ),
)
const inBatches: Attack[] = ['7 MB', 'an object that cannot become a string'].map((name) => ({
  group: 'Claims challenges',
  name: `claims in a batch that are ${name}`,
  scene: 'many',
  codes: [4, 6, 7, 9],
  tamper: ({ json }) => {
    const huge = `Bearer claims="${Buffer.from(`{"a":"${'x'.repeat(5_000_000)}"}`).toString('base64')}"`
    for (const response of json.responses ?? []) {
      const header = name === '7 MB' ? huge : { toString: 1 }
      Object.assign(response, {
        status: 401,
        headers: { 'WWW-Authenticate': header, 'Retry-After': header, Date: header },
      })
    }
    return undefined
  },
}))

const waits: Attack[] = [
  '0',
  '-1',
  '999999999',
  '9'.repeat(400),
  'Fri, 31 Dec 9999 23:59:59 GMT',
  'Mon, 01 Jan 0001 00:00:00 GMT',
  '1e400',
  '0.0000001',
].flatMap((wait) =>
  (['mkdir', 'many', 'renewal'] as const).flatMap((scene) =>
    [429, 503].map((status) => ({
      group: 'Waiting times set by the server',
      name: `HTTP ${status} with Retry-After: ${wait.slice(0, 30)}`,
      scene,
      // After a 503 od-link checks whether the folder was created anyway; here it was.
      codes: status === 503 && scene !== 'renewal' ? [0, 6, 7] : [6, 7],
      tamper: (answer: Answer, exchange: Exchange) => {
        said(status, { error: { code: 'x', message: 'x' } }, { 'retry-after': wait })(answer, exchange)
        return undefined
      },
    })),
  ),
)
const inEachPart: Attack[] = ['0', '999999999', '9'.repeat(400)].map((wait) => ({
  group: 'Waiting times set by the server',
  name: `429 for one request of a batch, with Retry-After: ${wait.slice(0, 30)}`,
  scene: 'many',
  codes: [0, 6],
  tamper: ({ json }) => {
    const [first] = json.responses ?? []
    Object.assign(first ?? {}, { status: 429, headers: { 'Retry-After': wait }, body: {} })
    return undefined
  },
}))

const lives: [string, unknown, number[]][] = [
  ['absent', undefined, [0]],
  ['0', 0, [0]],
  ['negative', -3600, [0]],
  ['huge', 1e300, [0]],
  ['beyond the range of dates', 1e13, [0]],
  ['infinite', new JsonText('1e999'), [0]],
  ['not a number', new JsonText('NaN'), [6]],
  ['the string 3600', '3600', [0]],
  ['the string never', 'never', [0]],
  ['a list', [3600], [0]],
  ['deep', nested(100_000), [0, 6]],
]
const lifetimes: Attack[] = lives.flatMap(([name, life, codes]) =>
  (['login', 'renewal', 'status', 'doctor'] as const).map((scene) => ({
    group: 'Lifetimes of tokens',
    name: `expires_in is ${name}`,
    scene,
    codes,
    kinds: ['token by code', 'token by refresh'] as const,
    tamper: ({ json }: Answer) => {
      json.expires_in = life
      json.ext_expires_in = life
      return undefined
    },
  })),
)

const badTokens: [string, unknown][] = [
  ['contains a line break', 'ab\r\nhost: evil.example'],
  ['contains escape sequences', escapes],
  ['contains non-ASCII letters', 'é\u202e'],
  ['contains spaces', 'a b'],
  ['is 1 MB long', 'x'.repeat(1_000_000)],
  ['is a number', 42],
  ['is a list', ['x']],
]
const tokens: Attack[] = badTokens.flatMap(([name, token]) =>
  (['access_token', 'refresh_token'] as const).flatMap((field) =>
    (['login', 'renewal', 'status'] as const).map((scene) => ({
      group: 'Invalid tokens',
      name: `the ${field} ${name}`,
      scene,
      codes: [6],
      kinds: ['token by code', 'token by refresh'] as const,
      tamper: ({ json }: Answer) => {
        json[field] = token
        return undefined
      },
    })),
  ),
)

const missing: Attack[] = (
  [
    ['has no id_token', (json) => delete json.id_token, 6],
    ['has no access token', (json) => delete json.access_token, 6],
    ['has no refresh token', (json) => delete json.refresh_token, 4],
    ['has a token of another type', (json) => (json.token_type = 'mac'), 6],
  ] as [string, (json: Json) => unknown, number][]
).map(([name, change, code]) => ({
  group: 'Invalid tokens',
  name: `the answer ${name}`,
  scene: 'login',
  kinds: ['token by code'],
  flags: ['--json'],
  codes: [code],
  tamper: ({ json }) => void change(json) as undefined,
}))

const silent: Attack = {
  group: 'Error messages',
  name: 'the sign-in service sends an empty error',
  scene: 'login',
  kinds: ['token by code'],
  flags: ['--json'],
  codes: [6],
  tamper: said(400, {}),
}

export const refusalCases: Attack[] = [
  ...graphStatuses,
  ...identityWords,
  silent,
  ...shapes,
  ...echoes,
  ...claims,
  ...inBatches,
  ...waits,
  ...inEachPart,
  ...lifetimes,
  ...tokens,
  ...missing,
]
