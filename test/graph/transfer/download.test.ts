import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readAddress } from '../../../src/graph/api/address.ts'
import { maxRetries } from '../../../src/graph/request.ts'
import { type Download, download } from '../../../src/graph/transfer/download.ts'
import type { Target } from '../../../src/graph/transfer/partial-file.ts'
import { NetworkError } from '../../../src/http/errors.ts'
import {
  type ContentHost,
  chunkAt,
  sha256Of,
  startContentHost,
} from '../../helpers/microsoft/content-host.ts'
import { fakeGraph, type Told } from '../../helpers/microsoft/fake-graph.ts'
import { closedPort } from '../../helpers/network/server.ts'

/** A target in memory, which records what was done with it. */
function memory(): Target & { bytes: () => Buffer; begun: (string | undefined)[]; finished: number } {
  let [pieces, etag]: [Buffer[], string | undefined] = [[], undefined]
  const target = {
    begun: [] as (string | undefined)[],
    finished: 0,
    bytes: () => Buffer.concat(pieces),
    get have() {
      return pieces.reduce((sum, { length }) => sum + length, 0)
    },
    get saved() {
      return target.have
    },
    get etag() {
      return etag
    },
    isKept: false,
    begin(now: string | undefined) {
      ;[pieces, etag] = [[], now]
      target.begun.push(now)
    },
    write: (chunk: Buffer) => void pieces.push(Buffer.from(chunk)),
    finish() {
      target.finished += 1
    },
  }
  return target
}

