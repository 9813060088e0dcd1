import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fileStore } from '../../../src/accounts/stores/file.ts'
import { useOwnSettings } from '../../helpers/program/own-settings.ts'

const own = useOwnSettings()
const folder = () => join(own.dir, 'links')
const path = (name: string) => join(folder(), name)
const mode = (of: string) => (statSync(of).mode & 0o777).toString(8)

describe.skipIf(process.platform === 'win32')('an item of the file store', () => {
  it('is absent, and reading makes no folder', async () => {
    const store = fileStore()
    expect(await store.read('x')).toBeUndefined()
    expect(await store.list()).toEqual([])
    await store.remove('x')
    await store.refuseIfReadOnly?.()
    expect(existsSync(folder())).toBe(false)
    expect(store).toMatchObject({ name: 'file', label: 'The file store', mayForget: false })
  })

  it('is this user’s alone, replaced as a whole, and leaves no draft', async () => {
    const store = fileStore()
    await store.write('tid.oid', 'one')
    const { ino } = statSync(path('tid.oid.json'))
    await store.write('tid.oid', 'two')
    expect(await store.read('tid.oid')).toBe('two')
    expect(statSync(path('tid.oid.json')).ino).not.toBe(ino)
    expect([mode(path('tid.oid.json')), mode(folder())]).toEqual(['600', '700'])
    expect(readdirSync(folder())).toEqual(['tid.oid.json'])
    await store.refuseIfReadOnly?.()
  })

  it('is listed by its name, and what is no item is not', async () => {
    const store = fileStore()
    await store.write('a/b c', 'text')
    for (const name of ['%zz.json', 'other.txt', 'a.json.abc.tmp', 'x\ny.json']) writeFileSync(path(name), '')
    expect(await store.list()).toEqual(['a/b c'])
  })

  it('is listed, so that it is removed, where a killed writer left its draft alone', async () => {
    const store = fileStore()
    await store.write('x', 'text')
    for (const item of ['x', 'lost']) writeFileSync(path(`${item}.json.0123456789ab.tmp`), 'a token')
    expect((await store.list()).sort()).toEqual(['lost', 'x'])
  })

  it('is removed with the drafts that killed writers left, and with no others', async () => {
    const store = fileStore()
    for (const item of ['x', 'xx']) await store.write(item, item)
    for (const name of ['x.json.0a1b.tmp', 'xx.json.0a1b.tmp']) writeFileSync(path(name), 'a token')
    await store.write('x', 'newer')
    expect(readdirSync(folder()).sort()).toEqual(['x.json', 'xx.json', 'xx.json.0a1b.tmp'])
    await store.remove('xx')
    expect(readdirSync(folder())).toEqual(['x.json'])
  })

  it.each([
    ['the file', 0o640, 0o700, 'x.json'],
    ['the file', 0o604, 0o700, 'x.json'],
    ['the file', 0o601, 0o700, 'x.json'],
    ['the folder', 0o600, 0o710, ''],
    ['the folder', 0o600, 0o701, ''],
  ])('is not trusted when others can use %s: %s %s', async (_, file, dir, which) => {
    const store = fileStore()
    await store.write('x', 'text')
    chmodSync(path('x.json'), file)
    chmodSync(folder(), dir)
    const at = which ? path(which) : folder()
    await expect(store.read('x')).rejects.toMatchObject({
      kind: 'keychain',
      message: `Other users can read ${at}, so od-link does not trust it.`,
      hint: `chmod go= ${at}`,
    })
  })

  it.runIf(process.getuid?.() === 0)('is not trusted when it belongs to another user', async () => {
    const store = fileStore()
    await store.write('x', 'text')
    for (const at of [path('x.json'), folder()]) {
      chownSync(at, 65_534, 65_534)
      await expect(store.read('x')).rejects.toMatchObject({
        kind: 'keychain',
        message: `${at} belongs to another user.`,
        hint: `chown 0 ${at}`,
      })
      chownSync(at, 0, 0)
    }
  })

  it('is not taken for absent where its folder cannot be looked at', async () => {
    const file = join(own.dir, 'file')
    writeFileSync(file, '')
    process.env.OD_LINK_CONFIG_DIR = file
    const store = fileStore()
    const trouble = { kind: 'keychain', message: expect.stringContaining('cannot be used (ENOTDIR') }
    await expect(store.read('x')).rejects.toMatchObject(trouble)
    await expect(store.list()).rejects.toMatchObject(trouble)
    await expect(store.remove('x')).rejects.toMatchObject(trouble)
    await expect(store.refuseIfReadOnly?.()).rejects.toMatchObject(trouble)
  })

  it.runIf(process.platform === 'linux')('leaves no file open when it was read or written', async () => {
    const store = fileStore()
    const open = () => readdirSync('/proc/self/fd').length
    await store.write('x', 'text')
    const before = open()
    for (let count = 0; count < 10; count += 1) {
      await store.write('x', 'text')
      await store.read('x')
    }
    expect(open() - before).toBeLessThan(8)
  })

  it('that cannot be written, read or removed says why', async () => {
    const store = fileStore()
    mkdirSync(join(path('blocked.json'), 'x'), { recursive: true, mode: 0o700 })
    chmodSync(folder(), 0o700)
    const trouble = {
      kind: 'keychain',
      message: expect.stringMatching(/^The file store cannot be used \(E\w+: .*\)\.$/),
      hint: 'Check the owner and the permissions of that folder.',
      cause: expect.any(Error),
    }
    await expect(store.write('blocked', 'text')).rejects.toMatchObject(trouble)
    await expect(store.remove('blocked')).rejects.toMatchObject(trouble)
    expect(readdirSync(folder())).toEqual(['blocked.json'])
  })
})
