import { request } from 'node:http'
import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSocket, sendRaw } from '../helpers/raw-http.ts'
import { type SandboxProcess, startSandbox } from '../helpers/sandbox.ts'
import { comeBack, signInAt, type WaitingLogin, waitingLogin } from '../helpers/waiting-login.ts'
import { newWorld, type World } from '../helpers/world.ts'
import { expectRefusal, expectStrictHeaders } from './strict.ts'

/** What a stranger has to work with. The worst one knows the true answer, and still must not get in the way. */
interface Known {
  host: string
  state: string
  code: string
  /** Code and state, as the authorize page sends them. */
  truth: string
}

type Bytes = string | Buffer

/** In every request of a stranger; no answer may repeat it. */
const mark = 'e7b1-repeat-me'

let sandbox: SandboxProcess
let world: World
let login: WaitingLogin
let answer: URLSearchParams
let known: Known

beforeAll(async () => {
  sandbox = await startSandbox()
  world = newWorld(sandbox)
  login = await waitingLogin(world)
  answer = await signInAt(login.address)
  const code = answer.get('code') ?? ''
  known = { host: `localhost:${login.port}`, state: login.state, code, truth: answer.toString() }
})
afterAll(async () => {
  login?.child.kill()
  world?.remove()
  await sandbox?.stop()
})

function http(line: string, headers: string[], body = ''): string {
  return `${line} HTTP/1.1\r\n${headers.map((header) => `${header}\r\n`).join('')}X-Mark: ${mark}\r\n\r\n${body}`
}

const get = (target: string, { host }: Known, ...headers: string[]) =>
  http(`GET ${target}`, [`Host: ${host}`, ...headers])

const form = 'Content-Type: application/x-www-form-urlencoded'
const post = (target: string, { host }: Known, body: string, type = form) =>
  http(`POST ${target}`, [`Host: ${host}`, type, `Content-Length: ${Buffer.byteLength(body)}`], body)

const queries: [string, number, (known: Known) => string][] = [
  ['no state', 400, ({ code }) => `code=${code}`],
  ['an empty state', 400, ({ code }) => `code=${code}&state=`],
  ['a wrong state', 400, ({ code }) => `code=${code}&state=${mark}`],
  ['the beginning of the state', 400, ({ code, state }) => `code=${code}&state=${state.slice(0, -1)}`],
  ['the state in another case', 400, ({ code, state }) => `code=${code}&state=${state.toUpperCase()}`],
  ['the state twice', 400, ({ truth, state }) => `${truth}&state=${state}`],
  ['the state and a wrong one', 400, ({ truth }) => `${truth}&state=${mark}`],
  ['a wrong state before the true one', 400, ({ truth }) => `state=${mark}&${truth}`],
  ['two codes', 400, ({ truth }) => `${truth}&code=${mark}`],
  ['the code twice', 400, ({ truth, code }) => `${truth}&code=${code}`],
  ['a code and an error', 400, ({ truth }) => `${truth}&error=access_denied`],
  ['an empty code', 400, ({ state }) => `state=${state}&code=`],
  ['neither a code nor an error', 400, ({ state }) => `state=${state}&admin_consent=True&tenant=${mark}`],
  ['an error without a state', 400, () => `error=access_denied&error_description=${mark}`],
  ['an error with a wrong state', 400, () => `error=access_denied&state=${mark}`],
  ['an empty error', 400, ({ state }) => `error=&state=${state}`],
  ['two errors', 400, ({ state }) => `error=access_denied&error=${mark}&state=${state}`],
  ['the issuer of another server', 400, ({ truth }) => `${truth}&iss=https%3A%2F%2F${mark}.example%2Fv2.0`],
  ['a script in the state', 400, () => `code=x&state=%3Cscript%3E${mark}%3C/script%3E`],
  ['a broken percent-encoding', 400, ({ code }) => `code=${code}&state=%E0%A4%A&x=${mark}`],
  ['nothing at all', 400, () => ''],
]