describe('a download', () => {
  let host: ContentHost
  beforeAll(async () => {
    host = await startContentHost()
  })
  afterAll(() => host.stop())
  beforeEach(() => {
    Object.assign(host, { seen: [], cuts: [], answers: [], heeds: { range: true, ifRange: true } })
    host.content = { size: 200_000, seed: 7, etag: '"1"' }
  })
  const soon = { 'retry-after': '0.01' }
  const elsewhere = (): Told => ({ status: 302, headers: { location: `${host.origin}/download/f` } })

  /** A target with so many bytes of an earlier run. */
  const begun = (have: number) => {
    const target = memory()
    target.begin('"1"')
    target.write(chunkAt(7, 0).subarray(0, have))
    return target
  }

  /** A part of what was requested. */
  const piece = (first: number, end: number) => ({
    status: 206,
    headers: { ...soon, 'content-range': `bytes ${first}-${end - 1}/200000`, etag: '"1"' },
    body: chunkAt(7, 0).subarray(first, end),
  })

  /** @param tell what Graph answers. */
  async function fetchAll(
    tell: Parameters<typeof fakeGraph>[0] = elsewhere,
    { method = 'GET', target = memory(), maxWaitMs = 20_000, takers = {} as Download['takers'] } = {},
  ) {
    const graph = fakeGraph(tell)
    const progress: [number, number | undefined][] = []
    const asked = { method, address: readAddress('/f/content'), headers: {} }
    const account = { id: 'x', username: 'x', displayName: '', kind: 'work', store: 'file' } as const
    const caller = { account, grantedScope: '' }
    const from = { openGraph: () => graph, graphOrigin: 'http://localhost:1', maxWaitMs, takers, caller }
    const done = download(asked, target, { ...from, onProgress: (...now) => void progress.push(now) })
    const outcome = await done.then(() => undefined).catch((error: unknown) => error)
    return { target, graph, progress, outcome, asked: host.seen.map(({ headers }) => headers) }
  }
  const isWhole = ({ target, outcome }: Awaited<ReturnType<typeof fetchAll>>) => {
    expect(outcome).toBeUndefined()
    expect(target.finished).toBe(1)
    const hash = createHash('sha256').update(target.bytes()).digest('hex')
    expect(hash).toBe(sha256Of(host.content.seed, host.content.size))
  }

  it('is complete, and reports its progress', async () => {
    const got = await fetchAll()
    isWhole(got)
    expect(got.progress[0]).toEqual([0, 200_000])
    expect(got.progress.at(-1)).toEqual([200_000, 200_000])
    expect(got.progress.length).toBeGreaterThan(2)
    expect(got.asked).toMatchObject([{ accept: '*/*' }])
    expect(got.asked[0]).not.toHaveProperty('range')
    expect(got.target.begun.at(-1)).toBe('"1"')
  })

  it('can come from Graph itself', async () => {
    const { target, progress, outcome } = await fetchAll(async (_, { streams }) => {
      const response = Object.assign(Readable.from([Buffer.from('ab'), Buffer.from('c')]), {
        statusCode: 200,
        headers: { 'content-length': '3' },
      })
      await streams?.take?.(response as unknown as IncomingMessage, () => {}, 'the token')
      return { status: 200 }
    })
    expect([outcome, String(target.bytes()), target.finished]).toEqual([undefined, 'abc', 1])
    expect(progress.at(-1)).toEqual([3, 3])
    expect(target.begun).toEqual([undefined])
  })

  it('of unknown length is reported as such', async () => {
    const { progress } = await fetchAll(async (_, { streams }) => {
      const response = Object.assign(Readable.from([Buffer.from('abc')]), { statusCode: 200, headers: {} })
      await streams?.take?.(response as unknown as IncomingMessage, () => {}, 'the token')
      return { status: 200 }
    })
    expect(progress).toEqual([[3, undefined]])
  })

  it('continues after an interruption where it stopped, with a new URL', async () => {
    host.cuts = [100_000]
    const got = await fetchAll()
    isWhole(got)
    expect(got.graph.asked).toHaveLength(2)
    expect(got.asked[1]).toMatchObject({ range: expect.stringMatching(/^bytes=\d{2,}-$/), 'if-range': '"1"' })
    expect(got.target.begun.filter((etag) => etag === '"1"')).toHaveLength(1)
  })

  it('starts again after an interruption when nothing promises that the rest is of the same version', async () => {
    host.content.etag = 'W/"1"'
    host.cuts = [100_000]
    const got = await fetchAll()
    isWhole(got)
    expect(got.asked[1]).not.toHaveProperty('range')
    expect(got.target.begun).not.toContain('W/"1"')
  })

  it('starts again when the rest is of another version, from a server without If-Range', async () => {
    host.answers = [{ ...piece(10, 20), headers: { ...piece(10, 20).headers, etag: '"2"' } }]
    host.content = { size: 150_000, seed: 8, etag: '"2"' }
    host.heeds.ifRange = false
    const got = await fetchAll(elsewhere, { target: begun(10) })
    isWhole(got)
    expect(got.target.begun.at(-1)).toBe('"2"')
  })

  it.each([401, 403, 404, 410, 412, 416])('requests a new URL after a %i', async (status) => {
    host.answers = [{ status, headers: soon }]
    const got = await fetchAll()
    isWhole(got)
    expect(got.graph.asked).toHaveLength(2)
  })

  it.each<[status: number, error: object, reason: string]>([
    [403, { code: 'accessDenied', innerError: { code: 'malwareDetected' } }, 'malware'],
    [404, { code: 'virusSuspicious' }, 'malware'],
    [503, { code: 'malwareDetected' }, 'malware'],
    [403, { code: 'notAllowed', message: 'Access to this site has been blocked.' }, 'drive-blocked'],
    [403, { code: 'accountUpgradeRequired' }, 'drive-frozen'],
  ])('ends at once after a %i that is final: %j', async (status, error, reason) => {
    host.answers = [{ status, headers: soon, body: JSON.stringify({ error }) }]
    const { outcome, asked } = await fetchAll()
    expect(outcome).toMatchObject({ kind: 'not-allowed', reason })
    expect(asked).toHaveLength(1)
  })

  it.each([
    [401, { error: { code: 'unauthenticated', message: 'No.' } }],
    [401, {}],
    [403, {}],
    [404, {}],
  ])(
    'does not blame the link, the path or a right when each URL is refused (%i %j)',
    async (status, json) => {
      host.answers = Array.from({ length: maxRetries + 1 }, () => ({
        status,
        headers: soon,
        body: JSON.stringify(json),
      }))
      const { outcome } = await fetchAll()
      expect(outcome).toMatchObject({
        kind: 'service',
        message: `GET /f/content failed: the URL that OneDrive gave for the content is refused (HTTP ${status}).`,
      })
    },
  )

  it.each([400, 418])('ends at once after a %i', async (status) => {
    host.answers = [{ status, headers: soon }]
    const { outcome, asked, target } = await fetchAll()
    expect(outcome).toMatchObject({
      kind: 'usage',
      message: expect.stringContaining(`GET /f/content failed (HTTP ${status})`),
    })
    expect([asked.length, target.finished]).toEqual([1, 0])
  })

  it('ends after too many failures in a row', async () => {
    host.answers = Array.from({ length: 50 }, () => ({ status: 503, headers: soon }))
    const { outcome, asked } = await fetchAll()
    expect(outcome).toMatchObject({ kind: 'service', message: 'Microsoft Graph is unavailable (HTTP 503).' })
    expect(asked).toHaveLength(maxRetries + 1)
  })

  it('that progresses starts counting failures again', async () => {
    const failures = Array.from({ length: maxRetries }, () => ({ status: 503, headers: soon }))
    // That there is more also counts as one.
    host.answers = [...failures, piece(10, 20), ...failures.slice(1)]
    const got = await fetchAll(elsewhere, { target: begun(10) })
    isWhole(got)
    expect(got.asked).toHaveLength(2 * maxRetries + 1)
  })

  it('of content that keeps changing ends with its own message', async () => {
    const headers = { ...soon, 'content-range': 'bytes 5-9/10' }
    host.answers = Array.from({ length: 50 }, () => ({ status: 206, headers, body: 'abcde' }))
    const { outcome, asked } = await fetchAll()
    expect(outcome).toMatchObject({
      kind: 'service',
      message: 'The content keeps changing during the download.',
      hint: 'Try again later.',
    })
    expect(asked).toHaveLength(maxRetries + 1)
    host.answers = Array.from({ length: 50 }, () => ({ status: 412, headers: soon }))
    expect((await fetchAll()).outcome).toMatchObject({ kind: 'service', reason: 'changed-meanwhile' })
  })

  it.each(['10-14/200000', 'bytes 10-14', 'x bytes 10-14/200000', 'bytes 10-14/200000 x'])(
    'does not accept a part with the range %j',
    async (range) => {
      host.answers = [{ status: 206, headers: { ...soon, 'content-range': range }, body: 'abcde' }]
      const got = await fetchAll(elsewhere, { target: begun(10) })
      isWhole(got)
      expect(got.asked).toHaveLength(2)
    },
  )

  it('that was complete already needs nothing more', async () => {
    host.content.size = 1_000
    const target = begun(1_000)
    target.begun.length = 0
    const got = await fetchAll(elsewhere, { target })
    expect([target.begun, target.finished]).toEqual([[], 1])
    expect(got.asked).toHaveLength(1)
    isWhole(got)
  })

  it('starts again when the content is complete, but of another version', async () => {
    host.content.size = 1_000
    host.answers = [{ status: 416, headers: { ...soon, 'content-range': 'bytes */1000', etag: '"2"' } }]
    const got = await fetchAll(elsewhere, { target: begun(1_000) })
    isWhole(got)
    expect(got.asked).toHaveLength(2)
  })

  it('starts again when the content is now shorter than what has arrived', async () => {
    host.answers = [{ status: 416, headers: soon }]
    const got = await fetchAll(elsewhere, { target: begun(10) })
    isWhole(got)
    expect(got.asked[0]).toHaveProperty('range')
    expect(got.asked[1]).not.toHaveProperty('range')
  })

  it('continues when the rest does not name its version', async () => {
    host.heeds.ifRange = false
    host.content.etag = undefined
    const got = await fetchAll(elsewhere, { target: begun(10) })
    isWhole(got)
    expect(got.asked).toMatchObject([{ range: 'bytes=10-', 'if-range': '"1"' }])
  })

  it('continues when the rest comes in parts', async () => {
    host.answers = [piece(10, 20)]
    const got = await fetchAll(elsewhere, { target: begun(10) })
    isWhole(got)
    expect(got.asked.map(({ range }) => range)).toEqual(['bytes=10-', 'bytes=20-'])
    expect(got.progress[0]).toEqual([10, 200_000])
  })

  it('of which nothing has arrived is requested as a whole', async () => {
    const got = await fetchAll(elsewhere, { target: begun(0) })
    isWhole(got)
    expect(got.asked[0]).not.toHaveProperty('range')
  })

  it.each<Record<string, string>>([{}, { 'content-range': 'bytes 0-4/9' }])(
    'is complete at the end of the answer, with %j',
    async (headers) => {
      host.answers = [{ status: 200, headers, body: 'abcde' }]
      const got = await fetchAll()
      expect([got.outcome, String(got.target.bytes()), got.target.finished]).toEqual([undefined, 'abcde', 1])
      expect(got.progress.at(-1)).toEqual([5, undefined])
    },
  )

  it('that has started waits for a network that is down', async () => {
    const port = await closedPort()
    const nowhere: Told = { status: 302, headers: { location: `http://127.0.0.1:${port}/` } }
    let times = 0
    const got = await fetchAll(() => (++times === 1 ? nowhere : elsewhere()), { target: begun(10) })
    isWhole(got)
    expect(got.graph.asked).toHaveLength(2)
  })

  it('ends when a server interrupts it, and its parts never fit', async () => {
    const wrong = { ...piece(7, 10), headers: { ...soon, 'content-range': 'bytes 7-9/*' } }
    host.answers = Array(10).fill([undefined, wrong]).flat()
    host.cuts = Array(20).fill(100_000)
    const { outcome, asked } = await fetchAll(elsewhere, { maxWaitMs: 1_500 })
    expect(outcome).toMatchObject({ kind: 'network' })
    expect(asked).toHaveLength(3)
  })

  it('that may not wait ends with its failure', async () => {
    host.answers = [{ status: 416, headers: { 'retry-after': '1' } }]
    const { outcome } = await fetchAll(elsewhere, { maxWaitMs: 0 })
    expect(outcome).toMatchObject({ kind: 'service', message: expect.stringContaining('keeps changing') })
    host.cuts = [100_000]
    expect((await fetchAll(elsewhere, { maxWaitMs: 0 })).outcome).toMatchObject({ kind: 'network' })
  })

  it('reports the words of a refusal, unless it is too large', async () => {
    const error = { code: 'x', message: 'Words of the server.' }
    host.answers = [{ status: 400, body: JSON.stringify({ error, more: 'x'.repeat(1_000_000) }) }]
    expect((await fetchAll()).outcome).toMatchObject({ message: expect.stringContaining(error.message) })
    host.answers = [{ status: 400, body: 'x'.repeat(1024 * 1024 + 1) }]
    expect((await fetchAll()).outcome).toMatchObject({ message: 'The response is larger than 1.0 MB.' })
  })

  it('that Graph itself interrupts may be repeated, and shows its refusals', async () => {
    const lost = new NetworkError('lost', true)
    const shown: unknown[] = []
    let may: boolean | undefined
    const answer = (statusCode: number, text: string) =>
      Object.assign(Readable.from([Buffer.from(text)]), {
        statusCode,
        headers: {},
      }) as unknown as IncomingMessage
    await fetchAll(
      async (_, { streams, mayRepeat }) => {
        await streams?.take?.(answer(200, 'abc'), () => {}, 'the token')
        may = mayRepeat?.(lost)
        await streams?.take?.(answer(404, 'no'), () => {}, 'the token')
        return { status: 404 }
      },
      { takers: { refused: ({ statusCode }, body) => void shown.push(statusCode, body) } },
    )
    expect([may, shown]).toEqual([true, [404, 'no']])
  })

  it('follows redirects, but not endlessly, and to no URL that cannot be trusted', async () => {
    host.answers = [{ status: 302, headers: { location: '/download/g' } }]
    const got = await fetchAll()
    isWhole(got)
    expect(host.seen.map(({ url }) => url)).toEqual(['/download/f', '/download/g'])
    host.seen = []
    host.answers = Array.from({ length: 50 }, () => ({ status: 302, headers: { location: '/download/g' } }))
    expect((await fetchAll()).outcome).toMatchObject({
      kind: 'service',
      message: expect.stringContaining('still leads elsewhere after 5 redirects'),
    })
    expect(host.seen).toHaveLength(5)
    host.answers = [{ status: 302, headers: { location: 'http://evil.example/' } }]
    expect((await fetchAll()).outcome).toMatchObject({
      kind: 'service',
      hint: expect.stringContaining('http://evil.example'),
    })
  })

  it('works with GET only', async () => {
    const { outcome, asked } = await fetchAll(elsewhere, { method: 'POST' })
    expect(outcome).toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('POST /f/content is a download (HTTP 302)'),
    })
    expect(asked).toEqual([])
  })

  it('that cannot even start ends at once', async () => {
    const port = await closedPort()
    const nowhere: Told = { status: 302, headers: { location: `http://127.0.0.1:${port}/` } }
    const began = performance.now()
    const { outcome, graph } = await fetchAll(() => nowhere)
    expect(outcome).toMatchObject({ kind: 'network' })
    expect(graph.asked).toHaveLength(1)
    expect(performance.now() - began).toBeLessThan(900)
  })
})
