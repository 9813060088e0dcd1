import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as oauth from 'oauth4webapi'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { compareClocks } from '../../src/http/clock-skew.ts'
import { NetworkError } from '../../src/http/errors.ts'
import { type Patience, startPatience } from '../../src/http/retry.ts'
import type { LinkRecord } from '../../src/identity/link.ts'
import { askIdentity, explained, tidy, transport } from '../../src/identity/protocol.ts'
import { refreshTokens } from '../../src/identity/refresh.ts'
import { type Answer, closedPort, startServer, type TestServer } from '../helpers/network/server.ts'

let server: TestServer
afterEach(() => server?.stop())

/** A sign-in service that gives these answers in turn, and the last one for ever. */
async function answering(...answers: Answer[]): Promise<URL> {
  let at = -1
  server = await startServer(() => {
    at = Math.min(at + 1, answers.length - 1)
    return answers[at] as Answer
  })
  return new URL(`${server.origin}/common/oauth2/v2.0/token`)
}
const soon = { 'retry-after': '0.01' }
const trouble = (status: number): Answer => ({ status, headers: { ...soon, 'x-ms-request-id': '12-ab' } })
const ask = (url: URL, patience: Patience | undefined = startPatience(30_000)) =>
  askIdentity({ method: 'GET', url }, patience)

describe('trouble of the sign-in service that may pass', () => {
  it.each([408, 429, 500, 502, 503, 504])('is waited out: HTTP %i', async (status) => {
    const url = await answering(trouble(status), { status: 200, body: { ok: true } })
    expect(await ask(url)).toMatchObject({ status: 200, body: '{"ok":true}' })
    expect(server.seen).toHaveLength(2)
  })

  it.each(['temporarily_unavailable', 'server_error'])('may say so of itself: %s', async (error) => {
    const url = await answering({ status: 400, headers: soon, body: { error } }, { status: 200, body: {} })
    expect((await ask(url)).status).toBe(200)
  })

  it.each([
    ['a refusal', { status: 400, body: { error: 'invalid_grant' } }],
    ['an answer with such a word', { status: 200, body: { error: 'server_error' } }],
    ['an odd status', { status: 428, body: {} }],
    ['a page', { status: 404, body: '<html>' }],
    ['a page where any answer will do', { status: 200, body: '<html>' }],
  ])('is not %s', async (_, answer) => {
    expect((await ask(await answering(answer))).status).toBe(answer.status)
    expect(server.seen).toHaveLength(1)
  })

  it('is given up after the fourth time, and said with what support asks for', async () => {
    await expect(ask(await answering(trouble(503)))).rejects.toMatchObject({
      kind: 'service',
      message: "Microsoft's sign-in service is in trouble (HTTP 503).",
      hint: 'Try again in some minutes.',
      requestId: '12-ab',
    })
    expect(server.seen).toHaveLength(4)
  })

  it('is not waited out where a request must not be repeated, nor for longer than there is time', async () => {
    const url = await answering(trouble(503))
    await expect(askIdentity({ method: 'GET', url }, undefined)).rejects.toMatchObject({ kind: 'service' })
    expect(server.seen).toHaveLength(1)
    const long = await answering({ status: 503, headers: { 'retry-after': '60' } })
    await expect(ask(long, startPatience(2_000))).rejects.toMatchObject({ kind: 'service' })
    expect(server.seen).toHaveLength(1)
  })
})

