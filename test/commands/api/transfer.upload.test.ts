import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type ContentHost,
  chunkAt,
  sha256Of,
  startContentHost,
} from '../../helpers/microsoft/content-host.ts'
import { useLinked } from '../../helpers/program/linked.ts'
import { peakMemoryMb } from '../../helpers/system/peak-memory.ts'

const piece = 10 * 1024 * 1024

describe('od-link api --upload', () => {
  const at = useLinked()
  const bytes = randomBytes(piece + 12_345)
  let file: string
  const api = (path: string, ...args: string[]) => at.world.run(['api', '--upload', file, path, ...args])
  const content = async (path: string) =>
    Buffer.from(await (await at.graph('GET', `/me/drive/root:${path}:/content`)).arrayBuffer())
  const pieces = async () =>
    (await at.requests('content')).filter(({ method }) => method === 'PUT').map(({ status }) => status)
  beforeAll(() => {
    file = join(at.world.dir, 'some file.bin')
    writeFileSync(file, bytes)
  })
  beforeEach(async () => {
    await at.calm()
    await at.forgetRequests()
  })

  it('puts a file in pieces, and prints the item', async () => {
    const { code, stdout, stderr } = await api('/me/drive/root:/Up/large.bin')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ name: 'large.bin', size: bytes.length })
    expect((await content('/Up/large.bin')).equals(bytes)).toBe(true)
    expect(await pieces()).toEqual([202, 201])
  })

  it('gives it its own name in a folder, and new content by id', async () => {
    const { stdout } = await api('/me/drive/root:/Up/')
    expect(JSON.parse(stdout).name).toBe('some file.bin')
    const small = join(at.world.dir, 'small')
    writeFileSync(small, 'small')
    const { id } = JSON.parse(stdout)
    const again = await at.world.run([
      'api',
      '--upload',
      small,
      `/me/drive/items/${id}`,
      '--on-conflict',
      'replace',
    ])
    expect(JSON.parse(again.stdout)).toMatchObject({ id, size: 5 })
  })

  it('puts an empty file, and what comes on standard input', async () => {
    const empty = join(at.world.dir, 'empty')
    writeFileSync(empty, '')
    const put = (from: string, path: string, input = '') =>
      at.world.run(['api', '--upload', from, path, '--silent'], { input })
    expect(await put(empty, '/me/drive/root:/Up/empty')).toMatchObject({ code: 0, stdout: '' })
    expect((await put(empty, '/me/drive/root:/Up/empty')).code).toBe(3)
    expect((await put('-', '/me/drive/root:/Up/piped', 'from a pipe')).code).toBe(0)
    expect([(await content('/Up/empty')).length, (await content('/Up/piped')).toString()]).toEqual([
      0,
      'from a pipe',
    ])
    expect((await put('-', '/me/drive/root:/Up/')).code).toBe(2)
  })

  it('does not replace an existing file unless --on-conflict says so', async () => {
    await at.putFile('/taken.bin')
    const refused = await api('/me/drive/root:/taken.bin')
    expect(refused).toMatchObject({ code: 3, stdout: '' })
    expect(refused.stderr).toContain('--on-conflict replace')
    expect((await content('/taken.bin')).toString()).toBe('text')
    const renamed = await api('/me/drive/root:/taken.bin', '--on-conflict', 'rename')
    expect(JSON.parse(renamed.stdout).name).toBe('taken 1.bin')
    const replaced = await api('/me/drive/root:/taken.bin', '--on-conflict', 'replace')
    expect([replaced.code, (await content('/taken.bin')).equals(bytes)]).toEqual([0, true])
  })

  it.each([
    ['lost with its answer', { lost: true }, 0],
    ['lost on the way', { reset: true }, 0],
    ['refused for a while', { status: 503, headers: { 'retry-after': '0.05' } }, 1],
    ['throttled', { status: 429, headers: { 'retry-after': '0.05' } }, 0],
  ])('goes on after a piece that was %s', async (name, effect, skip) => {
    await at.sandbox.control('POST', 'weather', { match: 'PUT /upload', skip, effect })
    const path = `/Up/${name}`
    expect((await api(`/me/drive/root:${path}`)).code).toBe(0)
    expect((await content(path)).equals(bytes)).toBe(true)
    expect((await at.requests('content')).some(({ method }) => method === 'GET')).toBe(true)
  })

  it('finds the file when the answer to the last chunk was lost', async () => {
    await at.sandbox.control('POST', 'weather', { match: 'PUT /upload', skip: 1, effect: { lost: true } })
    const { code, stdout } = await api('/me/drive/root:/Up/last')
    expect([code, JSON.parse(stdout).name]).toEqual([0, 'last'])
    await at.sandbox.control('POST', 'weather', { match: 'PUT /upload', skip: 1, effect: { lost: true } })
    const unsure = await api('/me/drive/root:/Up/last', '--on-conflict', 'rename')
    expect([unsure.code, unsure.stdout]).toEqual([6, ''])
    expect(unsure.stderr).toContain('it is not known whether the file is complete')
  })

  it('gives the session up when there is no space, or another was quicker', async () => {
    await at.weather('PUT /upload', { status: 507 })
    const full = await api('/me/drive/root:/Up/full')
    expect([full.code, full.stdout]).toEqual([9, ''])
    expect((await at.requests('content')).at(-1)).toMatchObject({ method: 'DELETE', status: 204 })
    await at.sandbox.control('POST', 'weather', { match: 'PUT /upload', skip: 1, effect: { status: 409 } })
    expect((await api('/me/drive/root:/Up/quicker')).code).toBe(3)
    expect((await at.requests('content')).at(-1)).toMatchObject({ method: 'DELETE', status: 204 })
  })

  it.each([
    ['/me/drive/root', 'is not the path of a file'],
    ['/me/drive/root/children', 'is not the path of a file'],
    ['/me/drive/root:/x?a=b', 'is not the path of a file'],
    ['/me/drive', 'is not the path of a file'],
  ])('refuses %s before anything is sent', async (path, why) => {
    const { code, stderr } = await api(path)
    expect(code).toBe(2)
    expect(stderr).toContain(why)
    expect(await at.requests()).toEqual([])
  })
})

