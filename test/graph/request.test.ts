import type { ClientRequest } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { listAccounts, readLink } from '../../src/accounts/index.ts'
import { addLink } from '../../src/accounts/links.ts'
import { maxRetries, openGraph } from '../../src/graph/request.ts'
import { sendOnce } from '../../src/graph/send-once.ts'
import type { Streams } from '../../src/http/transport.ts'
import { answerOf } from '../helpers/microsoft/fake-graph.ts'
import {
  type Answer,
  closedPort,
  type Request,
  startServer,
  type TestServer,
} from '../helpers/network/server.ts'
import { recordOf, useOwnSettings } from '../helpers/program/own-settings.ts'

const own = useOwnSettings()
let server: TestServer
afterEach(() => server?.stop())

/** A server that is Graph and the token endpoint; Graph gives these answers in turn, then the last one every time. */
async function answering(...answers: Answer[]) {
  let [at, tokens] = [0, 0]
  server = await startServer(({ url }: Request) => {
    if (!url.endsWith('/token')) return answers[Math.min(at++, answers.length - 1)] as Answer
    tokens += 1
    return {
      status: 200,
      body: { token_type: 'Bearer', access_token: `renewed-${tokens}`, expires_in: 3600 },
    }
  })
  return addLink(
    recordOf({ graphOrigin: server.origin, tokenEndpoint: `${server.origin}/common/token` }),
    undefined,
  )
}
const soon = { 'retry-after': '0.01' }
const good: Answer = { status: 200, body: { id: 'x' } }
const ask = { method: 'GET', path: '/me' } as const
const atGraph = () => server.seen.filter(({ url }) => !url.endsWith('/token'))
const claims = Buffer.from('{"a":1}').toString('base64')

