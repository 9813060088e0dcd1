import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { generateHybridIdentity, generateIdentity } from 'age-encryption'
import { beforeEach, describe, expect, it } from 'vitest'
import { encryptedStore } from '../../../src/accounts/stores/encrypted/index.ts'
import { probeStore } from '../../../src/accounts/stores/probe.ts'
import { useOwnSettings } from '../../helpers/program/own-settings.ts'
import { hasRealPart } from '../../helpers/system/real-part.ts'

const own = useOwnSettings()
const folder = () => join(own.dir, 'encrypted')
const path = (item: string) => join(folder(), `${item}.age`)
const mode = (of: string) => (statSync(of).mode & 0o777).toString(8)

/** Writes a key file with these identities, by default a new one. @returns its path. */
async function keyFile(name: string, ...identities: string[]): Promise<string> {
  const file = join(own.dir, name)
  const lines = identities.length > 0 ? identities : [await generateIdentity()]
  writeFileSync(file, `# created for a test\n${lines.join('\n')}\n`, { mode: 0o600 })
  return file
}

async function use(name: string, ...identities: string[]): Promise<string> {
  process.env.OD_LINK_KEY_FILE = await keyFile(name, ...identities)
  return process.env.OD_LINK_KEY_FILE
}

describe('an item of the encrypted store', () => {
  beforeEach(() => use('key'))

  it('is absent, and reading needs no key and creates no folder', async () => {
    delete process.env.OD_LINK_KEY_FILE
    const store = encryptedStore()
    expect(await store.read('x')).toBeUndefined()
    expect(await store.list()).toEqual([])
    await store.remove('x')
    await store.refuseIfReadOnly?.()
    expect(existsSync(folder())).toBe(false)
    expect(store).toMatchObject({ name: 'encrypted', label: 'The encrypted store', mayForget: false })
  })

  it('is read as it was written, by another process as well, and its file shows nothing of it', async () => {
    const text = JSON.stringify({ token: 'a secret, with\nlines and ä' })
    await encryptedStore().write('tid.oid', text)
    expect(await encryptedStore().read('tid.oid')).toBe(text)
    expect(readFileSync(path('tid.oid'), 'latin1')).toMatch(/^age-encryption\.org\/v1\n/)
    expect(readFileSync(path('tid.oid'), 'latin1')).not.toContain('secret')
    expect(await encryptedStore().list()).toEqual(['tid.oid'])
    await probeStore(encryptedStore())
    expect(readdirSync(folder())).toEqual(['tid.oid.age'])
  })

  it.skipIf(process.platform === 'win32')('has a file of this user, replaced as a whole', async () => {
    const store = encryptedStore()
    await store.write('x', 'one')
    const { ino } = statSync(path('x'))
    writeFileSync(`${path('x')}.0123456789ab.tmp`, 'a draft')
    await store.write('x', 'two')
    expect(statSync(path('x')).ino).not.toBe(ino)
    expect([mode(path('x')), mode(folder())]).toEqual(['600', '700'])
    expect(readdirSync(folder())).toEqual(['x.age'])
  })

  it('is opened by age itself', async () => {
    if (!hasRealPart('age', 'opening a link with age')) return
    await encryptedStore().write('x', 'the text')
    const opened = execFileSync('age', ['-d', '-i', join(own.dir, 'key'), path('x')], { encoding: 'utf8' })
    expect(opened).toBe('x\nthe text')
  })

  it('is encrypted to a key that age-keygen created', async () => {
    if (!hasRealPart('age-keygen', 'a key by age-keygen')) return
    const file = join(own.dir, 'by-age-keygen')
    execFileSync('age-keygen', ['-o', file], { stdio: 'ignore' })
    process.env.OD_LINK_KEY_FILE = file
    await encryptedStore().write('x', 'the text')
    expect(await encryptedStore().read('x')).toBe('the text')
  })

  it('is opened by any key of the file, and encrypted to the first', async () => {
    const [old, fresh] = [await generateIdentity(), await generateHybridIdentity()]
    await use('old', old)
    await encryptedStore().write('x', 'under the old key')
    await use('both', fresh, old)
    expect(await encryptedStore().read('x')).toBe('under the old key')
    await encryptedStore().write('x', 'under the new key')
    await use('new', fresh)
    expect(await encryptedStore().read('x')).toBe('under the new key')
  })

  it('that another key opens is reported, and not overwritten; logout can remove it', async () => {
    const store = encryptedStore()
    await store.write('tid.oid', 'text')
    const before = readFileSync(path('tid.oid'))
    const other = await use('other')
    const wrong = {
      kind: 'keychain',
      reason: 'key-wrong',
      message: `${path('tid.oid')} was encrypted to another key than the key file ${other}. Nothing was changed.`,
      hint: expect.stringMatching(/OD_LINK_KEY_FILE.*\n.*od-link logout tid\.oid && od-link login$/),
    }
    await expect(store.read('tid.oid')).rejects.toMatchObject(wrong)
    await expect(store.write('tid.oid', 'new')).rejects.toMatchObject(wrong)
    expect(readFileSync(path('tid.oid'))).toEqual(before)
    await store.remove('tid.oid')
    expect(await store.list()).toEqual([])
  })

  it('that was cut at any place is reported as damaged, and not overwritten', async () => {
    const store = encryptedStore()
    await store.write('client-secret', 'text')
    const whole = readFileSync(path('client-secret'))
    for (let length = 0; length < whole.length; length += 7) {
      truncateSync(path('client-secret'), length)
      const damaged = {
        kind: 'keychain',
        reason: 'record-damaged',
        hint: expect.stringMatching(/od-link config unset client-secret$/),
      }
      await expect(store.read('client-secret'), String(length)).rejects.toMatchObject(damaged)
      await expect(store.write('client-secret', 'new')).rejects.toMatchObject(damaged)
      expect(statSync(path('client-secret')).size).toBe(length)
      writeFileSync(path('client-secret'), whole)
    }
  })

  it('that was changed at any byte is never read as something else', async () => {
    const store = encryptedStore()
    await store.write('a.b', 'text')
    const whole = readFileSync(path('a.b'))
    for (let at = 0; at < whole.length; at += 5) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] ?? 0) ^ 1
      writeFileSync(path('a.b'), changed)
      await expect(store.read('a.b'), String(at)).rejects.toMatchObject({ kind: 'keychain' })
    }
  })

  it('whose file was swapped with that of another item is reported', async () => {
    const store = encryptedStore()
    for (const item of ['a.b', 'c.d']) await store.write(item, item)
    copyFileSync(path('a.b'), path('c.d'))
    const swapped = { kind: 'keychain', reason: 'record-swapped' }
    await expect(store.read('c.d')).rejects.toMatchObject(swapped)
    await expect(store.write('c.d', 'new')).rejects.toMatchObject(swapped)
    expect(await store.read('a.b')).toBe('a.b')
  })

  it('of a probe that was killed under another key does not prevent the next probe', async () => {
    await encryptedStore().write('probe', 'left behind')
    await use('other')
    await probeStore(encryptedStore())
    expect(await encryptedStore().list()).toEqual([])
  })
})