const strangers: [string, number | 'any', (known: Known) => Bytes][] = [
  ...['GET', 'POST'].flatMap((method) =>
    queries.map(([what, status, query]): (typeof strangers)[number] => [
      `${what} (${method})`,
      status,
      (known) => (method === 'GET' ? get(`/?${query(known)}`, known) : post('/', known, query(known))),
    ]),
  ),
  ...[
    () => `${mark}.example`,
    ({ host }: Known) => `${mark}.example${host.slice('localhost'.length)}`,
    ({ host }: Known) => `${mark}.${host}`,
    ({ host }: Known) => host.replace('localhost', `localhost.${mark}.example`),
    () => 'localhost',
    () => 'localhost:1',
    ({ host }: Known) => `${host}0`,
    ({ host }: Known) => `${mark}@${host}`,
    ({ host }: Known) => `${host}, ${mark}.example`,
    () => '',
  ].map((name): (typeof strangers)[number] => [
    `the true answer under the Host ${name({ host: 'localhost:PORT' } as Known) || '(empty)'}`,
    400,
    (known) => get(`/?${known.truth}`, { ...known, host: name(known) }),
  ]),
  ['the true answer without a Host', 400, ({ truth }) => http(`GET /?${truth}`, [])],
  ['the true answer in HTTP/1.0', 400, ({ truth }) => `GET /?${truth} HTTP/1.0\r\nX-Mark: ${mark}\r\n\r\n`],
  ['the true answer with two Hosts', 400, (k) => get(`/?${k.truth}`, k, `Host: ${mark}.example`)],
  ['the true answer with its Host twice', 400, (k) => get(`/?${k.truth}`, k, `Host: ${k.host}`)],
  ['a favicon', 404, (k) => get('/favicon.ico', k)],
  ['the true answer at another path', 404, (k) => get(`/${mark}?${k.truth}`, k)],
  ['the true answer at a doubled slash', 404, (k) => get(`//?${k.truth}`, k)],
  ['the true answer at an encoded path', 404, (k) => get(`/%2e?${k.truth}`, k)],
  ['a guessed page of the outcome', 404, (k) => get(`/result/${mark}`, k)],
  ['an absolute target elsewhere', 'any', (k) => get(`http://${mark}.example/?${k.truth}`, k)],
  ['an absolute target here', 'any', (k) => get(`http://${k.host}/?state=${mark}`, k)],
  ['two question marks', 'any', (k) => get(`/?${k.truth}?${mark}`, k)],
  ...['HEAD', 'PUT', 'DELETE', 'PATCH', 'TRACE'].map((method): (typeof strangers)[number] => [
    `the true answer by ${method}`,
    405,
    ({ truth, host }) => http(`${method} /?${truth}`, [`Host: ${host}`]),
  ]),
  [
    'a preflight of another site',
    405,
    ({ host }) =>
      http('OPTIONS /', [
        `Host: ${host}`,
        `Origin: https://${mark}.example`,
        'Access-Control-Request-Method: POST',
        'Access-Control-Request-Private-Network: true',
      ]),
  ],
  ['OPTIONS *', 'any', ({ host }) => http('OPTIONS *', [`Host: ${host}`])],
  ['a POST of JSON', 415, (k) => post('/', k, k.truth, 'Content-Type: application/json')],
  ['a POST of text', 415, (k) => post('/', k, k.truth, 'Content-Type: text/plain')],
  ['a POST of parts', 415, (k) => post('/', k, k.truth, 'Content-Type: multipart/form-data; boundary=x')],
  ['a POST of no type', 415, (k) => post('/', k, k.truth, 'Accept: */*')],
  ['a POST with a query', 400, (k) => post(`/?${k.truth}`, k, k.truth)],
  ['a POST with the answer in its query', 400, (k) => post(`/?${k.truth}`, k, '')],
  ['a body of more than 16 KiB', 413, (k) => post('/', k, `${k.truth}&x=${mark.repeat(1300)}`)],
  [
    'a body that claims to be of gigabytes',
    413,
    ({ host }) => http('POST /', [`Host: ${host}`, form, 'Content-Length: 9999999999']),
  ],
  ['a flood of headers', 431, (k) => get('/', k, ...Array(400).fill(`X-Flood: ${mark.repeat(6)}`))],
  ['an address of 20 KB', 'any', (k) => get(`/?${k.truth}&x=${mark.repeat(1500)}`, k)],
  [
    'two lengths',
    400,
    ({ host }) => http('POST /', [`Host: ${host}`, 'Content-Length: 1', 'Content-Length: 2']),
  ],
  [
    'a length and chunks',
    400,
    ({ host }) => http('POST /', [`Host: ${host}`, form, 'Content-Length: 5', 'Transfer-Encoding: chunked']),
  ],
  ['an expectation', 'any', (k) => get('/', k, `Expect: ${mark}`)],
  [
    'a WebSocket',
    'any',
    (k) => get('/', k, 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Key: eA=='),
  ],
  ['HTTP/2 without TLS', 'any', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a tunnel', 'any', () => http(`CONNECT ${mark}.example:443`, [`Host: ${mark}.example:443`])],
  ['bytes that are no HTTP', 400, () => Buffer.from([0, 1, 2, 255, 254, 13, 10, 13, 10])],
  ['the greeting of TLS', 400, () => Buffer.from('16030100a5010000a10303', 'hex')],
  ['a request line without a version', 400, () => `GET /${mark}\r\n\r\n`],
  ['a zero byte in a header', 400, (k) => get('/', k, `X-Zero: ${mark}\0`)],
]

describe('while login waits', () => {
  it.each(strangers)('refuses %s, says nothing of it, and goes on waiting', async (_, status, bytes) => {
    const answer = await sendRaw(login.port, bytes(known))
    expectRefusal(answer, status, [mark, known.state, known.code])
    expect(login.waits()).toBe(true)
  })

  it('refuses a body that grows past 16 KiB while it is sent, and says so', async () => {
    const answer = await new Promise<number | undefined>((resolve, reject) => {
      const outgoing = request({
        port: login.port,
        host: '127.0.0.1',
        method: 'POST',
        headers: { host: known.host, 'content-type': 'application/x-www-form-urlencoded' },
      })
      outgoing.on('response', (response) => resolve(response.statusCode)).on('error', reject)
      const dripping = setInterval(() => outgoing.write('x='.repeat(3000)), 20)
      outgoing.on('close', () => clearInterval(dripping))
    })
    expect(answer).toBe(413)
    expect(login.waits()).toBe(true)
  })

  it('listens on loopback in both families, and nowhere else', async () => {
    for (const host of ['127.0.0.1', '::1']) (await openSocket(login.port, host)).destroy()
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, address }) => !internal && !address.startsWith('fe80'))
      .map(({ address }) => address)
    // Linux alone has all of 127.0.0.0/8 at hand.
    const neighbour = process.platform === 'linux' ? ['127.0.0.2'] : []
    for (const host of [...others, ...neighbour]) {
      await expect(openSocket(login.port, host), host).rejects.toThrow('ECONNREFUSED')
    }
  })

  it('then takes the true answer in under a second, and links once', async () => {
    const started = performance.now()
    const last = await comeBack(login, answer)
    const { code, stderr } = await login.ended
    expect({ code, stderr, status: last.status }).toEqual({ code: 0, stderr: '', status: 200 })
    expect(performance.now() - started).toBeLessThan(1000)
    expectStrictHeaders(Object.fromEntries(last.headers))
    const log: { grant?: string }[] = await sandbox.control('GET', 'log')
    expect(log.filter(({ grant }) => grant === 'authorization_code')).toHaveLength(1)
    await expect(openSocket(login.port)).rejects.toThrow('ECONNREFUSED')
  })
})
