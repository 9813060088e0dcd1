import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateIdentity } from 'age-encryption'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { encryptedStore } from '../../../src/accounts/stores/encrypted/index.ts'
import { fileStore } from '../../../src/accounts/stores/file.ts'
import { useOwnSettings } from '../../helpers/program/own-settings.ts'
import { holdFile, refuseRenames } from '../../helpers/system/held-file.ts'

const own = useOwnSettings()
afterEach(() => {
  vi.restoreAllMocks()
})

describe.each([
  ['file', fileStore, 'links', 'x.json'],
  ['encrypted', encryptedStore, 'encrypted', 'x.age'],
] as const)('an item of the %s store whose file another program has open', (_, open, folderName, name) => {
  const folder = () => join(own.dir, folderName)
  const file = () => join(folder(), name)
  beforeEach(async () => {
    process.env.OD_LINK_KEY_FILE = join(own.dir, 'key')
    writeFileSync(join(own.dir, 'key'), await generateIdentity(), { mode: 0o600 })
    await open().write('x', 'one')
  })

  it('is saved beside it, privately, and the next process finds it there', async () => {
    const before = readFileSync(file())
    holdFile(file())
    await open().write('x', 'two')
    expect(own.warnings).toEqual([
      `${file()} cannot be replaced (EPERM); another program may have it open. ` +
        `The new content is saved in ${name}.unsaved, and od-link uses it from there.`,
    ])
    expect(readFileSync(file())).toEqual(before)
    expect(readdirSync(folder())).toEqual([name, `${name}.unsaved`])
    if (process.platform !== 'win32') expect(statSync(`${file()}.unsaved`).mode & 0o777).toBe(0o600)
    expect(await open().read('x')).toBe('two')
    expect(await open().list()).toEqual(['x'])
    await open().write('x', 'three')
    expect(await open().read('x')).toBe('three')
    expect(readdirSync(folder())).toEqual([name, `${name}.unsaved`])
  })

  it('is in its place again after the next write', async () => {
    const letGo = holdFile(file())
    await open().write('x', 'two')
    letGo()
    await open().write('x', 'three')
    expect(await open().read('x')).toBe('three')
    expect(readdirSync(folder())).toEqual([name])
    expect(own.warnings).toHaveLength(1)
  })

  it('is read from its file if that is newer', async () => {
    const letGo = holdFile(file())
    await open().write('x', 'two')
    letGo()
    const earlier = new Date(Date.now() - 60_000)
    utimesSync(`${file()}.unsaved`, earlier, earlier)
    expect(await open().read('x')).toBe('one')
  })

  it.each(['ENOSPC', 'EROFS', 'EIO'])(
    'is kept in its draft where the disk refuses every name: %s',
    async (code) => {
      const text = (token: string) => JSON.stringify({ token })
      const letGo = refuseRenames(code)
      await open().write('x', text('two'))
      const [draft = ''] = readdirSync(folder()).filter((file) => file.endsWith('.tmp'))
      expect(own.warnings).toEqual([
        `${file()} cannot be replaced (${code}). The new content is saved in ${draft}, and od-link uses it from there.`,
      ])
      expect(await open().read('x')).toBe(text('two'))
      expect(await open().list()).toEqual(['x'])
      letGo()
      // What a killed writer left of a newer one is no token.
      writeFileSync(`${file()}.0123456789ab.tmp`, readFileSync(join(folder(), draft)).subarray(0, -3))
      expect(await open().read('x')).toBe(text('two'))
      await open().write('x', text('three'))
      expect(readdirSync(folder())).toEqual([name])
      expect(await open().read('x')).toBe(text('three'))
    },
  )

  it('is removed with a draft, so that none becomes the item', async () => {
    const letGo = refuseRenames('EROFS')
    await open().write('x', '{}')
    letGo()
    await open().remove('x')
    expect(await open().read('x')).toBeUndefined()
    expect(readdirSync(folder())).toEqual([])
  })

  it('is removed with what is beside it', async () => {
    holdFile(file())
    await open().write('x', 'two')
    await open().remove('x')
    expect(await open().read('x')).toBeUndefined()
    expect(readdirSync(folder())).toEqual([])
  })
})
