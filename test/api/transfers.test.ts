import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readAddress } from '../../src/graph/api/address.ts'
import { download } from '../../src/graph/api/download.ts'
import type { Target } from '../../src/graph/api/part.ts'
import { openSource } from '../../src/graph/api/source.ts'
import { maxFaults } from '../../src/graph/request.ts'
import { fakeGraph, type Told } from '../helpers/fake-graph.ts'
import { closedPort } from '../helpers/server.ts'
import { type ContentHost, sha256Of, startContentHost } from './content-host.ts'

/** A target in memory, which tells what was done with it. */
function memory(): Target & { bytes: () => Buffer; begun: (string | undefined)[]; finished: number } {
  let [pieces, etag]: [Buffer[], string | undefined] = [[], undefined]
  const target = {
    begun: [] as (string | undefined)[],
    finished: 0,
    bytes: () => Buffer.concat(pieces),
    get have() {
      return pieces.reduce((sum, { length }) => sum + length, 0)
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

  /** @param tell what Graph answers. */
  async function fetchAll(tell: Parameters<typeof fakeGraph>[0] = elsewhere, method = 'GET') {
    const target = memory()
    const graph = fakeGraph(tell)
    const progress: [number, number | undefined][] = []
    const request = { method, address: readAddress('/f/content'), headers: {} }
    const from = { openGraph: () => graph, graphOrigin: 'http://localhost:1', maxWaitMs: 20_000, takers: {} }
    const done = download(request, target, { ...from, onProgress: (...now) => void progress.push(now) })
    const outcome = await done.then(() => undefined).catch((error: unknown) => error)
    return { target, graph, progress, outcome, asked: host.seen.map(({ headers }) => headers) }
  }
  const isWhole = ({ target, outcome }: Awaited<ReturnType<typeof fetchAll>>) => {
    expect(outcome).toBeUndefined()
    expect(target.finished).toBe(1)
    const hash = createHash('sha256').update(target.bytes()).digest('hex')
    expect(hash).toBe(sha256Of(host.content.seed, host.content.size))
  }

  it('is whole, and tells how far it is', async () => {
    const got = await fetchAll()
    isWhole(got)
    expect(got.progress[0]).toEqual([0, 200_000])
    expect(got.progress.at(-1)).toEqual([200_000, 200_000])
    expect(got.progress.length).toBeGreaterThan(2)
    expect(got.asked).toMatchObject([{ accept: '*/*' }])
    expect(got.asked[0]).not.toHaveProperty('range')
    expect(got.target.begun.at(-1)).toBe('"1"')
  })

  it('is what Graph answers itself, where it does', async () => {
    const { target, progress, outcome } = await fetchAll(async (_, { streams }) => {
      const response = Object.assign(Readable.from([Buffer.from('ab'), Buffer.from('c')]), {
        statusCode: 200,
        headers: { 'content-length': '3' },
      })
      await streams?.take?.(response as unknown as IncomingMessage, () => {})
      return { status: 200 }
    })
    expect([outcome, String(target.bytes()), target.finished]).toEqual([undefined, 'abc', 1])
    expect(progress.at(-1)).toEqual([3, 3])
    expect(target.begun).toEqual([undefined])
  })

  it('of unknown length is told so', async () => {
    const { progress } = await fetchAll(async (_, { streams }) => {
      const response = Object.assign(Readable.from([Buffer.from('abc')]), { statusCode: 200, headers: {} })
      await streams?.take?.(response as unknown as IncomingMessage, () => {})
      return { status: 200 }
    })
    expect(progress).toEqual([[3, undefined]])
  })

  it('goes on after a break, from where it was, by a fresh address', async () => {
    host.cuts = [100_000]
    const got = await fetchAll()
    isWhole(got)
    expect(got.graph.asked).toHaveLength(2)
    expect(got.asked[1]).toMatchObject({ range: expect.stringMatching(/^bytes=\d{2,}-$/), 'if-range': '"1"' })
    expect(got.target.begun.filter((etag) => etag === '"1"')).toHaveLength(1)
  })

  it('begins anew after a break when nothing promises that the rest is of the same', async () => {
    host.content.etag = 'W/"1"'
    host.cuts = [100_000]
    const got = await fetchAll()
    isWhole(got)
    expect(got.asked[1]).not.toHaveProperty('range')
    expect(got.target.begun).not.toContain('W/"1"')
  })

  it('begins anew when the rest is of another version, by a server that knows no If-Range', async () => {
    host.heeds.ifRange = false
    host.cuts = [100_000]
    const got = await fetchAll(() => {
      if (host.seen.length === 1) host.content = { size: 150_000, seed: 8, etag: '"2"' }
      return elsewhere()
    })
    isWhole(got)
    expect(got.target.begun.at(-1)).toBe('"2"')
  })

  it.each([401, 403, 404, 410, 416])('asks for a fresh address after a %i', async (status) => {
    host.answers = [{ status, headers: soon }]
    const got = await fetchAll()
    isWhole(got)
    expect(got.graph.asked).toHaveLength(2)
  })

  it.each([400, 418])('ends at once after a %i', async (status) => {
    host.answers = [{ status, headers: soon }]
    const { outcome, asked, target } = await fetchAll()
    expect(outcome).toMatchObject({
      kind: 'usage',
      message: expect.stringContaining(`GET /f/content (HTTP ${status})`),
    })
    expect([asked.length, target.finished]).toEqual([1, 0])
  })

  it('ends after so many troubles that bring nothing new', async () => {
    host.answers = Array.from({ length: 50 }, () => ({ status: 503, headers: soon }))
    const { outcome, asked } = await fetchAll()
    expect(outcome).toMatchObject({ kind: 'service', message: 'Microsoft Graph is in trouble (HTTP 503).' })
    expect(asked).toHaveLength(maxFaults + 1)
  })

  it('that gets on has its patience anew', async () => {
    const troubles = () => Array.from({ length: maxFaults }, () => ({ status: 503, headers: soon }))
    host.answers = troubles()
    host.cuts = [...troubles().map(() => undefined), 100_000]
    const got = await fetchAll(() => {
      // Once the first half has come; the break is a trouble, too.
      if (host.seen.length === maxFaults + 1) host.answers = troubles().slice(1)
      return elsewhere()
    })
    isWhole(got)
    expect(got.asked).toHaveLength(2 * maxFaults + 1)
  })

  it('of what changes all the time ends with a sentence of its own', async () => {
    const headers = { ...soon, 'content-range': 'bytes 5-9/10' }
    host.answers = Array.from({ length: 50 }, () => ({ status: 206, headers, body: 'abcde' }))
    const { outcome, asked } = await fetchAll()
    expect(outcome).toMatchObject({
      kind: 'service',
      message: 'The content changes while it is fetched.',
      hint: 'Try again later.',
    })
    expect(asked).toHaveLength(maxFaults + 1)
  })

  it.each(['5-9/10', 'bytes 0-9', 'x bytes 0-199999/200000', 'bytes 0-199999/200000 x'])(
    'takes no piece that says %j of itself',
    async (range) => {
      host.answers = [{ status: 206, headers: { ...soon, 'content-range': range }, body: 'abcde' }]
      const got = await fetchAll()
      isWhole(got)
      expect(got.asked).toHaveLength(2)
    },
  )

  it('follows redirects, but not for ever, and to no place that cannot be trusted', async () => {
    host.answers = [{ status: 302, headers: { location: '/download/g' } }]
    const got = await fetchAll()
    isWhole(got)
    expect(host.seen.map(({ url }) => url)).toEqual(['/download/f', '/download/g'])
    host.seen = []
    host.answers = Array.from({ length: 50 }, () => ({ status: 302, headers: { location: '/download/g' } }))
    expect((await fetchAll()).outcome).toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('at another place'),
    })
    expect(host.seen).toHaveLength(5)
    host.answers = [{ status: 302, headers: { location: 'http://evil.example/' } }]
    expect((await fetchAll()).outcome).toMatchObject({
      kind: 'service',
      hint: expect.stringContaining('http://evil.example'),
    })
  })

  it('is for GET alone', async () => {
    const { outcome, asked } = await fetchAll(elsewhere, 'POST')
    expect(outcome).toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('POST /f/content: the content is at'),
    })
    expect(asked).toEqual([])
  })

  it('that cannot even begin ends at once', async () => {
    const port = await closedPort()
    const nowhere: Told = { status: 302, headers: { location: `http://127.0.0.1:${port}/` } }
    const began = performance.now()
    const { outcome, graph } = await fetchAll(() => nowhere)
    expect(outcome).toMatchObject({ kind: 'network' })
    expect(graph.asked).toHaveLength(1)
    expect(performance.now() - began).toBeLessThan(900)
  })
})

