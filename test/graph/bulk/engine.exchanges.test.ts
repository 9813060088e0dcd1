import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { addLink } from '../../../src/accounts/links.ts'
import { OdLinkError } from '../../../src/errors.ts'
import { sendBatch } from '../../../src/graph/bulk/batch.ts'
import { FolderStates } from '../../../src/graph/bulk/folder-states.ts'
import type { FolderResult } from '../../../src/graph/bulk/index.ts'
import { Limiter } from '../../../src/graph/bulk/limiter.ts'
import { FolderTree } from '../../../src/graph/bulk/tree.ts'
import { NetworkError } from '../../../src/http/errors.ts'
import {
  answered,
  done,
  flat,
  linkTo,
  make,
  partsOf,
  serve,
  start,
  useBatchServers,
  wholly,
} from '../../helpers/microsoft/batch-server.ts'
import { type Answer, closedPort, type TestServer } from '../../helpers/network/server.ts'
import { recordOf } from '../../helpers/program/own-settings.ts'

useBatchServers()

describe('a batch', () => {
  const states = () => new FolderStates(new FolderTree().close(), () => {})
  const how = { timeoutMs: 5_000, freshConnection: false }

  it('numbers its requests, and names for each child the request of its parent', async () => {
    const server = await serve((request) => answered(request))
    await make(['/a/b', '/c'], [await linkTo(server)])
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /v1.0/$batch',
      'POST /v1.0/$batch',
    ])
    expect(
      server.seen.map((request) => partsOf(request).map(({ id, dependsOn }) => [id, dependsOn])),
    ).toEqual([
      [['1', undefined]],
      [
        ['1', undefined],
        ['2', ['1']],
        ['3', undefined],
      ],
    ])
  })

  it('of which no answer comes is lost', async () => {
    const server = await serve(() => new Promise<Answer>(() => {}))
    const sent = await sendBatch(recordOf({ graphOrigin: server.origin }), [], states(), {
      ...how,
      timeoutMs: 80,
    })
    expect(sent).toEqual({ lost: expect.any(NetworkError) })
  })

  it('that reaches nobody is not sent', async () => {
    const graphOrigin = `http://localhost:${await closedPort()}`
    const sent = await sendBatch(recordOf({ graphOrigin }), [], states(), how)
    expect(sent).toEqual({ unsent: expect.any(NetworkError) })
  })

  it('that od-link cannot even spell is a fault of its own', async () => {
    const sent = sendBatch(recordOf({ graphOrigin: 'no address' }), [], states(), how)
    await expect(sent).rejects.toBeInstanceOf(TypeError)
  })

  it.each([201, 403, 503])('that is answered with HTTP %i as a whole is refused', async (status) => {
    const server = await serve(() => wholly(status))
    const sent = await sendBatch(recordOf({ graphOrigin: server.origin }), [], states(), how)
    expect(sent).toMatchObject({ refusal: { status } })
  })
})