describe('a connection that breaks', () => {
  /** A server that does this to each request. */
  async function with_(
    work: (count: number, socket: { destroy: () => void; end: (text: string) => void }) => void,
  ) {
    let count = 0
    const raw = createServer((request) => {
      count += 1
      work(count, request.socket)
    })
    raw.listen(0, 'localhost')
    await once(raw, 'listening')
    const url = new URL(`http://localhost:${(raw.address() as AddressInfo).port}/`)
    return { url, count: () => count, stop: () => raw.close().closeAllConnections() }
  }

  it('after the request was sent is tried again', async () => {
    const fragile = await with_((count, socket) =>
      count === 1 ? socket.destroy() : socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'),
    )
    const pauses: (string | undefined)[][] = []
    const patience: Patience = {
      pause: async (...asked) => pauses.push(asked) > 0,
      left: () => 5_000,
      attempt: (longest) => longest,
      pauses: 0,
    }
    expect((await ask(fragile.url, patience)).status).toBe(200)
    expect(pauses).toEqual([[expect.stringContaining('localhost'), undefined]])
    fragile.stop()
  })

  it('before it was sent is the end', async () => {
    const url = new URL(`http://localhost:${await closedPort()}/`)
    let pauses = 0
    const pause = async () => {
      pauses += 1
      return true
    }
    await expect(ask(url, { ...startPatience(30_000), pause })).rejects.toMatchObject({ kind: 'network' })
    expect(pauses).toBe(0)
  })

  it.each([
    ['no time is left', 0, 2_000],
    ['some time is left', 7_500, 5_000],
    ['much time is left', 300_000, 20_000],
    ['nobody bounds it', undefined, 20_000],
  ])('by hanging is bounded when %s', async (_, left, limit) => {
    const hanging = await with_(() => {})
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const patience = left === undefined ? undefined : { ...startPatience(left), pause: async () => false }
      let settled = false
      const asked = askIdentity({ method: 'GET', url: hanging.url }, patience).finally(() => {
        settled = true
      })
      const outcome = expect(asked).rejects.toMatchObject({ kind: 'network' })
      await vi.waitUntil(() => hanging.count() > 0)
      await vi.advanceTimersByTimeAsync(limit - 500)
      expect(settled).toBe(false)
      await vi.advanceTimersByTimeAsync(501)
      await outcome
    } finally {
      vi.useRealTimers()
      hanging.stop()
    }
  })
})

const record = (tokenEndpoint: string): LinkRecord => ({
  version: 1,
  id: 'contoso.ada',
  tenantId: 'contoso',
  objectId: 'ada',
  kind: 'work',
  username: 'ada@contoso.example',
  displayName: 'Ada',
  registration: { clientId: '12-ab', tenant: 'common' },
  tokenEndpoint,
  issuer: 'https://login.example/contoso/v2.0',
  graphOrigin: 'https://graph.example',
  scope: 'User.Read Files.ReadWrite.All',
  grantedScope: 'Files.ReadWrite.All',
  accessToken: 'old',
  expiresAt: 0,
  refreshToken: 'old+refresh/token',
  linkedAt: 0,
  lastRenewedAt: 0,
})
const answer = {
  token_type: 'Bearer',
  access_token: 'new',
  expires_in: 3600,
  refresh_token: 'newer',
  scope: 'User.Read',
}
async function renew(
  body: unknown,
  { claims, secret, status = 200 }: { claims?: string; secret?: string; status?: number } = {},
) {
  const { href } = await answering({ status, body })
  const link = record(href)
  if (secret !== undefined) link.registration.clientSecret = secret
  return refreshTokens(link, claims, startPatience(5_000))
}
const sent = () => Object.fromEntries(new URLSearchParams(server.seen[0]?.body))