describe('what is sent', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'od-link-test-'))
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))
  const file = () => join(dir, 'file')

  /** Sends a piece, and returns what arrived with how much was told of. */
  async function sent(source: Awaited<ReturnType<typeof openSource>>, first: number, length: number) {
    const outgoing = new PassThrough()
    let told = 0
    source.send(outgoing as unknown as ClientRequest, first, length, (bytes) => {
      told += bytes
    })
    return [await text(outgoing), told]
  }

  it('is a piece of a file, as often as need be', async () => {
    writeFileSync(file(), `${'a'.repeat(100_000)}b${'c'.repeat(100_000)}`)
    const source = await openSource(file())
    expect(source.size).toBe(200_001)
    expect(await sent(source, 99_999, 3)).toEqual(['abc', 3])
    expect(await sent(source, 0, 200_001)).toEqual([`${'a'.repeat(100_000)}b${'c'.repeat(100_000)}`, 200_001])
    expect(await sent(source, 0, 0)).toEqual(['', 0])
    source.close()
  })

  it.each<[string, () => void]>([
    ['grew', () => appendFileSync(file(), 'x')],
    ['was written anew', () => utimesSync(file(), 1, 1)],
  ])('is refused when the file %s meanwhile', async (_, change) => {
    writeFileSync(file(), 'abc')
    const source = await openSource(file())
    change()
    await expect(sent(source, 0, 3)).rejects.toMatchObject({
      kind: 'usage',
      message: `"${file()}" changed while it was sent.`,
      hint: 'Send it again.',
    })
    source.close()
  })

  it('is refused when the file ends too soon', async () => {
    writeFileSync(file(), 'abc')
    const source = await openSource(file())
    await expect(sent(source, 0, 4)).rejects.toMatchObject({
      message: expect.stringContaining('changed while'),
    })
    source.close()
  })

  it('may come out of a pipe, whose length is known once it was read', async () => {
    execFileSync('mkfifo', [file()])
    spawn('sh', ['-c', `printf 'out of a pipe' > '${file()}'`])
    const source = await openSource(file())
    expect(source.size).toBe(13)
    expect(await sent(source, 7, 6)).toEqual(['a pipe', 6])
    expect(await sent(source, 0, 3)).toEqual(['out', 3])
    source.close()
  })

  it('is no folder, and nothing that is not there', async () => {
    await expect(openSource(dir)).rejects.toMatchObject({
      kind: 'usage',
      message: `"${dir}" cannot be read (EISDIR).`,
    })
    await expect(openSource(file())).rejects.toMatchObject({
      message: `"${file()}" cannot be read (ENOENT).`,
    })
  })
})