describe('a run', () => {
  it.each([1, 3])('has %i batches under way where so many are allowed', async (jobs) => {
    let [now, most] = [0, 0]
    const server = await serve(async (request) => {
      now += 1
      most = Math.max(most, now)
      await sleep(15)
      now -= 1
      return answered(request)
    })
    const { told } = await make(flat(160), [await linkTo(server)], { jobs })
    expect(told()).toHaveLength(160)
    expect(most).toBe(jobs)
    // A list, and twenty folders a batch.
    expect(server.seen).toHaveLength(9)
  })

  it('that reaches nobody ends at once, and says why', async () => {
    const account = await addLink(
      recordOf({ graphOrigin: `http://localhost:${await closedPort()}` }),
      undefined,
    )
    const { settled, many } = await make(['/a', '/b'], [account])
    expect(settled.map(({ status, error }) => [status, error?.kind])).toEqual([
      ['skipped', 'network'],
      ['skipped', 'network'],
    ])
    expect(many.engines[0]?.results.requests).toBe(0)
  })

  it('with a fault of its own ends, and says so', async () => {
    const server = await serve((request) => answered(request))
    const settled: FolderResult[] = []
    await make(['/a', '/b'], [await linkTo(server)], {
      onSettled(_, one) {
        settled.push(one)
        if (settled.length === 1) throw new TypeError('No such thing.')
      },
    })
    expect(settled[0]?.status).toBe('created')
    expect(settled[1]).toMatchObject({
      status: 'skipped',
      error: {
        kind: 'internal',
        message: 'Something went wrong that od-link has no name for: No such thing.',
      },
    })
  })

  it('takes a new connection after trouble, and the open one else', async () => {
    const server = await serve((request, number) =>
      number === 2 ? wholly(503, { 'retry-after': '0.01' }) : answered(request),
    )
    await make(flat(40), [await linkTo(server)])
    expect(server.seen.map(({ headers }) => headers.connection)).toEqual([
      'keep-alive',
      'keep-alive',
      'close',
      'keep-alive',
    ])
  })

  it.each([
    [3_000, 2_000],
    [60_000, 20_000],
    [600_000, 30_000],
  ])('that may wait %i ms waits for an answer for %i ms at most', async (maxWaitMs, limit) => {
    const server = await serve((request) => answered(request))
    const account = await linkTo(server)
    const timers = vi.spyOn(globalThis, 'setTimeout')
    await make(['/a'], [account], { maxWaitMs })
    const delays = timers.mock.calls.map(([, ms]) => ms ?? 0).filter((ms) => ms > limit - 500)
    expect(delays.length).toBeGreaterThanOrEqual(2)
    expect(Math.max(...delays)).toBeLessThanOrEqual(limit)
  })

  it('that is stopped while it waits ends at once', async () => {
    const server = await serve((request, number) =>
      number === 1 ? answered(request) : wholly(429, { 'retry-after': '10' }),
    )
    const { many, told } = start(['/a', '/b'], [await linkTo(server)])
    await vi.waitFor(() => expect(many.engines[0]?.pause).toBeGreaterThan(0))
    const began = performance.now()
    many.stop(new OdLinkError('interrupted', 'Enough.'))
    many.stop(new OdLinkError('interrupted', 'More than that.'))
    await many.finished
    expect(performance.now() - began).toBeLessThan(2_000)
    expect(told()).toEqual(['skipped /a: Enough.', 'skipped /b: Enough.'])
  })

  it('that is asked to wait for longer than it may ends at once', async () => {
    const server = await serve((request, number) =>
      number === 1 ? answered(request) : wholly(429, { 'retry-after': '10' }),
    )
    const { told } = await make(['/a'], [await linkTo(server)], { maxWaitMs: 5_000 })
    expect(told()).toEqual([
      'skipped /a: Microsoft is throttling this app: too many requests in a short time (HTTP 429).',
    ])
    expect(server.seen).toHaveLength(2)
  })

  it('goes on waiting while a batch is under way', async () => {
    const server = await serve(async (request, number) => {
      // Longer than it may wait, were there nothing else to come.
      if (number === 2) return wholly(503, { 'retry-after': '0.6' })
      if (number === 3) await sleep(300)
      return answered(request)
    })
    const { told } = await make(flat(40), [await linkTo(server)], { jobs: undefined, maxWaitMs: 500 })
    expect(new Set(told().map((line) => line.split(' ')[0]))).toEqual(new Set(['created']))
  })

  it('does not look again and again whether an answer has come', async () => {
    const looks = vi.spyOn(Limiter.prototype, 'batches', 'get')
    const server = await serve(async (request) => {
      await sleep(100)
      return answered(request)
    })
    await make(['/a'], [await linkTo(server)])
    expect(looks.mock.calls.length).toBeLessThan(20)
  })

  it('sends no batch for what was given up meanwhile', async () => {
    const refused = { status: 403, body: { error: { message: 'No.' } } }
    const server = await serve((request, number) =>
      answered(request, (asked) => {
        if (number === 1) return done(asked)
        // The parent is looked for again a moment before its child.
        if (number === 3 && asked.id === '1')
          vi.spyOn(Math, 'random').mockReturnValueOnce(0).mockReturnValue(1)
        return number === 4 ? { id: asked.id, ...refused } : undefined
      }),
    )
    const { told } = await make(['/a/b'], [await linkTo(server)])
    const why = 'Creating the folder is not allowed: No.'
    expect(told()).toEqual([`failed /a: ${why}`, `skipped /a/b: ${why}`])
    expect(server.seen.map((request) => partsOf(request).map(({ method }) => method))).toEqual([
      ['GET'],
      ['POST', 'POST'],
      ['GET', 'GET'],
      ['GET'],
    ])
  })
})

