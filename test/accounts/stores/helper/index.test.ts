import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { helperStore } from '../../../../src/accounts/stores/helper/index.ts'
import type { Store } from '../../../../src/accounts/stores/store.ts'
import { putHelper } from '../../../helpers/keychain/helper-program.ts'
import { useOwnSettings } from '../../../helpers/program/own-settings.ts'

const own = useOwnSettings()

describe('a credential helper', () => {
  const path = process.env.PATH
  afterEach(() => {
    process.env.PATH = path
  })
  function store(name: string): Store {
    process.env.PATH = putHelper(own.dir, name, path)
    return helperStore(name)
  }
  const kept = () => readdirSync(join(own.dir, 'kept')).sort()
  const behave = (script: string) => writeFileSync(join(own.dir, 'script'), script)

  it('keeps a link under an address of this settings’ directory, in base64', async () => {
    const secretservice = store('secretservice')
    expect(await secretservice.read('tid.oid')).toBeUndefined()
    await secretservice.write('tid.oid', 'é')
    expect(await secretservice.read('tid.oid')).toBe('é')
    const asked = readFileSync(join(own.dir, 'asked'), 'utf8').trim().split('\n')
    const url = /https:\/\/od-link\/[\da-f]{16}\/tid\.oid/
    expect(asked[0]).toMatch(new RegExp(`^get ${url.source}$`))
    const stored = asked.find((line) => line.startsWith('store ')) ?? ''
    expect(JSON.parse(stored.slice('store '.length))).toEqual({
      ServerURL: expect.stringMatching(url),
      Username: 'od-link',
      Secret: Buffer.from('é').toString('base64'),
    })
    expect(await secretservice.list()).toEqual(['tid.oid'])
    await secretservice.remove('tid.oid')
    await secretservice.remove('tid.oid')
    expect(kept()).toEqual([])
    expect(secretservice).toMatchObject({
      name: 'helper:secretservice',
      label: 'docker-credential-secretservice',
      mayForget: true,
    })
  })

  it.each([
    ['osxkeychain', 1],
    ['pass', 2],
    ['wincred', 1],
  ])('%s keeps a link that was written twice in so many entries: %i', async (name, entries) => {
    const helper = store(name)
    await helper.write('a link', 'one')
    await helper.write('a link', 'two')
    expect(await helper.read('a link')).toBe('two')
    expect(kept()).toHaveLength(entries)
    expect((await helper.list()).sort()).toEqual(['a link', 'a link second'].slice(0, entries))
    await helper.remove('a link')
    expect(kept()).toEqual([])
  })

  it('wincred keeps a long link in pieces of what Windows takes', async () => {
    const helper = store('wincred')
    await helper.write('a link', 'x'.repeat(1_920))
    expect(kept()).toHaveLength(1)
    await helper.write('a link', 'x'.repeat(1_921))
    expect(kept()).toHaveLength(3)
    expect(await helper.read('a link')).toBe('x'.repeat(1_921))
  })

  it.each(['no usernames for https://x', 'Error: x is not in the password store.', 'credentials not found'])(
    'may say in its own way that there is nothing: %s',
    async (said) => {
      const helper = store('osxkeychain')
      behave(`echo "${said}" >&2; exit 1`)
      expect(await helper.read('x')).toBeUndefined()
      behave('printf \'{"Username":"x","Secret":""}\'; exit 0')
      expect(await helper.read('x')).toBeUndefined()
    },
  )

  it.each([
    ['echo "<html>"', /is not that of a credential helper/],
    ['echo \'{"Secret":7}\'', /is not that of a credential helper/],
    ['echo sealed; exit 1', /failed: sealed\.$/],
    ['kill -KILL $$', /was killed by SIGKILL/],
  ])('that does not do is told of: %s', async (script, message) => {
    const helper = store('osxkeychain')
    behave(`${script}; exit 0`)
    const failing = {
      kind: 'keychain',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/./),
    }
    await expect(helper.read('x')).rejects.toMatchObject(failing)
    if (!script.includes('Secret')) await expect(helper.list()).rejects.toMatchObject(failing)
    if (!script.includes('echo {') && !script.startsWith('echo')) {
      await expect(helper.write('x', 'y')).rejects.toMatchObject(failing)
      await expect(helper.remove('x')).rejects.toMatchObject(failing)
    }
  })

  it('that cannot remove what is there says so', async () => {
    const helper = store('osxkeychain')
    await helper.write('x', 'y')
    behave('[ "$1" = erase ] && { echo sealed; exit 1; }')
    await expect(helper.remove('x')).rejects.toMatchObject({
      message: expect.stringMatching(/failed: sealed\.$/),
    })
  })

  it('that dies while it removes says so, whether there was anything or not', async () => {
    const helper = store('osxkeychain')
    behave('[ "$1" = erase ] && kill -KILL $$')
    await expect(helper.remove('x')).rejects.toMatchObject({
      message: expect.stringMatching(/was killed by SIGKILL\.$/),
    })
  })

  it('is not asked again after it has removed', async () => {
    const helper = store('osxkeychain')
    await helper.write('x', 'y')
    await helper.remove('x')
    const asked = readFileSync(join(own.dir, 'asked'), 'utf8').trim().split('\n')
    expect(asked.map((line) => line.split(' ')[0])).toEqual(['store', 'erase'])
  })

  it('is believed when it succeeds, whatever it says beside', async () => {
    const helper = store('osxkeychain')
    await helper.write('x', 'y')
    behave('[ "$1" = get ] && echo "credentials not found in the cache" >&2')
    expect(await helper.read('x')).toBe('y')
  })
})
