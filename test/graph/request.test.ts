import { afterEach, describe, expect, it } from 'vitest'
import { readLink } from '../../src/accounts/index.ts'
import { addLink } from '../../src/accounts/links.ts'
import { openGraph } from '../../src/graph/request.ts'
import { sendOnce } from '../../src/graph/send-once.ts'
import type { Streams } from '../../src/http/transport.ts'
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

/** A server that is Graph and the sign-in service; Graph gives these answers in turn, and the last for ever. */
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
const graphAsked = () => server.seen.filter(({ url }) => !url.endsWith('/token'))
const claims = Buffer.from('{"a":1}').toString('base64')

describe('a request to Graph', () => {
  it('may have its answer taken as it comes, which needs no JSON then', async () => {
    const account = await answering(good)
    const link = await readLink(account)
    const how = { timeoutMs: 5_000, freshConnection: false }
    const taken = (text: string) => {
      const take: Streams['take'] = async (response) => {
        response.resume()
        return text
      }
      return sendOnce(link, { ...ask, streams: { take } }, how)
    }
    expect(await taken('')).toMatchObject({ status: 200, json: undefined, repeated: false })
    expect(await taken('{"a":1}')).toMatchObject({ status: 200, json: { a: 1 } })
    expect(await taken('{"a":')).toMatchObject({
      message: 'The response from Microsoft Graph cannot be read.',
      hint: 'Try again.',
    })
  })

  it('whose answer says the token back does not bring it into a message', async () => {
    const account = await answering({
      status: 400,
      body: { error: { code: 'x', message: 'You sent a-token here.' } },
    })
    const answer = await sendOnce(await readLink(account), ask, { timeoutMs: 5_000, freshConnection: false })
    expect(answer).toMatchObject({
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

  it('is given up after the fifth trouble, or for want of time', async () => {
    const graph = openGraph(await answering({ status: 503, headers: soon }), 30_000)
    await expect(graph.send(ask)).rejects.toMatchObject({
      kind: 'service',
      message: 'Microsoft Graph is in trouble (HTTP 503).',
    })
    expect(server.seen).toHaveLength(5)
    const hurried = openGraph(await answering({ status: 503, headers: { 'retry-after': '60' } }), 2_000)
    await expect(hurried.send(ask)).rejects.toMatchObject({ kind: 'service' })
    expect(server.seen).toHaveLength(1)
  })

  it('that may not be repeated is not, whatever is left of the time', async () => {
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

  it('that is given up for want of space in the drive says which one it was', async () => {
    const full = { error: { code: 'insufficientStorage' } }
    const graph = openGraph(await answering({ status: 503, headers: soon, body: full }), 10_000)
    await expect(graph.send({ ...ask, mayRepeat: () => false })).rejects.toMatchObject({
      kind: 'not-allowed',
      message: 'GET /me failed: there is no space left in this OneDrive.',
    })
  })

  it('is throttled for as often as there is time', async () => {
    const throttled = Array.from(
      { length: 5 },
      (): Answer => ({ status: 429, headers: { 'retry-after': '0' } }),
    )
    const graph = openGraph(await answering(...throttled, good), 30_000)
    expect(await graph.send(ask)).toMatchObject({ status: 200, repeated: true })
    expect(server.seen).toHaveLength(6)
  })

  it('is looked after before it is sent again, but not when it was throttled', async () => {
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
    const there = { status: 200, headers: {}, json: { id: 'found' }, repeated: false }
    expect(await found.send(ask, async () => there)).toEqual({ ...there, repeated: true })
    expect(server.seen).toHaveLength(1)
  })

  it.each(['<html>', ''])('whose answer cannot be read is sent again: %j', async (body) => {
    const graph = openGraph(await answering({ status: 200, body }, { status: 204, body: '' }), 10_000)
    expect(await graph.send(ask)).toMatchObject({ status: 204, json: undefined, repeated: true })
    expect(own.waiting[0]).toMatch(/^The response from Microsoft Graph cannot be read\. Retrying in/)
  })

  it('that cannot be sent is not', async () => {
    const account = await addLink(
      recordOf({ graphOrigin: `http://localhost:${await closedPort()}` }),
      undefined,
    )
    await expect(openGraph(account, 10_000).send(ask)).rejects.toMatchObject({ kind: 'network' })
    expect(own.waiting).toEqual([])
  })

  it('has a bound of its own', async () => {
    const link = recordOf({ graphOrigin: 'http://localhost:9' })
    server = await startServer(() => new Promise(() => {}))
    const hanging = { ...link, graphOrigin: server.origin }
    expect(await sendOnce(hanging, ask, { timeoutMs: 60, freshConnection: true })).toMatchObject({
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
    expect(graphAsked().map(({ headers }) => headers.authorization)).toEqual([
      'Bearer a-token',
      'Bearer renewed-1',
      'Bearer renewed-1',
    ])
    const renewal = server.seen.find(({ url }) => url.endsWith('/token'))
    expect(new URLSearchParams(renewal?.body).get('claims')).toBe(sent)
  })

  it('is not renewed for want of a right', async () => {
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

  it('again after it was renewed is the end', async () => {
    const graph = openGraph(await answering({ status: 401, body: { error: { message: 'No.' } } }), 5_000)
    await expect(graph.send(ask)).rejects.toMatchObject({
      kind: 'sign-in',
      message: 'Microsoft Graph does not accept the link any more: No.',
    })
    expect(graphAsked()).toHaveLength(2)
  })

  it('is not read when the command has the link already', async () => {
    await answering(good)
    const link = recordOf({ graphOrigin: server.origin, accessToken: 'at hand' })
    const nobody = { id: 'x', username: 'x', displayName: '', kind: 'work', store: 'file' } as const
    await openGraph(nobody, 5_000, link).send(ask)
    expect(server.seen[0]?.headers.authorization).toBe('Bearer at hand')
  })
})