describe('a request to Graph', () => {
  it('may pass its answer on as it arrives, which needs no JSON then', async () => {
    const account = await answering(good)
    const sender = { account, link: await readLink(account) }
    const how = { timeoutMs: 5_000, freshConnection: false }
    const taken = (text: string, isWhole = false) => {
      const take: Streams['take'] = async (response) => {
        response.resume()
        return text
      }
      return sendOnce(sender, { ...ask, streams: { take, ...(isWhole ? { isWhole } : {}) } }, how)
    }
    expect(await taken('')).toMatchObject({ status: 200, json: undefined, repeated: false })
    expect(await taken('', true)).toMatchObject({ kind: 'network', reason: 'unreadable-answer' })
    expect(await taken('{"a":1}')).toMatchObject({ status: 200, json: { a: 1 } })
    expect(await taken('{"a":')).toMatchObject({
      message: 'Microsoft Graph sent an invalid response.',
      hint: 'Try again.',
    })
  })

  it('whose answer repeats the token does not bring it into a message', async () => {
    const account = await answering({
      status: 400,
      body: { error: { code: 'x', message: 'You sent a-token here.' } },
    })
    const link = await readLink(account)
    const answer = await sendOnce({ account, link }, ask, { timeoutMs: 5_000, freshConnection: false })
    expect(answer).toMatchObject({
      asked: { ...ask, caller: { account, grantedScope: link.grantedScope } },
      json: { error: { message: 'You sent … here.' } },
      repeated: false,
    })
  })

  it('carries the token, and a body as JSON', async () => {
    const graph = openGraph(await answering(good), 5_000)
    expect(await graph.send({ method: 'POST', path: '/me/x', body: { a: 'é' } })).toMatchObject({
      status: 200,
      json: { id: 'x' },
      repeated: false,
    })
    await graph.send(ask)
    const [post, get] = server.seen
    expect(post).toMatchObject({ method: 'POST', url: '/v1.0/me/x', body: '{"a":"é"}' })
    expect(post?.headers).toMatchObject({
      authorization: 'Bearer a-token',
      'content-type': 'application/json',
    })
    expect(get?.headers).not.toHaveProperty('content-type')
  })

  it.each([408, 429, 500, 502, 503, 504, 509])('is sent again after HTTP %i', async (status) => {
    const graph = openGraph(await answering({ status, headers: soon }, good), 10_000)
    expect(await graph.send(ask)).toMatchObject({ status: 200, repeated: true })
    expect(own.waiting).toHaveLength(1)
  })

  it.each([400, 404, 409, 501, 507])('is not sent again after HTTP %i', async (status) => {
    const graph = openGraph(await answering({ status, body: {} }, good), 10_000)
    expect(await graph.send(ask)).toMatchObject({ status, repeated: false })
  })

  it('is given up after the fifth failure, or for lack of time', async () => {
    const graph = openGraph(await answering({ status: 503, headers: soon }), 30_000)
    await expect(graph.send(ask)).rejects.toMatchObject({
      kind: 'service',
      message: 'Microsoft Graph is unavailable (HTTP 503).',
    })
    expect(server.seen).toHaveLength(5)
    const hurried = openGraph(await answering({ status: 503, headers: { 'retry-after': '60' } }), 2_000)
    await expect(hurried.send(ask)).rejects.toMatchObject({ kind: 'service' })
    expect(server.seen).toHaveLength(1)
  })

  it('that may not be repeated is not, however much time is left', async () => {
    const asked: unknown[] = []
    const once = (may: boolean) => ({
      ...ask,
      mayRepeat(outcome: unknown) {
        asked.push(outcome)
        return may
      },
    })
    const graph = openGraph(await answering({ status: 503, headers: soon }, good), 10_000)
    await expect(graph.send(once(false))).rejects.toMatchObject({ kind: 'service' })
    expect(server.seen).toHaveLength(1)
    expect(asked).toMatchObject([{ status: 503 }])
    const other = openGraph(await answering({ status: 503, headers: soon }, good), 10_000)
    expect(await other.send(once(true))).toMatchObject({ status: 200, repeated: true })
  })

  it.each(['insufficientStorage', 'malwareDetected', 'nameAlreadyExists'])(
    'is not sent again after a 503 whose code is final: %s',
    async (code) => {
      const body = { error: { code } }
      const graph = openGraph(await answering({ status: 503, headers: soon, body }, good), 10_000)
      expect(await graph.send(ask)).toMatchObject({ status: 503, json: body, repeated: false })
      expect(server.seen).toHaveLength(1)
    },
  )

  it('is repeated as often as it is throttled, while there is time', async () => {
    const throttled = Array.from(
      { length: 5 },
      (): Answer => ({ status: 429, headers: { 'retry-after': '0' } }),
    )
    const graph = openGraph(await answering(...throttled, good), 30_000)
    expect(await graph.send(ask)).toMatchObject({ status: 200, repeated: true })
    expect(server.seen).toHaveLength(6)
  })

  it('is looked for before it is sent again, but not when it was throttled', async () => {
    let looked = 0
    const look = async () => {
      looked += 1
      return undefined
    }
    const graph = openGraph(
      await answering({ status: 429, headers: soon }, { status: 503, headers: soon }, good),
      10_000,
    )
    expect(await graph.send(ask, look)).toMatchObject({ status: 200 })
    expect(looked).toBe(1)
    const found = openGraph(await answering({ status: 503, headers: soon }), 10_000)
    const there = answerOf({ status: 200, json: { id: 'found' } })
    expect(await found.send(ask, async () => there)).toEqual({ ...there, repeated: true })
    expect(server.seen).toHaveLength(1)
  })

  it('that is only sent as a stream needs JSON in its answer', async () => {
    const account = await answering({ status: 200, body: '', headers: soon }, good)
    const send = (outgoing: ClientRequest) => outgoing.end('x')
    const headers = { 'content-length': '1' }
    const answer = await openGraph(account, 10_000).send({
      ...ask,
      method: 'PUT',
      headers,
      streams: { send },
    })
    expect(answer).toMatchObject({ status: 200, json: { id: 'x' }, repeated: true })
  })

  it.each(['<html>', ''])('whose answer is invalid is sent again: %j', async (body) => {
    const graph = openGraph(await answering({ status: 200, body }, { status: 204, body: '' }), 10_000)
    expect(await graph.send(ask)).toMatchObject({ status: 204, json: undefined, repeated: true })
    expect(own.waiting[0]).toMatch(/^Microsoft Graph sent an invalid response\. Retrying in/)
  })

  it('that cannot be sent is not', async () => {
    const account = await addLink(
      recordOf({ graphOrigin: `http://localhost:${await closedPort()}` }),
      undefined,
    )
    await expect(openGraph(account, 10_000).send(ask)).rejects.toMatchObject({ kind: 'network' })
    expect(own.waiting).toEqual([])
  })

  it('has a time limit of its own', async () => {
    server = await startServer(() => new Promise(() => {}))
    const link = recordOf({ graphOrigin: server.origin })
    const account = { id: 'x', username: 'x', displayName: '', kind: 'work', store: 'file' } as const
    expect(await sendOnce({ account, link }, ask, { timeoutMs: 60, freshConnection: true })).toMatchObject({
      kind: 'network',
    })
  })
})