describe('a renewal', () => {
  it('sends the refresh token alone, in a POST, and brings new tokens', async () => {
    const before = Date.now()
    const renewed = await renew(answer)
    expect(renewed).toEqual({
      accessToken: 'new',
      refreshToken: 'newer',
      grantedScope: 'User.Read',
      expiresAt: expect.any(Number),
    })
    expect(renewed.expiresAt - before).toBeGreaterThanOrEqual(3_600_000)
    expect(renewed.expiresAt - Date.now()).toBeLessThanOrEqual(3_600_000)
    expect(sent()).toEqual({
      client_id: '12-ab',
      grant_type: 'refresh_token',
      refresh_token: 'old+refresh/token',
    })
    expect(server.seen[0]).toMatchObject({ method: 'POST', url: '/common/oauth2/v2.0/token' })
  })

  it('sends the secret and the claims where there are some', async () => {
    await renew(answer, { claims: '{"a":1}', secret: 'hush' })
    expect(sent()).toMatchObject({ client_secret: 'hush', claims: '{"a":1}' })
  })

  it.each([
    [
      'no refresh token, keeps the old one',
      { refresh_token: undefined },
      { refreshToken: 'old+refresh/token' },
    ],
    [
      'an empty refresh token, keeps the old one',
      { refresh_token: '' },
      { refreshToken: 'old+refresh/token' },
    ],
    [
      'the same refresh token again, keeps it',
      { refresh_token: 'old+refresh/token' },
      { refreshToken: 'old+refresh/token' },
    ],
    ['null, keeps the old one', { refresh_token: null }, { refreshToken: 'old+refresh/token' }],
    ['no scope, keeps what was granted', { scope: undefined }, { grantedScope: 'Files.ReadWrite.All' }],
    ['an id_token that is none, does not mind', { id_token: 'no.token' }, { accessToken: 'new' }],
  ])('that brings %s', async (_, change, expected) => {
    expect(await renew({ ...answer, ...change })).toMatchObject(expected)
  })

  it('without a lifetime is good for now', async () => {
    const { expiresAt } = await renew({ ...answer, expires_in: undefined })
    expect(Math.abs(expiresAt - Date.now())).toBeLessThan(2_000)
  })

  it('is read as JSON whatever it calls itself', async () => {
    const { href } = await answering({ status: 200, headers: { 'content-type': 'text/html' }, body: answer })
    expect(await refreshTokens(record(href), undefined, startPatience(5_000))).toMatchObject({
      accessToken: 'new',
    })
  })

  it.each([
    ['no access token', 200, { ...answer, access_token: undefined }],
    ['no news', 304, ''],
    ['a redirect', 302, ''],
  ])('that brings %s cannot be trusted', async (_, status, body) => {
    await expect(renew(body, { status })).rejects.toMatchObject({
      kind: 'service',
      message: expect.stringMatching(/^The sign-in service gave an answer that cannot be trusted: .+\.$/),
      hint: "Check this machine's clock and whether a proxy changes answers, then try again.",
      cause: expect.any(Error),
    })
  })

  it.each([
    ['a page', 200, '<html>Hello</html>'],
    ['nothing', 204, ''],
  ])('that brings %s was answered by something in between', async (_, status, body) => {
    await expect(renew(body, { status })).rejects.toMatchObject({
      kind: 'service',
      message: `Microsoft's sign-in service sent an answer that cannot be read (HTTP ${status}).`,
      hint: 'Check whether a proxy or a sign-in page of the network is in between, then try again.',
    })
  })

  it('that an administrator has to approve brings a letter about this app', async () => {
    const refused = renew({ error: 'invalid_grant', error_description: 'AADSTS90094: No.' }, { status: 400 })
    await expect(refused).rejects.toMatchObject({
      kind: 'sign-in',
      hint: expect.stringMatching(/^Ask for less[\s\S]*client_id=12-ab/),
    })
  })

  it.each([
    ['a page', 'text/html', '<html>', 'content-type must be application/json'],
    ['half an answer', 'application/json', '{"error":', 'unexpected HTTP status code'],
  ])('that is refused by %s tells what is wrong with that', async (_, type, body, what) => {
    const { href } = await answering({ status: 400, headers: { 'content-type': type }, body })
    await expect(refreshTokens(record(href), undefined, startPatience(5_000))).rejects.toMatchObject({
      kind: 'service',
      message: expect.stringContaining(what),
    })
  })

  it('that brings nothing new is told as that', async () => {
    await expect(renew('', { status: 304 })).rejects.toMatchObject({
      message: expect.stringMatching(/cannot be trusted: (?!no answer has its shape)/),
    })
  })

  it('whose refusal repeats what was sent does not show it', async () => {
    const secret = 'the/secret+x'
    const both = ['old+refresh/token', 'old%2Brefresh%2Ftoken', secret, encodeURIComponent(secret)].join(
      ' and ',
    )
    const refused = renew(
      { error: 'invalid_grant', error_description: `You sent ${both}`, suberror: 7 },
      { status: 400, secret },
    )
    await expect(refused).rejects.toMatchObject({
      kind: 'sign-in',
      message: 'Microsoft answered: You sent … and … and … and …',
      cause: { suberror: 7 },
    })
  })
})

