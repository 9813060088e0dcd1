import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Keyring, loadKeyring } from '../../../../src/accounts/stores/keychain/native.ts'
import { UnlistableItems } from '../../../../src/accounts/stores/store.ts'
import { StuckCall } from '../../../../src/system/stuck-call.ts'
import { machine } from '../../../helpers/keychain/native-machine.ts'

const record = (length: number) => JSON.stringify({ token: 'é'.repeat(length) })

describe('a link in the Credential Manager of Windows', () => {
  const onWindows = () => machine('win32', { limit: 2560 })

  it.each([10, 2_000, 9_000])(
    'of %i letters comes back whole, in entries of at most 2,560 bytes',
    async (length) => {
      const { kept, store } = onWindows()
      const windows = await store()
      await windows.write('link', record(length))
      expect(await windows.read('link')).toBe(record(length))
      expect([...kept.values()].every(({ length }) => length <= 2560)).toBe(true)
      await windows.remove('link')
      expect(kept.size).toBe(0)
    },
  )

  it('is the old one, whole, when the writing of the new one fails, wherever that is', async () => {
    for (let writes = 0; writes < 8; writes += 1) {
      const { kept, state, store } = onWindows()
      const windows = await store()
      await windows.write('link', record(8_000))
      const before = kept.size
      state.writesLeft = writes
      const outcome = await windows.write('link', record(8_001)).catch((error) => error)
      expect(outcome).toMatchObject({
        kind: 'keychain',
        message: expect.stringContaining('It may be full'),
      })
      expect(await windows.read('link')).toBe(record(8_000))
      expect(kept.size).toBe(before)
      if (writes === 7) return
    }
  })

  it('is found by a reader who meets a writer half way', async () => {
    const { kept, store } = onWindows()
    const windows = await store()
    await windows.write('link', record(8_000))
    const get = kept.get.bind(kept)
    let replaced = false
    kept.get = (name) => {
      const entry = get(name)
      if (name !== 'link' || replaced) return entry
      replaced = true
      // Between the header and its pieces, another process replaces both.
      const old = [...kept.keys()].filter((key) => key !== 'link')
      const [last = ''] = old.slice(-1)
      for (const key of old) {
        kept.set(key.replace(/ [0-9a-f]{12} /, ' 0123456789ab '), get(key) as Uint8Array)
        kept.delete(key)
      }
      const header = Buffer.from(entry as Uint8Array).toString()
      kept.set('link', Buffer.from(header.replace(/ [0-9a-f]{12} /, ' 0123456789ab ')))
      expect(last).not.toBe('')
      return entry
    }
    expect(await windows.read('link')).toBe(record(8_000))
  })

  it('is out of reach in a session without one, which is said', async () => {
    const { state, store } = onWindows()
    const windows = await store()
    state.trouble = "Couldn't access platform storage: Windows ERROR_NO_SUCH_LOGON_SESSION"
    await expect(windows.read('link')).rejects.toMatchObject({
      kind: 'keychain',
      message: expect.stringContaining('There is no keychain here'),
    })
  })

  it.each(['{"a":"x"}', '{"a":"xy"}', '{"a":"Zoë 𐀀 ","b":"\\ud800"}', record(9_001)])(
    'can be listed, and comes back as it was: %.40s',
    async (text) => {
      const { kept, store } = onWindows()
      const windows = await store()
      await windows.write('link', text)
      expect(await windows.read('link')).toBe(text)
      expect(await windows.list()).toContain('link')
      for (const value of kept.values()) {
        expect(value.length % 2).toBe(0)
        expect(Buffer.from(value).toString('latin1')).toMatch(/^[\x20-\x7e]*$/)
      }
    },
  )

  it('can be listed with a header of any length', async () => {
    const { kept, store } = onWindows()
    const windows = await store()
    await windows.write('link', record(4_300))
    expect(kept.size).toBeGreaterThan(10)
    expect(await windows.list()).toHaveLength(kept.size)
    expect(await windows.read('link')).toBe(record(4_300))
    await windows.remove('link')
    expect(kept.size).toBe(0)
  })

  it('is read as an earlier version wrote it', async () => {
    const { kept, store } = onWindows()
    kept.set('link', Buffer.from('{"a":"Zoë"}'))
    expect(await (await store()).read('link')).toBe('{"a":"Zoë"}')
  })

  it('that is damaged is read as it is', async () => {
    const { kept, store } = onWindows()
    kept.set('link', Buffer.from('{"a":'))
    expect(await (await store()).read('link')).toBe('{"a":')
  })

  it.each([
    ['an odd length', Buffer.from('{"a":"x"}')],
    ['bytes that are no UTF-16', Buffer.from([0x22, 0xd8, 0x22, 0x22])],
  ])('that cannot be listed, because an entry has %s, is told as that', async (_, value) => {
    const { kept, store } = onWindows()
    kept.set('other', value)
    const error = await (await store()).list().catch((error) => error)
    expect(error).toBeInstanceOf(UnlistableItems)
    expect(error.message).toContain('Windows Credential Manager cannot list the entries of od-link.')
    expect(error.hint).toContain('cmdkey /list | findstr od-link')
  })
})

