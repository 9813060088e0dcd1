import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { foldLocal } from '../../../src/commands/download/local-target.ts'
import { useLinked } from '../../helpers/program/linked.ts'
import { node, program } from '../../helpers/program/od-link.ts'

describe('od-link download', () => {
  const at = useLinked()
  let dir: string
  let number = 0
  const download = (...args: string[]) => at.world.run(['download', ...args], { cwd: dir })
  const text = (name: string) => readFileSync(join(dir, name), 'utf8')
  const item = async (path: string) =>
    (await (await at.graph('GET', `/me/drive/root:${path}`)).json()) as object
  /** The item that Graph will describe next is another one. */
  const pretend = async (path: string, change: object, times = 2) =>
    at.weather(
      `GET /v1.0/me/drive/root:${path}`,
      { status: 200, body: { ...(await item(path)), ...change } },
      times,
    )
  beforeAll(async () => {
    await at.world.run(['mkdir', '/Reports'])
    for (const name of ['a.txt', 'b.txt', 'odd ö 日本 #1 & 50%.txt']) await at.putFile(`/Reports/${name}`)
    await at.graph('PUT', '/me/drive/root:/empty:/content', '')
  })
  beforeEach(async () => {
    await at.calm()
    await at.forgetRequests()
    dir = join(at.world.dir, `here ${++number}`)
    mkdirSync(dir)
  })

  it('puts a file into the current folder by two requests, with its time', async () => {
    expect(await download('/Reports/a.txt')).toMatchObject({ code: 0, stdout: 'a.txt\n', stderr: '' })
    expect(text('a.txt')).toBe('text')
    expect(readdirSync(dir)).toEqual(['a.txt'])
    expect((await at.requests()).map(({ kind }) => kind)).toEqual(['graph', 'content'])
    const { fileSystemInfo } = (await item('/Reports/a.txt')) as {
      fileSystemInfo: { lastModifiedDateTime: string }
    }
    expect(statSync(join(dir, 'a.txt')).mtimeMs).toBe(Date.parse(fileSystemInfo.lastModifiedDateTime))
    expect(statSync(join(dir, 'a.txt')).mode & 0o777).toBe(0o666 & ~process.umask())
  })

  it('takes a folder, another name, several files, and standard output', async () => {
    mkdirSync(join(dir, 'sub'))
    expect((await download('/Reports/a.txt', 'sub')).stdout).toBe('sub/a.txt\n')
    expect((await download('/Reports/odd ö 日本 #1 & 50%.txt', 'sub/other')).stdout).toBe('sub/other\n')
    const several = await download('/Reports/a.txt', 'Reports/b.txt', '/empty', 'new/2026', '-p')
    expect(several.stdout.split('\n').sort()).toEqual([
      '',
      'new/2026/a.txt',
      'new/2026/b.txt',
      'new/2026/empty',
    ])
    expect(text('new/2026/empty')).toBe('')
    expect(await download('/Reports/a.txt', '-')).toMatchObject({ code: 0, stdout: 'text', stderr: '' })
    expect((await download('/Reports/a.txt', '/Reports/b.txt', '-')).code).toBe(2)
    const json = JSON.parse((await download('--json', '/Reports/a.txt')).stdout)
    expect(json).toMatchObject([
      { path: 'a.txt', from: '/Reports/a.txt', name: 'a.txt', size: 4, type: 'file' },
    ])
  })

  it('does not replace a local file unless it is told to', async () => {
    writeFileSync(join(dir, 'a.txt'), 'mine')
    const refused = await download('/Reports/a.txt')
    expect(refused).toMatchObject({ code: 3, stdout: '' })
    expect(refused.stderr).toContain('"a.txt" already exists on this computer')
    expect(refused.stderr).toContain('od-link download --on-conflict replace /Reports/a.txt')
    expect(await at.requests('content')).toEqual([])
    expect((await download('/Reports/a.txt', '--on-conflict', 'rename')).stdout).toBe('a 1.txt\n')
    expect([text('a.txt'), text('a 1.txt')]).toEqual(['mine', 'text'])
    expect((await download('/Reports/a.txt', '--on-conflict', 'replace')).stdout).toBe('a.txt\n')
    expect(text('a.txt')).toBe('text')
    symlinkSync('nowhere', join(dir, 'link'))
    expect((await download('/Reports/a.txt', 'link')).code).toBe(3)
  })

  it('never replaces one of its files by another, whatever is taken', async () => {
    await at.graph('PUT', '/me/drive/root:/Other/a.txt:/content', 'another')
    const twins = ['/Reports/a.txt', '/Other/a.txt', '.']
    for (const choice of ['fail', 'replace']) {
      const { code, stdout, stderr } = await download(...twins, '--on-conflict', choice)
      expect([code, stdout, text('a.txt')]).toEqual([3, 'a.txt\n', 'text'])
      expect(stderr).toContain('"/Other/a.txt" would get the same name as "/Reports/a.txt".')
      rmSync(join(dir, 'a.txt'))
    }
    expect((await download(...twins, '--on-conflict', 'rename')).code).toBe(0)
    expect([text('a.txt'), text('a 1.txt')].sort()).toEqual(['another', 'text'])
    expect(readdirSync(dir)).toHaveLength(2)
    // Names that only the server knows, too.
    await pretend('/Other/a.txt', { name: 'b.txt' })
    const late = await download('/Reports/b.txt', '/Other/a.txt', '--on-conflict', 'replace', '.')
    expect([late.code, late.stdout]).toEqual([3, 'b.txt\n'])
    expect(foldLocal('A.TXT', 'win32')).toBe(foldLocal('a.txt', 'darwin'))
    expect(foldLocal('A.TXT', 'linux')).not.toBe(foldLocal('a.txt', 'linux'))
  })

  it('goes on after one of several that fails, and ends with its exit code', async () => {
    const { code, stdout, stderr } = await download(
      '/nowhere',
      '/Reports',
      '/Reports/a.txt',
      '.',
      '--jobs',
      '1',
    )
    expect([code, stdout]).toEqual([8, 'a.txt\n'])
    expect(stderr).toContain('✗ /nowhere: There is nothing at "/nowhere".')
    expect(stderr).toContain('✗ /Reports: "/Reports" is a folder, and download takes files.')
    expect(stderr).toContain('2 of 3 files were not downloaded')
  })

  it('says what is wrong with what was typed', async () => {
    const folder = await download('/Reports')
    expect(folder).toMatchObject({ code: 2, stdout: '' })
    expect(folder.stderr).toContain('rclone')
    expect(folder.stderr).toContain('od-link ls /Reports')
    const remote = await download('/Reports/a.txt', '/Reports/b.txt')
    expect(remote.code).toBe(2)
    expect(remote.stderr).toContain('There is no folder "/Reports" on this computer')
    expect(remote.stderr).toContain('od-link download /Reports/a.txt /Reports/b.txt .')
    expect((await download('/Reports/a.txt', 'missing/')).code).toBe(2)
    expect((await download('/Reports/nothing.txt')).code).toBe(8)
    expect((await download('-p', '/Reports/nothing.txt', 'never/here/')).code).toBe(8)
    expect(readdirSync(dir)).toEqual([])
    writeFileSync(join(dir, 'file'), 'mine')
    for (const to of ['file/', 'file/x', 'x'.repeat(300), `${'x'.repeat(300)}/`])
      for (const flags of [[], ['-p']]) {
        const { code, stdout, stderr } = await download(...flags, '/Reports/a.txt', to)
        expect([to, code, stdout]).toEqual([to, 2, ''])
        expect(stderr).toMatch(/a file stands where a folder is named|its name is too long/)
      }
    expect(readdirSync(dir)).toEqual(['file'])
  })

  it('is not a file before it is the one that the drive has', async () => {
    // It is read before the bytes, and after each time that they came.
    await pretend('/Reports/a.txt', { size: 5 }, 3)
    const short = await download('/Reports/a.txt')
    expect(short).toMatchObject({ code: 6, stdout: '' })
    expect(short.stderr).toContain('What arrived is not "/Reports/a.txt" (4 bytes received, 5 expected)')
    await pretend('/Reports/b.txt', { file: { hashes: { quickXorHash: 'AAAA' } } }, 3)
    expect((await download('/Reports/b.txt')).code).toBe(6)
    await pretend('/Reports/b.txt', { file: { hashes: { sha1Hash: '00' } } }, 3)
    expect((await download('/Reports/b.txt')).code).toBe(6)
    expect(readdirSync(dir)).toEqual([])
    await pretend('/Reports/b.txt', {
      file: { hashes: { sha1Hash: '372EA08CAB33E71C02C651DBC83A474D32C676EA' } },
    })
    expect((await download('/Reports/b.txt')).code).toBe(0)
  })

  it('is downloaded once more when what arrived claims to be all of it, and is not', async () => {
    await at.weather('GET /download/', { truncate: true })
    expect(await download('/Reports/a.txt')).toMatchObject({
      code: 0,
      stdout: 'a.txt\n',
      stderr: 'What arrived is not "/Reports/a.txt" (2 bytes received, 4 expected). Downloading it again…\n',
    })
    expect(text('a.txt')).toBe('text')
  })

  it('takes no more than the drive says the file has', async () => {
    await pretend('/Reports/a.txt', { size: 2 }, 3)
    const { code, stderr } = await download('/Reports/a.txt')
    expect(code).toBe(6)
    expect(stderr).toContain('What arrived is not "/Reports/a.txt" (4 bytes received, 2 expected)')
    expect(readdirSync(dir)).toEqual([])
  })

  it('accepts a file that changed between the two requests', async () => {
    const earlier = { ...(await item('/Reports/a.txt')), size: 99 }
    await at.weather('GET /v1.0/me/drive/root:/Reports/a.txt', { status: 200, body: earlier })
    expect((await download('/Reports/a.txt')).code).toBe(0)
  })

  it.each([
    ['../x', 'x'],
    ['/etc/x', 'x'],
    ['a\u0000b', 'x'],
    ['..', 'x'],
  ])('stays in the folder when the name is %j', async (name) => {
    await pretend('/Reports/a.txt', { name })
    const { code, stdout } = await download('/Reports/a.txt')
    // The typed name is one for the same file.
    expect([code, stdout]).toEqual([0, 'a.txt\n'])
    expect(readdirSync(dir)).toEqual(['a.txt'])
  })

  it('takes a name of 255 characters, and says when this computer cannot', async () => {
    await pretend('/Reports/a.txt', { name: 'x'.repeat(255) })
    expect((await download('/Reports/a.txt')).code).toBe(0)
    expect(readdirSync(dir)).toEqual(['x'.repeat(255)])
    await pretend('/Reports/a.txt', { name: '日'.repeat(100) })
    const long = await download('/Reports/a.txt')
    expect(long.code).toBe(2)
    expect(long.stderr).toContain('it is longer than 255 bytes')
  })

  it('does not say that it is another file than it is', async () => {
    await pretend('/Reports/a.txt', { name: 'x\u202Etxt.exe' })
    expect((await download('/Reports/a.txt')).stdout).toBe('xtxt.exe\n')
  })

  it('ends when nobody reads it any more', async () => {
    const large = join(dir, 'large')
    writeFileSync(large, randomBytes(12_000_000))
    await at.world.run(['upload', large, '/Reports/large'])
    const line = `'${node}' '${program}' download /Reports/large - | head -c 1000 | wc -c; echo "\${PIPESTATUS[0]}"`
    const env = { PATH: '/usr/bin:/bin', ...at.world.env }
    expect(await promisify(execFile)('bash', ['-c', line], { env, timeout: 20_000 })).toEqual({
      stdout: '1000\n0\n',
      stderr: '',
    })
  })
})