describe('a token that is refused', () => {
  const renewed = (name: string): Answer => ({
    status: 200,
    body: { token_type: 'Bearer', access_token: name, expires_in: 3600, refresh_token: 'r' },
  })
  /** A sign-in service, whose tokens are `t1`, `t2` and so on. */
  const signIn = () => serve((_, number) => renewed(`t${number}`))
  const sentWith = (server: TestServer) => server.seen.map(({ headers }) => headers.authorization?.slice(7))
  const claims = '{"access_token":{"nbf":1}}'
  const challenge = {
    'www-authenticate': `Bearer error="x", claims="${Buffer.from(claims).toString('base64')}"`,
  }

  it('in the middle of a batch is renewed once, with the claims of the challenge, and the rest goes on', async () => {
    const graph = await serve((request, number) =>
      answered(request, (asked) =>
        number === 2 && asked.id !== '1'
          ? { id: asked.id, status: 401, body: {}, headers: challenge }
          : done(asked),
      ),
    )
    const at = await signIn()
    const { told } = await make(flat(3), [await linkTo(graph, { tokenEndpoint: `${at.origin}/token` })])
    expect(told()).toEqual(['created /n0', 'created /n1', 'created /n2'])
    expect(sentWith(graph)).toEqual(['a-token', 'a-token', 't1'])
    expect(at.seen.map(({ body }) => new URLSearchParams(body).get('claims'))).toEqual([claims])
  })

  it('and accepted for a while is renewed again', async () => {
    const graph = await serve((request, number) =>
      number === 1 || number === 3 ? wholly(401) : answered(request),
    )
    const at = await signIn()
    const { told } = await make(flat(3), [await linkTo(graph, { tokenEndpoint: `${at.origin}/token` })])
    expect(told()).toHaveLength(3)
    expect(sentWith(graph)).toEqual(['a-token', 't1', 't1', 't2'])
    expect(at.seen).toHaveLength(2)
  })

  it('twice, with nothing accepted between, is the end of the link', async () => {
    const graph = await serve((_, number) =>
      number === 2 ? wholly(429, { 'retry-after': '0.01' }) : wholly(401),
    )
    const at = await signIn()
    const { settled } = await make(['/a'], [await linkTo(graph, { tokenEndpoint: `${at.origin}/token` })])
    expect(settled[0]).toMatchObject({
      status: 'skipped',
      error: {
        kind: 'sign-in',
        message: 'Microsoft Graph does not accept the link any more: No.',
        hint: 'od-link login',
      },
    })
    expect(sentWith(graph)).toEqual(['a-token', 't1', 't1'])
    expect(at.seen).toHaveLength(1)
  })

  it('and that nobody renews ends this account alone', async () => {
    const graph = await serve((request) =>
      request.headers.authorization === 'Bearer a-token' ? wholly(401) : answered(request),
    )
    const at = await serve(() => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'AADSTS50173: Revoked.' },
    }))
    const tokenEndpoint = `${at.origin}/token`
    const ada = await linkTo(graph, { tokenEndpoint })
    const bob = await linkTo(graph, {
      tokenEndpoint,
      id: 'contoso.bob',
      objectId: 'bob',
      accessToken: 'good',
    })
    const { settled, told } = await make(['/a'], [ada, bob])
    expect(settled.find(({ of }) => of === ada.id)?.error).toMatchObject({
      kind: 'sign-in',
      code: 'AADSTS50173',
    })
    expect(told(bob.id)).toEqual(['created /a'])
  })
})

describe('several accounts', () => {
  /** Ada has no drive; Bob's server answers only after that is known. */
  async function adaAndBob() {
    let known: () => void = () => {}
    const isKnown = new Promise<void>((resolve) => {
      known = resolve
    })
    const adas = await serve((request) => {
      setTimeout(known, 60)
      return answered(request, ({ id }) => ({ id, status: 404, body: { error: { message: 'None.' } } }))
    })
    const bobs = await serve(async (request) => {
      await isKnown
      return answered(request)
    })
    const ada = await linkTo(adas)
    const bob = await linkTo(bobs, { id: 'contoso.bob', objectId: 'bob', username: 'bob@contoso.example' })
    return [ada, bob] as const
  }
  const none = 'This account has no OneDrive that can be reached.'

  it('do not fail with each other', async () => {
    const [ada, bob] = await adaAndBob()
    const { told } = await make(['/a'], [ada, bob])
    expect(told(ada.id)).toEqual([`skipped /a: ${none}`])
    expect(told(bob.id)).toEqual(['created /a'])
  })

  it('stop with the first that can do nothing more, where that was asked for', async () => {
    const [ada, bob] = await adaAndBob()
    const { told } = await make(['/a'], [ada, bob], { failFast: true })
    expect(told(ada.id)).toEqual([`skipped /a: ${none}`])
    expect(told(bob.id)).toEqual([`skipped /a: ${none}`])
  })

  it('stop then at once, whatever that one has still under way', async () => {
    let release: () => void = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const adas = await serve(async (request, number) => {
      if (number === 2) return wholly(403)
      if (number === 3) await released
      return answered(request)
    })
    const bobs = await serve(async (request) => {
      await vi.waitFor(() => expect(adas.seen).toHaveLength(3))
      await sleep(100)
      return answered(request)
    })
    const ada = await linkTo(adas)
    const bob = await linkTo(bobs, { id: 'contoso.bob', objectId: 'bob', username: 'bob@contoso.example' })
    const { many, told } = start(flat(40), [ada, bob], { failFast: true, jobs: 2 })
    await vi.waitFor(() => expect(told(bob.id)).toHaveLength(40), { timeout: 5_000 })
    expect(told(ada.id)).toEqual([])
    expect(told(bob.id)[0]).toBe('skipped /n0: Creating folders is not allowed: No.')
    expect(bobs.seen).toHaveLength(1)
    release()
    await many.finished
  })
})