describe('a link in the keychain of macOS', () => {
  it('is one entry, read once for one use, and not read to be written', async () => {
    const { kept, state, store } = machine('darwin')
    const mac = await store()
    await mac.write('link', record(20_000))
    expect({ entries: kept.size, reads: state.reads }).toEqual({ entries: 1, reads: 0 })
    expect(await mac.read('link')).toBe(record(20_000))
    expect(state.reads).toBe(1)
  })

  it('that waits for a dialog names the case of a new node, within the bound', async () => {
    const { state, store } = machine('darwin', { limitMs: 200 })
    const mac = await store()
    state.hangs = true
    const error = await mac.read('link').catch((error) => error)
    expect(error).toMatchObject({ kind: 'keychain', message: 'The keychain does not respond.' })
    expect(error.hint).toMatch(/After an update of Node/)
    expect(error.hint).toContain('Always Allow')
    expect(error.cause).toBeInstanceOf(StuckCall)
  })

  it.each([
    ['Platform secure storage failure: User interaction is not allowed.', /is locked.*prompt here/],
    ['Platform secure storage failure: In dark wake, no UI possible', /is locked.*prompt here/],
    ['Platform secure storage failure: User canceled the operation.', /does not allow od-link/],
    [
      'Platform secure storage failure: The user name or passphrase you entered is not correct.',
      /does not allow od-link/,
    ],
    [
      "Couldn't access platform secure storage: A default keychain could not be found.",
      /There is no keychain here/,
    ],
    [
      'Platform secure storage failure: something new',
      /cannot be used \(Platform secure storage failure: something new\)\.$/,
    ],
  ])('that answers %j is told apart', async (trouble, message) => {
    const { state, store } = machine('darwin')
    const mac = await store()
    state.trouble = trouble
    await expect(mac.read('link')).rejects.toMatchObject({
      kind: 'keychain',
      exitCode: 5,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/\S/),
    })
  })
})

describe('what a keychain keeps', () => {
  it('is listed by its names', async () => {
    const { store } = machine('darwin')
    const keychain = await store()
    await keychain.write('tid.oid', 'text')
    await keychain.write('other', 'text')
    expect(await keychain.list()).toEqual(['tid.oid', 'other'])
  })
})

describe('the native module', () => {
  let dir: string
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'od-link-module-'))
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  const loading = (require: NodeJS.Require) => {
    try {
      return loadKeyring(process.platform, require)
    } catch (error) {
      return error
    }
  }

  it('that is not installed is exit 5, and says how to get it', () => {
    expect(loading(createRequire(join(dir, 'nowhere.js')))).toMatchObject({
      kind: 'keychain',
      message: expect.stringMatching(/^The keychain module for this Node \(v.* is not installed\.$/),
      hint: expect.stringContaining('npm install --global od-link'),
    })
  })

  it('that was built for another processor is exit 5, and says that', () => {
    const folder = join(dir, 'node_modules', '@napi-rs', 'keyring')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{"main":"binding.node"}')
    writeFileSync(join(folder, 'binding.node'), Buffer.from('cafebabe0000000201000007', 'hex'))
    const error = loading(createRequire(join(dir, 'here.js')))
    expect(error).toMatchObject({
      kind: 'keychain',
      message: expect.stringContaining('built for another processor or operating system than this Node'),
      cause: { code: 'ERR_DLOPEN_FAILED' },
    })
  })

  it('for another processor, under the loader of the package, is seen in the causes of its error', () => {
    const direct = Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' })
    const foreign = Object.assign(new Error('incompatible architecture'), { code: 'ERR_DLOPEN_FAILED' })
    const loader = new Error('Cannot find native binding.', {
      cause: Object.assign(direct, { cause: foreign }),
    })
    const require = (() => {
      throw loader
    }) as unknown as NodeJS.Require
    const load = () => loadKeyring('darwin', require)
    expect(load).toThrow(/built for another processor/)
    try {
      load()
    } catch (error) {
      expect((error as { hint: string }).hint).toContain('Rosetta')
    }
  })

  it.each([
    ['darwin', `@napi-rs/keyring-darwin-${process.arch}`],
    ['win32', `@napi-rs/keyring-win32-${process.arch}-msvc`],
  ] as const)('of %s is asked for by its own name first', (platform, own) => {
    const asked: string[] = []
    const keyring = {} as Keyring
    const load = (name: string) => {
      asked.push(name)
      if (name !== '@napi-rs/keyring') throw new Error('not here')
      return keyring
    }
    expect(loadKeyring(platform, load)).toBe(keyring)
    expect(asked).toEqual([own, '@napi-rs/keyring'])
  })
})
