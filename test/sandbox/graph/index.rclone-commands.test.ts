import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ada, grace, type Json } from '../../helpers/sandbox/client.ts'
import { writeKnownApps } from '../../helpers/sandbox/known-apps.ts'
import {
  canBeMicrosoft,
  type MicrosoftWorld,
  startMicrosoftWorld,
} from '../../helpers/sandbox/microsoft-world.ts'
import { answerDialogue, installBrowser, rcloneIn } from '../../helpers/sandbox/rclone.ts'
import { hasRealPart } from '../../helpers/system/real-part.ts'

const forWhat = 'rclone from its own sign-in on, with a sandbox under Microsoft’s names'
const hasAll = hasRealPart('rclone', forWhat) && canBeMicrosoft(forWhat)

const canMount = hasAll && hasRealPart('fusermount3', 'a drive that rclone mounts')

/** Each step runs many commands, on a machine that is busy with other tests. */
const timeout = 300_000

describe.skipIf(!hasAll).each([
  ['work', ada],
  ['personal', grace],
])('rclone, from its own dialogue on, on a %s drive', (kind, username) => {
  let world: MicrosoftWorld
  let scratch: string
  let source: string
  const rclone = () => rcloneIn(world)
  const must = (...args: string[]) => rclone().must(...args)

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'od-link-rclone-'))
    world = await startMicrosoftWorld('--app', writeKnownApps(scratch))
    source = join(world.dir, 'source')
    mkdirSync(join(source, 'sub'), { recursive: true })
    writeFileSync(join(source, 'one.txt'), 'one')
    writeFileSync(join(source, 'sub', 'two ä.txt'), 'two')
    writeFileSync(join(source, 'large.bin'), randomBytes(12_000_000))
  }, timeout)

  afterAll(async () => {
    await world?.stop()
    rmSync(scratch, { recursive: true, force: true })
  })

  it('is set up by its dialogue, with the registration it brings along', { timeout }, async () => {
    await world.control('POST', 'next-sign-in', { username })
    const dialogue = world.start('rclone', ['config'], { env: installBrowser(world), cwd: world.dir })
    const said = await answerDialogue(dialogue, {
      'n/s/q': ['n'],
      name: ['od'],
      Storage: ['onedrive'],
      'e/n/d/r/c/s/q': ['q'],
    })
    const type = kind === 'work' ? 'business' : 'personal'
    expect(said).toContain(`Found drive "root" of type "${type}"`)
    expect(await must('lsd', 'od:')).toBe('')
    await world.control('POST', 'next-sign-in', { username })
    const authorized = await world.must('rclone', ['authorize', 'onedrive'], { env: installBrowser(world) })
    expect(authorized).toContain('"refresh_token"')
  })

  it('copies there and back, and finds the same', { timeout }, async () => {
    await must('mkdir', 'od:a/b')
    await must('copy', source, 'od:src')
    await must('check', source, 'od:src')
    const all = (await must('lsf', '-R', 'od:')).trim().split('\n').sort()
    expect(all).toEqual([
      'a/',
      'a/b/',
      'src/',
      'src/large.bin',
      'src/one.txt',
      'src/sub/',
      'src/sub/two ä.txt',
    ])
    expect(await must('lsf', '-R', '--onedrive-list-chunk', '1', 'od:src')).toContain('sub/two ä.txt')
    for (const command of ['ls', 'lsl', 'tree', 'size', 'lsjson'])
      expect(await must(command, 'od:src'), command).toMatch(/\w/)
    expect(await must('cat', 'od:src/one.txt')).toBe('one')
    const hash = kind === 'work' ? 'quickxor' : 'sha1'
    const sums = await must('hashsum', hash, 'od:src')
    writeFileSync(join(world.dir, 'sums'), sums)
    await must('checksum', hash, join(world.dir, 'sums'), 'od:src')
    if (kind === 'personal') await must('sha1sum', 'od:src')
    await must('copyto', 'od:src/one.txt', join(world.dir, 'back.txt'))
    expect(readFileSync(join(world.dir, 'back.txt'), 'utf8')).toBe('one')
    expect(JSON.parse(await must('about', '--json', 'od:')).used).toBe(12_000_006)
  })

  it('copies and moves on the server, without the bytes', { timeout }, async () => {
    const since = (await world.control('GET', 'log')).length
    await must('copyto', 'od:src/one.txt', 'od:a/uno.txt')
    await must('copy', 'od:src', 'od:copied')
    await must('check', source, 'od:copied')
    await must('moveto', 'od:a/uno.txt', 'od:a/b/dos.txt')
    await must('move', 'od:copied', 'od:moved')
    expect(await must('cat', 'od:a/b/dos.txt')).toBe('one')
    const log: Json[] = (await world.control('GET', 'log')).slice(since)
    expect(log.filter(({ path }) => /\/copy(\?|$)/.test(path)).length).toBeGreaterThanOrEqual(4)
    expect(log.filter(({ path }) => /\/content|createUploadSession/.test(path))).toHaveLength(1)
  })

  it('transfers nothing when it syncs again', { timeout }, async () => {
    await must('sync', source, 'od:sync')
    const second = await rclone().run('sync', source, 'od:sync', '-v')
    expect([second.status, second.stderr]).toEqual([
      0,
      expect.stringContaining('There was nothing to transfer'),
    ])
    writeFileSync(join(source, 'one.txt'), 'changed')
    await must('sync', source, 'od:sync')
    expect(await must('cat', 'od:sync/one.txt')).toBe('changed')
    await must('bisync', source, 'od:sync', '--resync')
    writeFileSync(join(source, 'one.txt'), 'again')
    await must('bisync', source, 'od:sync')
    expect(await must('cat', 'od:sync/one.txt')).toBe('again')
  })

  it('writes, touches, links, cleans up and deletes', { timeout }, async () => {
    await world.must('sh', ['-c', 'printf piped | rclone rcat od:piped.txt'])
    expect(await must('cat', 'od:piped.txt')).toBe('piped')
    await must('touch', '-t', '2020-01-01T00:00:00', 'od:piped.txt')
    expect(await must('lsl', 'od:piped.txt')).toContain('2020-01-01 00:00:00')
    expect(await must('link', 'od:piped.txt')).toMatch(/^https:\/\//)
    if (kind === 'personal')
      expect(await must('link', 'od:piped.txt', '--expire', '1d', '--onedrive-link-password', 'x')).toMatch(
        /^https/,
      )
    await must('copyurl', 'https://login.microsoftonline.com/common/discovery/v2.0/keys', 'od:keys.json')
    expect(JSON.parse(await must('cat', 'od:keys.json')).keys).toBeDefined()
    const versions = async () => {
      const since = (await world.control('GET', 'log')).length
      await must('cleanup', 'od:')
      const log: Json[] = (await world.control('GET', 'log')).slice(since)
      return log.filter(({ method, path }) => method === 'DELETE' && path.includes('/versions/')).length
    }
    expect(await versions()).toBeGreaterThan(0)
    expect(await versions()).toBe(0)
    await must('dedupe', '--dedupe-mode', 'list', 'od:')
    await must('delete', 'od:moved')
    await must('rmdirs', 'od:moved')
    await must('deletefile', 'od:keys.json')
    await must('purge', 'od:a')
    await must('mkdir', 'od:empty')
    await must('rmdir', 'od:empty')
    expect(await must('lsf', 'od:')).toBe('piped.txt\nsrc/\nsync/\n')
  })

  it('serves the drive by WebDAV', { timeout }, async () => {
    const dav = world.start('rclone', [
      'serve',
      'webdav',
      'od:',
      '--addr',
      '127.0.0.1:8400',
      '--vfs-cache-mode',
      'off',
    ])
    dav.stdout?.resume()
    const curl = (...args: string[]) =>
      world.must('curl', ['-sS', '--fail-with-body', '--retry', '9', '--retry-connrefused', ...args])
    const at = (path: string) => `http://127.0.0.1:8400/${path}`
    expect(await curl('-X', 'PROPFIND', '-H', 'Depth: 1', at(''))).toContain('/piped.txt<')
    await curl('-X', 'MKCOL', at('dav'))
    await curl('-X', 'PUT', '-d', 'by WebDAV', at('dav/one.txt'))
    await curl('-X', 'MOVE', '-H', `Destination: ${at('dav/two.txt')}`, at('dav/one.txt'))
    expect(await curl(at('dav/two.txt'))).toBe('by WebDAV')
    await curl('-X', 'DELETE', at('dav/two.txt'))
    expect(await must('lsf', '-R', 'od:dav')).toBe('')
    await must('rmdir', 'od:dav')
    dav.kill()
  })

  it.skipIf(!canMount)('mounts the drive as a folder', { timeout }, async () => {
    const folder = join(world.dir, 'mounted')
    mkdirSync(folder)
    const flags = ['--vfs-cache-mode', 'writes', '--vfs-write-back', '1s']
    const mount = world.start('rclone', ['mount', 'od:', folder, ...flags])
    const isMounted = async () => (await world.run('mountpoint', ['-q', folder])).status === 0
    await expect.poll(isMounted, { timeout: 60_000 }).toBe(true)
    const shell = (script: string) => world.must('sh', ['-ec', `cd '${folder}'; ${script}`])
    expect(await shell('ls src')).toBe('large.bin\none.txt\nsub\n')
    // What is written is uploaded in the background.
    const inDrive = () => must('lsf', '-R', 'od:in')
    await shell('mkdir -p in/it && printf mounted >in/it/a.txt')
    await expect.poll(inDrive, { timeout: 60_000 }).toBe('it/\nit/a.txt\n')
    await shell('mv in/it/a.txt in/b.txt && rmdir in/it')
    await expect.poll(inDrive, { timeout: 60_000 }).toBe('b.txt\n')
    const unmounted = new Promise((resolve) => mount.once('close', resolve))
    await world.must('fusermount3', ['-u', folder])
    expect(await unmounted).toBe(0)
    expect(await must('cat', 'od:in/b.txt')).toBe('mounted')
    await must('purge', 'od:in')
  })

  it('finds out what names such a drive takes', { timeout }, async () => {
    const told = await must('test', 'info', '--all', 'od:info')
    expect(told).toContain('maxFileLength = 255 // for 1 byte unicode characters')
    await must('test', 'makefiles', '--files', '5', join(world.dir, 'made'))
    await must('copy', join(world.dir, 'made'), 'od:made')
    await must('check', join(world.dir, 'made'), 'od:made')
  })
})
