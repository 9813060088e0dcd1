import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ContentHost, sha256Of, startContentHost } from '../../helpers/microsoft/content-host.ts'
import { useLinked } from '../../helpers/program/linked.ts'
import { node, program } from '../../helpers/program/od-link.ts'
import { canSetImmutable, setImmutable } from '../../helpers/system/immutable.ts'
import { peakMemoryMb } from '../../helpers/system/peak-memory.ts'
import { hasRealPart } from '../../helpers/system/real-part.ts'

const hashOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

describe('od-link api --output', () => {
  const at = useLinked()
  let host: ContentHost
  let dir: string
  let file: string
  const path = '/me/drive/root:/f:/content'
  const api = (...args: string[]) => at.world.run(['api', path, '--output', file, ...args])
  /** Graph sends to the other host, as it does to SharePoint. */
  const elsewhere = (location = `${host.origin}/download/f?tempauth=secret`, count = 20) =>
    at.weather(`GET /v1.0${path}`, { status: 302, headers: { location } }, count)
  let number = 0
  beforeAll(async () => {
    host = await startContentHost()
  })
  afterAll(() => host.stop())
  beforeEach(async () => {
    await at.calm()
    dir = join(at.world.dir, `files ${++number}`)
    mkdirSync(dir)
    file = join(dir, 'file.bin')
    Object.assign(host, { seen: [], cuts: [], answers: [], delayMs: 0 })
    host.heeds = { range: true, ifRange: true }
    host.content = { size: 1_000_003, seed: number, etag: `"{A},${number}"` }
  })
  const isWhole = () => {
    expect(readdirSync(dir)).toEqual(['file.bin'])
    expect(hashOf(file)).toBe(sha256Of(host.content.seed, host.content.size))
  }

  it('fetches from where Graph sends it, and no token goes there', async () => {
    await elsewhere()
    expect(await api()).toMatchObject({ code: 0, stdout: '', stderr: '' })
    isWhole()
    const [request] = host.seen
    expect(request?.url).toBe('/download/f?tempauth=secret')
    expect(request?.headers.authorization).toBeUndefined()
    const token = (await at.world.run(['token'])).stdout.trim()
    expect(JSON.stringify(host.seen)).not.toContain(token)
  })

  it('ends when nobody reads it any more, however much there is', async () => {
    host.content.size = 1e12
    await elsewhere()
    const line = `'${node}' '${program}' api ${path} --output - | head -c 1000 | wc -c; echo "\${PIPESTATUS[0]}"`
    const env = { PATH: '/usr/bin:/bin', ...at.world.env }
    const told = await promisify(execFile)('bash', ['-c', line], { env, timeout: 20_000 })
    expect(told).toEqual({ stdout: '1000\n0\n', stderr: '' })
  })

  it('takes what Graph answers itself, and a file in the place of an older one', async () => {
    writeFileSync(file, 'older')
    const { code } = await at.world.run(['api', '/me/drive', '--output', file])
    expect(code).toBe(0)
    expect(JSON.parse(readFileSync(file, 'utf8')).driveType).toBe('business')
    expect(readdirSync(dir)).toEqual(['file.bin'])
  })

  it('goes on after a break, with the same version and a fresh address', async () => {
    host.cuts = [400_000, 100_000, 1]
    await elsewhere()
    await at.forgetRequests()
    expect((await api()).code).toBe(0)
    isWhole()
    expect(host.seen.map(({ headers }) => headers.range)).toEqual([
      undefined,
      ...[expect.stringMatching(/^bytes=\d+-$/), expect.stringMatching(/^bytes=\d+-$/)],
      expect.stringMatching(/^bytes=\d+-$/),
    ])
    expect(host.seen[1]?.headers['if-range']).toBe(host.content.etag)
    expect(await at.requests('graph')).toHaveLength(4)
  })

  it.each([
    ['has changed meanwhile', {}, { range: true, ifRange: true }],
    ['has changed meanwhile, and the server does not know If-Range', {}, { range: true, ifRange: false }],
    ['cannot be asked for in part', {}, { range: false, ifRange: false }],
    ['has no ETag', { etag: undefined }, { range: true, ifRange: true }],
    ['has a weak ETag', { etag: 'W/"1"' }, { range: true, ifRange: true }],
  ])('begins anew where the content %s', async (_why, content, heeds) => {
    host.cuts = [500_000]
    host.delayMs = 20
    Object.assign(host.content, content)
    host.heeds = heeds
    await elsewhere()
    const running = api('--verbose')
    if (!('etag' in content) && heeds.range) {
      await expect.poll(() => host.cuts.length, { timeout: 20_000 }).toBe(0)
      host.content = { size: 900_001, seed: 77, etag: '"{A},new"' }
      // What is under way has begun with the older size, so it is cut all the same.
    }
    expect((await running).code).toBe(0)
    isWhole()
  })

  it('requests a new URL when the old one has expired', async () => {
    host.answers = [{ status: 401 }, { status: 503, headers: { 'retry-after': '0.05' } }]
    await elsewhere()
    expect((await api()).code).toBe(0)
    isWhole()
    expect(host.seen).toHaveLength(3)
  })

  it('keeps what arrived for the next run, when it fails or is interrupted', async () => {
    writeFileSync(file, 'older')
    host.delayMs = 50
    await elsewhere()
    const running = at.world.start(['api', path, '--output', file])
    await expect
      .poll(() => existsSync(`${file}.part`) && readFileSync(`${file}.part`).length > 200_000, {
        timeout: 20_000,
      })
      .toBe(true)
    running.child.kill('SIGINT')
    const { code, stderr } = await running.ended
    expect(code).toBe(130)
    expect(stderr).toMatch(/The same command continues after [\d.]+ KB\./)
    expect(readFileSync(file, 'utf8')).toBe('older')
    const kept = readFileSync(`${file}.part`).length
    host.delayMs = 0
    host.answers = [{ status: 403, body: 'no' }]
    const failed = await api('--max-wait', '0')
    // The URL has expired: nothing is known of this person's rights.
    expect([failed.code, readFileSync(file, 'utf8')]).toEqual([6, 'older'])
    expect(failed.stderr).toContain('The same command continues after')
    expect((await api()).code).toBe(0)
    expect(host.seen.at(-1)?.headers.range).toBe(`bytes=${kept}-`)
    isWhole()
  })

  it.runIf(process.getuid)(
    'keeps all of it private until it is whole, then has the permissions of the file before it',
    async () => {
      const modeOf = (name: string) => statSync(name).mode & 0o777
      const usual = 0o666 & ~process.umask()
      for (const [mode, end] of [
        [0o600, 0o600],
        [0o640, 0o640],
        [0o755, 0o755],
        [undefined, usual],
      ]) {
        rmSync(file, { force: true })
        if (mode !== undefined) writeFileSync(file, '')
        if (mode !== undefined) chmodSync(file, mode)
        await at.calm()
        await elsewhere()
        host.delayMs = 50
        const running = at.world.start(['api', path, '--output', file])
        await expect
          .poll(() => existsSync(`${file}.part`) && statSync(`${file}.part`).size > 100_000, {
            timeout: 20_000,
          })
          .toBe(true)
        const drafts = [`${file}.part`, `${file}.part.etag`]
        expect(drafts.map(modeOf)).toEqual([0o600, 0o600])
        running.child.kill('SIGINT')
        expect((await running.ended).code).toBe(130)
        expect(drafts.map(modeOf)).toEqual([0o600, 0o600])
        host.delayMs = 0
        expect((await api()).code).toBe(0)
        expect(modeOf(file)).toBe(end)
        isWhole()
      }
    },
  )

  it('does not go on with a part of another file', async () => {
    writeFileSync(`${file}.part`, 'something else')
    writeFileSync(`${file}.part.etag`, `another account /v1.0${path}\n${host.content.etag}\n`)
    await elsewhere()
    expect((await api()).code).toBe(0)
    expect(host.seen[0]?.headers.range).toBeUndefined()
    isWhole()
  })

  it('takes a part that was whole already', async () => {
    host.cuts = [1_000_002]
    await elsewhere()
    expect((await api('--max-wait', '0')).code).toBe(7)
    host.seen.length = 0
    expect((await api()).code).toBe(0)
    isWhole()
  })

  it.runIf(canSetImmutable())('needs only the place of its file if everything is there', async () => {
    writeFileSync(file, 'older')
    setImmutable(file, true)
    await elsewhere()
    const { code, stderr } = await api()
    setImmutable(file, false)
    expect(code).toBe(2)
    expect(stderr).toContain(`"${file}" cannot be written (EPERM).`)
    expect(stderr).toMatch(/run it again: everything is already in ".*file\.bin\.part"/)
    host.seen.length = 0
    expect((await api()).code).toBe(0)
    expect(host.seen).toHaveLength(1)
    isWhole()
  })

  it('leaves nothing behind of what cannot be gone on with', async () => {
    host.content.etag = undefined
    host.cuts = [500_000]
    await elsewhere()
    const { code, stderr } = await api('--max-wait', '0')
    expect(code).toBe(7)
    expect(stderr).toContain('closed the connection before the response was complete')
    expect(readdirSync(dir)).toEqual([])
  })

  it.each([
    ['http://169.254.169.254/latest/meta-data'],
    ['http://example.com/f'],
    ['ftp://localhost/f'],
    ['file:///etc/passwd'],
    ['https://user:password@localhost:1/f'],
    [''],
  ])('does not go to %s', async (location) => {
    writeFileSync(file, 'older')
    await elsewhere(location)
    const { code, stdout, stderr } = await api()
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' })
    expect(stderr).toContain('cannot be trusted')
    expect(readFileSync(file, 'utf8')).toBe('older')
  })

  it('follows a redirect on the way a few times, and not for ever', async () => {
    host.answers = [{ status: 307, headers: { location: '/download/f?moved' } }]
    await elsewhere()
    expect((await api()).code).toBe(0)
    isWhole()
    host.answers = Array.from({ length: 9 }, () => ({ status: 302, headers: { location: '/again' } }))
    host.seen.length = 0
    expect((await api()).code).not.toBe(0)
    expect(host.seen.length).toBeLessThan(7)
  })

  it('writes through a link, and never in the place of a device', async () => {
    writeFileSync(join(dir, 'real'), 'older')
    symlinkSync('real', file)
    await elsewhere()
    expect((await api()).code).toBe(0)
    expect(hashOf(join(dir, 'real'))).toBe(sha256Of(host.content.seed, host.content.size))
    const { code } = await at.world.run(['api', path, '--output', '/dev/null'])
    expect(code).toBe(0)
    expect(existsSync('/dev/null.part')).toBe(false)
    const full = await at.world.run(['api', path, '--output', '/dev/full'])
    expect([full.code, full.stderr]).toEqual([9, expect.stringContaining('There is no space left')])
  })

  it('- prints it, and mends a break in the middle', async () => {
    host.content.size = 300_000
    host.cuts = [100_000]
    await elsewhere()
    const out = join(dir, 'out')
    const { code } = await at.world.run([], {
      through: ['sh', '-c', `"$0" "$1" api ${path} --output - > '${out}'`],
    })
    expect([code, hashOf(out)]).toEqual([0, sha256Of(host.content.seed, 300_000)])
  })

  it.runIf(process.platform === 'linux' && hasRealPart('unshare', 'a disk that is full'))(
    'says when the disk is full, and keeps the older file',
    async () => {
      writeFileSync(file, 'older')
      await elsewhere()
      const small = `mount -t tmpfs -o size=400k none '${dir}'; echo older > '${file}'; "$0" "$1" api ${path} --output '${file}'; code=$?; cat '${file}'; exit $code`
      const { code, stdout, stderr } = await at.world.run([], {
        through: ['unshare', '-m', 'sh', '-c', small],
      })
      expect({ code, stdout }).toEqual({ code: 9, stdout: 'older\n' })
      expect(stderr).toMatch(/There is no space left on this machine for .*\(ENOSPC\)/)
    },
  )

  it.runIf(process.platform === 'linux')('carries 100 MB without keeping them in memory', async () => {
    host.content.size = 100_000_000
    host.cuts = [60_000_000]
    await elsewhere()
    const idle = await peakMemoryMb(at.world.start(['api', '/me/drive', '--silent']))
    const running = at.world.start(['api', path, '--output', file])
    const peak = await peakMemoryMb(running)
    expect((await running.ended).code).toBe(0)
    isWhole()
    expect(peak - idle).toBeLessThan(60)
  })
})