describe.skipIf(process.platform === 'win32')('a key file', () => {
  it.each([0o640, 0o604, 0o644, 0o660])('of mode %o is refused, because others can use it', async (open) => {
    const file = await use('key')
    chmodSync(file, open)
    await expect(encryptedStore().write('x', 'text')).rejects.toMatchObject({
      kind: 'keychain',
      reason: 'key-not-private',
      message: `Other users can read the key file ${file}, so od-link does not use it.`,
      hint: expect.stringMatching(new RegExp(`^chmod go= ${file}\n`)),
    })
    chmodSync(file, 0o400)
    await encryptedStore().write('x', 'text')
  })

  it.runIf(process.getuid?.() === 0)('of another user is refused', async () => {
    const file = await use('key')
    chownSync(file, 65_534, 65_534)
    await expect(encryptedStore().write('x', 'text')).rejects.toMatchObject({
      reason: 'key-not-private',
      message: `The key file ${file} belongs to another user.`,
    })
  })

  it('that is absent, a folder, or has no key says so, and repeats nothing of it', async () => {
    const missing = join(own.dir, 'missing')
    process.env.OD_LINK_KEY_FILE = missing
    await expect(encryptedStore().write('x', 'text')).rejects.toMatchObject({
      reason: 'key-missing',
      message: `The key file ${missing} cannot be read (ENOENT).`,
      hint: `Correct OD_LINK_KEY_FILE, or create a new key: age-keygen -o ${missing}`,
    })
    for (const [content, why] of [
      ['# a comment\n', 'has no key'],
      ['my secret words', 'has a line that is not a key'],
      [(await generateIdentity()).slice(0, -1), 'has a line that is not a key'],
    ] as const) {
      writeFileSync(missing, content, { mode: 0o600 })
      await expect(encryptedStore().write('x', 'text')).rejects.toMatchObject({
        reason: 'key-invalid',
        message: `The key file ${missing} ${why}.`,
      })
    }
    process.env.OD_LINK_KEY_FILE = own.dir
    await expect(encryptedStore().write('x', 'text')).rejects.toMatchObject({ reason: 'key-invalid' })
    expect(existsSync(folder())).toBe(false)
  })

  it('comes before the credential of systemd, which a service may share with its group by an ACL', async () => {
    const credentials = join(own.dir, 'credentials')
    mkdirSync(credentials)
    writeFileSync(join(credentials, 'od-link-key'), await generateIdentity(), { mode: 0o440 })
    process.env.CREDENTIALS_DIRECTORY = credentials
    await encryptedStore().write('x', 'text')
    expect(await encryptedStore().keyInWords?.()).toBe('opened by the credential od-link-key of this service')
    const file = await use('key')
    expect(await encryptedStore().keyInWords?.()).toBe(`opened by the key file ${file}`)
    await expect(encryptedStore().read('x')).rejects.toMatchObject({ reason: 'key-wrong' })
  })
})
