import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as oauth from 'oauth4webapi'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { compareClocks } from '../../src/http/clock-skew.ts'
import { NetworkError } from '../../src/http/errors.ts'
import { type Patience, startPatience } from '../../src/http/retry.ts'
import { askIdentity, explained, tidy, transport } from '../../src/identity/protocol.ts'
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
      message: "Microsoft's sign-in service is unavailable (HTTP 503).",
      hint: 'Try again in a few minutes.',
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
      ready: async () => {},
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
      message: 'The response of the sign-in service cannot be trusted: it is odd.',
    })
  })

  const context = { loginOrigin: 'https://login.example', tenant: 'common', clientId: '12-ab', scope: '' }
  const failing = (error: Error) =>
    explained(context, async () => {
      throw error
    })

  it('that did not come is told by what was in the way', async () => {
    const cause = new NetworkError('It is dark.', true)
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
        message: expect.stringContaining('cannot be trusted: unexpected format'),
        cause: { cause: { message: 'unexpected thing' } },
      })
    } finally {
      clock(0)
    }
  })
})
