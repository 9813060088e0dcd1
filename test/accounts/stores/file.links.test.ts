import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fileStore } from '../../../src/accounts/stores/file.ts'
import { spyBrowser } from '../../helpers/browser/spy-browser.ts'
import { jsonError, recordFile, useLinked } from '../../helpers/program/linked.ts'
import { newWorld } from '../../helpers/program/world.ts'

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

describe.skipIf(process.platform === 'win32')('a link that is kept in a file', () => {
  const at = useLinked()
  beforeEach(() => at.forgetRequests())

  it('is for this user alone, whatever the umask', async () => {
    expect(mode(recordFile(at.world))).toBe('600')
    expect(mode(dirname(recordFile(at.world)))).toBe('700')
    expect(mode(join(at.world.dir, 'settings'))).toBe('700')
    await at.sandbox.control('POST', 'expire')
    const old = process.umask(0)
    const { code } = await at.world.run(['mkdir', '/', 'umask'])
    process.umask(old)
    expect(code).toBe(0)
    expect(mode(recordFile(at.world))).toBe('600')
  })

  it('is replaced as a whole, and nothing else is left in its folder', async () => {
    const { ino } = statSync(recordFile(at.world))
    await at.sandbox.control('POST', 'expire')
    expect((await at.world.run(['mkdir', '/', 'replaced'])).code).toBe(0)
    expect(statSync(recordFile(at.world)).ino).not.toBe(ino)
    expect(readdirSync(dirname(recordFile(at.world)))).toHaveLength(1)
  })

  it.each([
    ['the file can be read by the group', 0o640, 0o700],
    ['the file can be read by all', 0o604, 0o700],
    ['the file can be written by all', 0o602, 0o700],
    ['the folder can be read by all', 0o600, 0o755],
    ['the folder can be written by the group', 0o600, 0o720],
  ])('is not trusted when %s', async (_, file, folder) => {
    const path = recordFile(at.world)
    const before = readFileSync(path)
    chmodSync(path, file)
    chmodSync(dirname(path), folder)
    const { code, stdout, stderr } = await at.world.run(['mkdir', '--json', '/', 'x'])
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    const { kind, message, hint } = jsonError(stderr)
    expect({ kind, message }).toEqual({
      kind: 'keychain',
      message: expect.stringMatching(/^Other users can read /),
    })
    expect(hint).toMatch(/^chmod go= \S/)
    expect(await at.requests()).toEqual([])
    expect(readFileSync(path).equals(before)).toBe(true)
    chmodSync(dirname(path), 0o700)
    chmodSync(path, 0o600)
    expect((await at.world.run(['token'])).code).toBe(0)
  })

  it('is refused at login, before any browser, when the folder is open to others', async () => {
    const world = newWorld(at.sandbox)
    const links = join(world.dir, 'settings', 'links')
    mkdirSync(links, { recursive: true })
    chmodSync(links, 0o755)
    const spy = spyBrowser(world.dir)
    const { code } = await world.run(['login'], { env: { OD_LINK_BROWSER: `"${spy.command}"` } })
    expect(code).toBe(5)
    expect(spy.opened()).toBe(false)
    expect(readdirSync(links)).toEqual([])
    world.remove()
  })

  it('is not found under another place of settings', async () => {
    const env = { OD_LINK_CONFIG_DIR: join(at.world.dir, 'other') }
    expect((await at.world.run(['mkdir', '/', 'x'], { env })).code).toBe(4)
  })

  it('is removed by logout --all, whatever foreign files lie beside it', async () => {
    const world = newWorld(at.sandbox)
    await world.login()
    const links = join(world.dir, 'settings', 'links')
    writeFileSync(join(links, '%zz.json'), '{}')
    expect((await world.run(['logout', '--all'])).code).toBe(0)
    expect(readdirSync(links)).toEqual(['%zz.json'])
    world.remove()
  })

  it('is removed by logout', async () => {
    const folder = dirname(recordFile(at.world))
    expect((await at.world.run(['logout'])).code).toBe(0)
    expect(readdirSync(folder)).toEqual([])
    await at.world.login()
  })

  it('is found whatever store is chosen for new links by now', async () => {
    const env = { OD_LINK_STORE: 'keychain', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' }
    expect((await at.world.run(['token'], { env })).code).toBe(0)
  })

  it('makes no folder and no lock to be read', async () => {
    const locks = join(at.world.dir, 'settings', 'locks')
    rmSync(locks, { recursive: true })
    for (const args of [['token'], ['status'], ['mkdir', '/', 'read']]) {
      expect((await at.world.run(args)).code).toBe(0)
    }
    expect(existsSync(locks)).toBe(false)
  })

  it('is said to be not encrypted when it is first put there, and not again', async () => {
    const note = /not encrypted/
    const world = newWorld(at.sandbox)
    expect((await world.login()).stderr).toMatch(note)
    expect((await world.login()).stderr).not.toMatch(note)
    expect((await world.run(['mkdir', '/', 'note'])).stderr).toBe('')
    expect((await world.run(['config', 'set', 'store', 'file'])).stderr).toMatch(note)
    expect((await world.run(['config', 'set', 'store', 'keychain'])).stderr).toBe('')
    world.remove()
  })

  it('is not made in a store that does not exist', async () => {
    const world = newWorld(at.sandbox, undefined, { OD_LINK_STORE: 'nonsense' })
    const { code, stdout, stderr } = await world.run(['login'])
    world.remove()
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('keychain, file')
  })
})

describe('the file store', () => {
  let dir: string
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'od-link-file-store-'))
    process.env.OD_LINK_CONFIG_DIR = dir
  })
  afterAll(() => {
    delete process.env.OD_LINK_CONFIG_DIR
    rmSync(dir, { recursive: true, force: true })
  })

  it('shows a reader the old text or the new one, never a part', async () => {
    const store = fileStore()
    const texts = ['a', 'b'].map((letter) => JSON.stringify({ letter: letter.repeat(200_000) }))
    await store.write('link', texts[0] ?? '')
    let writing = true
    const writer = (async () => {
      for (let round = 0; round < 60; round += 1) await store.write('link', texts[round % 2] ?? '')
      writing = false
    })()
    let reads = 0
    for (; writing; reads += 1) expect(texts).toContain(await store.read('link'))
    await writer
    expect(reads).toBeGreaterThan(10)
  })

  it('keeps items apart whose names look like paths', async () => {
    const store = fileStore()
    const names = ['../outside', 'a/b', 'a\\b', 'a%2Fb', '.', 'CON', 'tid.oid']
    for (const name of names) await store.write(name, name)
    for (const name of names) expect(await store.read(name)).toBe(name)
    expect(readdirSync(dir)).toEqual(['links'])
    for (const name of names) await store.remove(name)
    for (const name of names) expect(await store.read(name)).toBeUndefined()
    await store.remove('tid.oid')
  })

  it('says what is wrong when it cannot write, and leaves no draft', async () => {
    mkdirSync(join(dir, 'links', 'blocked.json'))
    await expect(fileStore().write('blocked', 'text')).rejects.toMatchObject({
      kind: 'keychain',
      message: expect.stringContaining('The file store cannot be used'),
    })
    expect(readdirSync(join(dir, 'links')).filter((name) => name.includes('.tmp'))).toEqual([])
  })
})