describe('a question without a body', () => {
  it.each([null, undefined])('is sent without one: %s', async (body) => {
    const { href } = await answering({ status: 200, body: {} })
    const options = { method: 'GET', headers: {}, redirect: 'manual', signal: undefined, body } as const
    await transport(undefined)[oauth.customFetch](href, options)
    expect(server.seen[0]).toMatchObject({ method: 'GET', body: '' })
    expect(server.seen[0]?.headers).not.toHaveProperty('content-length')
  })
})

describe('an answer', () => {
  it('has no empty fields', () => {
    expect(tidy({ a: null, b: '', c: 0, d: false, e: 'x', f: undefined })).toEqual({ c: 0, d: false, e: 'x' })
  })

  it.each([0, -5, '0', 'soon', Number.POSITIVE_INFINITY, {}])('has no lifetime of %j', (expires_in) => {
    expect(tidy({ expires_in, ext_expires_in: 0 })).toEqual({ ext_expires_in: 0 })
  })

  it.each([5, '3600'])('has a lifetime of %j', (expires_in) => {
    expect(tidy({ expires_in })).toEqual({ expires_in })
  })

  it('that broke the protocol in a way of its own is told by its own words', async () => {
    const odd = Object.assign(new Error('it is odd'), { code: oauth.INVALID_RESPONSE })
    await expect(failing(odd)).rejects.toMatchObject({
      kind: 'service',
      message: 'The sign-in service gave an answer that cannot be trusted: it is odd.',
    })
  })

  const context = { loginOrigin: 'https://login.example', tenant: 'common', clientId: '12-ab', scope: '' }
  const failing = (error: Error) =>
    explained(context, async () => {
      throw error
    })

  it('that did not come is told by what was in the way', async () => {
    const cause = new NetworkError('It is dark.', undefined, true, undefined)
    await expect(failing(new TypeError('fetch failed', { cause }))).rejects.toBe(cause)
    await expect(failing(cause)).rejects.toBe(cause)
  })

  it('whose times do not fit is a matter of the clock where that is wrong', async () => {
    const untimely = new oauth.OperationProcessingError('unexpected times', {
      code: oauth.JWT_TIMESTAMP_CHECK,
    })
    const other = new oauth.OperationProcessingError('unexpected nonce', { code: oauth.JWT_CLAIM_COMPARISON })
    const clock = (ahead: number) =>
      compareClocks({ date: new Date(Date.now() + ahead).toUTCString() }, Date.now(), Date.now())
    const distrusted = { kind: 'service', message: expect.stringMatching(/cannot be trusted: unexpected /) }
    clock(0)
    await expect(failing(untimely)).rejects.toMatchObject(distrusted)
    clock(7_200_000)
    try {
      await expect(failing(untimely)).rejects.toMatchObject({
        kind: 'sign-in',
        message: "This machine's clock is 2 hours behind Microsoft's, so the sign-in cannot be checked.",
        hint: expect.stringMatching(/^Set the clock: .+\nThen: od-link login$/),
      })
      await expect(failing(other)).rejects.toMatchObject(distrusted)
      await expect(failing(new Error('unexpected thing'))).rejects.toMatchObject({
        kind: 'service',
        message: expect.stringContaining('cannot be trusted: no answer has its shape'),
        cause: { cause: { message: 'unexpected thing' } },
      })
    } finally {
      clock(0)
    }
  })
})