describe('a token that Graph refuses', () => {
  const challenge = { 'www-authenticate': `Bearer realm="", claims="${claims}"` }

  it.each([
    ['with 401', { status: 401 }, null],
    ['with 401 and a challenge', { status: 401, headers: challenge }, '{"a":1}'],
    ['with 403 and a challenge', { status: 403, headers: challenge }, '{"a":1}'],
  ])('is renewed once, and used from then on: %s', async (_, refusal, sent) => {
    const account = await answering(refusal, good)
    const graph = openGraph(account, 5_000)
    expect(await graph.send(ask)).toMatchObject({ status: 200, repeated: false })
    await graph.send(ask)
    expect(atGraph().map(({ headers }) => headers.authorization)).toEqual([
      'Bearer a-token',
      'Bearer renewed-1',
      'Bearer renewed-1',
    ])
    const renewal = server.seen.find(({ url }) => url.endsWith('/token'))
    expect(new URLSearchParams(renewal?.body).get('claims')).toBe(sent)
  })

  it('is not renewed where only a right is missing', async () => {
    for (const refusal of [
      { status: 403, body: {} },
      { status: 404, headers: challenge },
    ]) {
      const graph = openGraph(await answering(refusal), 5_000)
      expect((await graph.send(ask)).status).toBe(refusal.status)
      expect(server.seen).toHaveLength(1)
      await server.stop()
    }
  })

  const rps: Answer = {
    status: 401,
    headers: soon,
    body: { error: { code: 'InvalidAuthenticationToken', message: 'Unable to initialize RPS' } },
  }

  it('again just after it was renewed is sent again, with the same token', async () => {
    const graph = openGraph(await answering(rps, rps, rps, good), 5_000)
    // Nothing was done, so nothing is looked for and the answer is that of a first attempt.
    const look = () => Promise.reject(new Error('nobody should look'))
    expect(await graph.send(ask, look)).toMatchObject({ status: 200, repeated: false })
    expect(atGraph().map(({ headers }) => headers.authorization)).toEqual([
      'Bearer a-token',
      'Bearer renewed-1',
      'Bearer renewed-1',
      'Bearer renewed-1',
    ])
    expect(own.waiting[0]).toMatch(
      /^Microsoft Graph does not accept a token issued just now: Unable to initialize RPS\. Retrying in/,
    )
  })

  it('again and again is a failure of the service, and does not end the link', async () => {
    const graph = openGraph(await answering(rps), 5_000)
    await expect(graph.send(ask)).rejects.toMatchObject({ kind: 'service', reason: 'token-refused' })
    // One with the first token.
    expect(atGraph()).toHaveLength(1 + 1 + maxRetries)
    expect(server.seen.filter(({ url }) => url.endsWith('/token'))).toHaveLength(1)
    expect(listAccounts()[0]).not.toHaveProperty('ended')
  })

  it('again is a failure of the service at once where there is no time to wait', async () => {
    const graph = openGraph(await answering({ ...rps, headers: {} }), 0)
    await expect(graph.send(ask)).rejects.toMatchObject({ kind: 'service', reason: 'token-refused' })
    expect(atGraph()).toHaveLength(2)
  })

  it('again with a challenge needs a new sign-in', async () => {
    const body = { error: { message: 'No.' } }
    const account = await answering({ status: 401, headers: challenge, body })
    await expect(openGraph(account, 5_000).send(ask)).rejects.toMatchObject({
      kind: 'sign-in',
      reason: 'token-refused',
      message: 'Microsoft Graph no longer accepts this link: No.',
      hint: 'od-link login --account ada@contoso.example',
    })
    expect(atGraph()).toHaveLength(2)
  })

  it('is not read when the command has the link already', async () => {
    await answering(good)
    const link = recordOf({ graphOrigin: server.origin, accessToken: 'at hand' })
    const nobody = { id: 'x', username: 'x', displayName: '', kind: 'work', store: 'file' } as const
    await openGraph(nobody, 5_000, link).send(ask)
    expect(server.seen[0]?.headers.authorization).toBe('Bearer at hand')
  })
})
