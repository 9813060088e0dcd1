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
  create,
  done,
  flat,
  linkTo,
  partsOf,
  serve,
  start,
  useBatchServers,
  wholly,
} from '../../helpers/microsoft/batch-server.ts'
import { type Answer, closedPort } from '../../helpers/network/server.ts'
import { recordOf } from '../../helpers/program/own-settings.ts'

useBatchServers()

describe('a batch', () => {
  const senderOf = (graphOrigin: string) => ({
    account: { ...recordOf(), store: 'file' as const },
    link: recordOf({ graphOrigin }),
  })
  const states = () => new FolderStates(new FolderTree().close(), () => {})
  const how = { timeoutMs: 5_000, freshConnection: false }

  it('numbers its requests, which run in any order: the parent of each is known, and addressed by its ID', async () => {
    const server = await serve((request) => answered(request))
    await create(['/a/b', '/c', '/a/d'], [await linkTo(server)])
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(
      Array(3).fill('POST /v1.0/$batch'),
    )
    const path = (url: string) => url.replace(/\?.*/, '')
    expect(
      server.seen.map((request) => partsOf(request).map(({ id, method, url }) => [id, method, path(url)])),
    ).toEqual([
      [['1', 'GET', '/me/drive/root/children']],
      [
        ['1', 'POST', '/me/drive/root/children'],
        ['2', 'POST', '/me/drive/root/children'],
      ],
      [
        ['1', 'POST', '/me/drive/items/id-a/children'],
        ['2', 'POST', '/me/drive/items/id-a/children'],
      ],
    ])
    for (const part of server.seen.flatMap(partsOf)) expect(part).not.toHaveProperty('dependsOn')
  })

  it('without an answer is lost', async () => {
    const server = await serve(() => new Promise<Answer>(() => {}))
    const sent = await sendBatch(senderOf(server.origin), [], states(), {
      ...how,
      timeoutMs: 80,
    })
    expect(sent).toEqual({ lost: expect.any(NetworkError) })
  })

  it('that reaches no server is not sent', async () => {
    const graphOrigin = `http://localhost:${await closedPort()}`
    const sent = await sendBatch(senderOf(graphOrigin), [], states(), how)
    expect(sent).toEqual({ unsent: expect.any(NetworkError) })
  })

  it('that cannot even be addressed is an internal error', async () => {
    const sent = sendBatch(senderOf('no address'), [], states(), how)
    await expect(sent).rejects.toBeInstanceOf(TypeError)
  })

  it.each([201, 403, 503])('that is answered with HTTP %i as a whole is refused', async (status) => {
    const server = await serve(() => wholly(status))
    const sent = await sendBatch(senderOf(server.origin), [], states(), how)
    expect(sent).toMatchObject({ refusal: { status } })
  })
})

describe('a run', () => {
  it.each([1, 3])('has %i batches in progress where so many are allowed', async (jobs) => {
    let [now, most] = [0, 0]
    const server = await serve(async (request) => {
      now += 1
      most = Math.max(most, now)
      await sleep(15)
      now -= 1
      return answered(request)
    })
    const { told } = await create(flat(160), [await linkTo(server)], { jobs })
    expect(told()).toHaveLength(160)
    expect(most).toBe(jobs)
    // A list, and twenty folders a batch.
    expect(server.seen).toHaveLength(9)
  })

  it('that reaches no server ends at once, and says why', async () => {
    const account = await addLink(
      recordOf({ graphOrigin: `http://localhost:${await closedPort()}` }),
      undefined,
    )
    const { settled, many } = await create(['/a', '/b'], [account])
    expect(settled.map(({ status, error }) => [status, error?.kind])).toEqual([
      ['skipped', 'network'],
      ['skipped', 'network'],
    ])
    expect(many.engines[0]?.results.requests).toBe(0)
  })

  it('with an internal error ends, and says so', async () => {
    const server = await serve((request) => answered(request))
    const settled: FolderResult[] = []
    await create(['/a', '/b'], [await linkTo(server)], {
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
        message: 'Unexpected error: No such thing.',
      },
    })
  })

  it('takes a new connection after a failure, and otherwise the open one', async () => {
    const server = await serve((request, number) =>
      number === 2 ? wholly(503, { 'retry-after': '0.01' }) : answered(request),
    )
    await create(flat(40), [await linkTo(server)])
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
  ])('that may wait %i ms waits for an answer for at most %i ms', async (maxWaitMs, limit) => {
    const server = await serve((request) => answered(request))
    const account = await linkTo(server)
    const timers = vi.spyOn(globalThis, 'setTimeout')
    await create(['/a'], [account], { maxWaitMs })
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

  it('that should wait for longer than it may ends at once', async () => {
    const server = await serve((request, number) =>
      number === 1 ? answered(request) : wholly(429, { 'retry-after': '10' }),
    )
    const { told } = await create(['/a'], [await linkTo(server)], { maxWaitMs: 5_000 })
    expect(told()).toEqual([
      'skipped /a: Microsoft is throttling this app: too many requests in a short time (HTTP 429): No.',
    ])
    expect(server.seen).toHaveLength(2)
  })

  it('goes on waiting while a batch is in progress', async () => {
    const server = await serve(async (request, number) => {
      // Longer than it may wait, were there nothing else to come.
      if (number === 2) return wholly(503, { 'retry-after': '0.6' })
      if (number === 3) await sleep(300)
      return answered(request)
    })
    const { told } = await create(flat(40), [await linkTo(server)], { jobs: undefined, maxWaitMs: 500 })
    expect(new Set(told().map((line) => line.split(' ')[0]))).toEqual(new Set(['created']))
  })

  it('does not poll for answers', async () => {
    const looks = vi.spyOn(Limiter.prototype, 'batches', 'get')
    const server = await serve(async (request) => {
      await sleep(100)
      return answered(request)
    })
    await create(['/a'], [await linkTo(server)])
    expect(looks.mock.calls.length).toBeLessThan(20)
  })

  it('sends what waited for its time, even while a batch that is not full waits for one in progress', async () => {
    const many = Array.from({ length: 20 }, (_, n) => `/n${n}/x`)
    const seen: string[] = []
    let release: () => void = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const server = await serve(async (request) => {
      const names = partsOf(request).map(({ body }) => body?.name)
      if (names.includes('n0')) await released
      seen.push(...names.filter((name) => name === 'n0' || name === 'y' || name === 'z1').map(String))
      if (seen.filter((name) => name === 'y').length === 2) release()
      // It fails for a moment, while `z1` waits for the full batch with `n0`.
      const isBad = seen.length === 1
      return answered(request, (asked) =>
        isBad && asked.body?.name === 'y' ? { id: asked.id, status: 503 } : done(asked),
      )
    })
    const began = performance.now()
    const { told } = await create([...many, '/y/y1', '/z/z1'], [await linkTo(server)], { jobs: 2 })
    expect(told()).toHaveLength(44)
    expect(seen).toEqual(['y', 'y', 'z1', 'n0'])
    expect(performance.now() - began).toBeLessThan(5_000)
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
    const { told } = await create(['/a'], [ada, bob])
    expect(told(ada.id)).toEqual([`skipped /a: ${none}`])
    expect(told(bob.id)).toEqual(['created /a'])
  })

  it('stop with the first that can do nothing more, with failFast', async () => {
    const [ada, bob] = await adaAndBob()
    const { told } = await create(['/a'], [ada, bob], { failFast: true })
    expect(told(ada.id)).toEqual([`skipped /a: ${none}`])
    expect(told(bob.id)).toEqual([`skipped /a: ${none}`])
  })

  it('stop then at once, whatever that one still has in progress', async () => {
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