describe('the host that an upload goes to', () => {
  const at = useLinked()
  let host: ContentHost
  let file: string
  const session = (uploadUrl: string) =>
    at.weather('createUploadSession', { status: 200, body: { uploadUrl, nextExpectedRanges: ['0-'] } })
  const size = 100 * 1024 * 1024
  beforeAll(() => {
    file = join(at.world.dir, 'large')
    writeFileSync(file, Buffer.concat(Array.from({ length: size / 65_536 }, (_, index) => chunkAt(5, index))))
  })
  beforeEach(async () => {
    await at.calm()
    host = await startContentHost()
  })
  afterAll(() => host.stop())
  const api = () => ['api', '--upload', file, '/me/drive/root:/large']

  it.runIf(process.platform === 'linux')(
    'gets 100 MB, whole, without the token and from little memory',
    async () => {
      await session(`${host.origin}/upload?secret`)
      // In the middle of the second piece, and at its beginning.
      host.cuts = [undefined, 3_000_000, 0]
      const idle = await peakMemoryMb(at.world.start(['api', '/me/drive', '--silent']))
      const running = at.world.start(api())
      const peak = await peakMemoryMb(running)
      const { code, stdout, stderr } = await running.ended
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('Retrying') })
      expect(JSON.parse(stdout)).toEqual({ id: '01', name: 'large', size })
      expect(stderr).not.toContain('secret')
      expect(host.received.sha256()).toBe(sha256Of(5, size))
      expect(peak - idle).toBeLessThan(60)
      const lengths = host.seen.map(({ headers }) => Number(headers['content-length'] ?? 0))
      expect(Math.max(...lengths)).toBe(piece)
      for (const { headers } of host.seen) expect(headers.authorization).toBeUndefined()
      await host.stop()
    },
  )

  it('is notified when Ctrl-C ends it', async () => {
    await session(`${host.origin}/upload`)
    host.delayMs = 20
    const running = at.world.start(api())
    await expect.poll(() => host.seen.length, { timeout: 20_000 }).toBeGreaterThan(0)
    running.child.kill('SIGINT')
    expect((await running.ended).code).toBe(130)
    expect(host.received.cancelled).toBe(true)
    await host.stop()
  })

  it('is not believed when it is none that can be trusted', async () => {
    await session('http://example.com/upload')
    const { code, stderr } = await at.world.run(api())
    expect(code).toBe(6)
    expect(stderr).toContain('cannot be trusted')
  })

  it('gets nothing more when the file changes meanwhile', async () => {
    await session(`${host.origin}/upload`)
    host.delayMs = 5
    const running = at.world.start(api())
    await expect.poll(() => host.received.bytes, { timeout: 30_000 }).toBeGreaterThan(0)
    writeFileSync(file, createHash('sha256').digest())
    const { code, stderr } = await running.ended
    expect(code).toBe(2)
    expect(stderr).toContain('changed during the upload.')
    expect(host.received.cancelled).toBe(true)
  })
})
