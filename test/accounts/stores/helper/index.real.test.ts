import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { helperStore } from '../../../../src/accounts/stores/helper/index.ts'
import { hasKeyring, type Keyring, startKeyring } from '../../../helpers/keychain/keyring.ts'
import { itemsOf } from '../../../helpers/keychain/keyring-items.ts'
import { hasPass, newPass, type Pass } from '../../../helpers/keychain/pass.ts'
import { type SandboxProcess, startSandbox } from '../../../helpers/microsoft/sandbox.ts'
import { ada, behindTheScenes, jsonError } from '../../../helpers/program/linked.ts'
import { newWorld, type World } from '../../../helpers/program/world.ts'
import { hasRealPart } from '../../../helpers/system/real-part.ts'

/** What keeps the secrets behind a helper. */
interface Place {
  env: NodeJS.ProcessEnv
  /** How many entries it has. */
  count: () => number
  end: () => void | Promise<void>
}

const places: [helper: string, runs: boolean, start: () => Promise<Place>][] = [
  [
    'pass',
    hasPass(),
    async () => {
      const pass: Pass = newPass()
      return { env: pass.env, count: () => pass.urls().length, end: pass.remove }
    },
  ],
  [
    'secretservice',
    hasKeyring() &&
      hasRealPart('docker-credential-secretservice', 'tests with a credential helper on a keyring'),
    async () => {
      const keyring: Keyring = await startKeyring()
      return { env: keyring.env, count: () => itemsOf(keyring).length, end: keyring.stop }
    },
  ],
]

describe.each(places)('a link that docker-credential-%s keeps', (helper, runs, start) => {
  if (!runs) return
  let sandbox: SandboxProcess
  let place: Place
  let world: World
  let at: ReturnType<typeof behindTheScenes>

  beforeAll(async () => {
    sandbox = await startSandbox()
    place = await start()
    world = newWorld(sandbox, undefined, { OD_LINK_STORE: `helper:${helper}`, ...place.env })
    at = behindTheScenes(sandbox, world)
    await world.login('--login-hint', ada)
  })
  beforeEach(() => at.forgetRequests())
  afterAll(async () => {
    world?.remove()
    await place?.end()
    await sandbox?.stop()
  })

  it('is one entry, and nothing of the trial at login stays', () => {
    expect(place.count()).toBe(1)
  })

  it('makes folders', async () => {
    const { code, stdout } = await world.run(['mkdir', '/', 'one'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/one\n' })
    expect(await at.requests('token')).toEqual([])
  })

  it('works whatever store is chosen for new links by now', async () => {
    const { code } = await world.run(['token'], { env: { OD_LINK_STORE: 'file' } })
    expect(code).toBe(0)
  })

  it('is renewed once for five processes at a time', async () => {
    await sandbox.control('POST', 'expire')
    const names = ['a', 'b', 'c', 'd', 'e']
    const outcomes = await Promise.all(names.map((name) => world.run(['mkdir', '/', name])))
    expect(outcomes.map(({ code, stdout }) => [code, stdout])).toEqual(names.map((name) => [0, `/${name}\n`]))
    expect(await at.requests('token')).toHaveLength(1)
    expect((await world.run(['status'])).code).toBe(0)
  })

  it('belongs to one place of settings', async () => {
    const other = newWorld(sandbox, undefined, { OD_LINK_STORE: `helper:${helper}`, ...place.env })
    const before = place.count()
    await other.login('--login-hint', ada)
    expect(place.count()).toBe(before + 1)
    expect((await other.run(['logout', '--all'])).code).toBe(0)
    other.remove()
    expect(place.count()).toBe(before)
    expect((await world.run(['token'])).code).toBe(0)
  })

  it('comes back whole, however long it is, and is removed', async () => {
    Object.assign(process.env, place.env, { OD_LINK_CONFIG_DIR: world.env.OD_LINK_CONFIG_DIR })
    const store = helperStore(helper)
    const before = place.count()
    for (const length of [3, 9_000]) {
      const text = JSON.stringify({ name: 'Zoë 李', text: 'é'.repeat(length) })
      await store.write('long', text)
      expect(await store.read('long')).toBe(text)
    }
    expect(await store.list()).toContain('long')
    await store.remove('long')
    await store.remove('long')
    expect(await store.read('long')).toBeUndefined()
    expect(place.count()).toBe(before)
  })

  it('shows a reader the old text or the new one, although no helper locks', async () => {
    Object.assign(process.env, place.env, { OD_LINK_CONFIG_DIR: world.env.OD_LINK_CONFIG_DIR })
    const store = helperStore(helper)
    const texts = ['a', 'b'].map((letter) => JSON.stringify({ letter: letter.repeat(8_000) }))
    await store.write('busy', texts[0] ?? '')
    let writing = true
    const writer = (async () => {
      for (let round = 1; round < 6; round += 1) await store.write('busy', texts[round % 2] ?? '')
      writing = false
    })()
    while (writing) expect(texts).toContain(await store.read('busy'))
    await writer
    await store.remove('busy')
  })

  it('that the index lost is found by logout --all', async () => {
    rmSync(join(String(world.env.OD_LINK_CONFIG_DIR), 'accounts.json'))
    const { code, stderr } = await world.run(['logout', '--all'])
    expect({ code, count: place.count() }).toEqual({ code: 0, count: 0 })
    expect(stderr).toContain('Removed 1 more')
    await world.login('--login-hint', ada)
  })

  it('is gone after logout, and logging out twice is fine', async () => {
    expect((await world.run(['logout', ada])).code).toBe(0)
    expect(place.count()).toBe(0)
    expect((await world.run(['logout', '--all'])).code).toBe(0)
    const { code, stderr } = await world.run(['mkdir', '--json', '/', 'x'])
    expect({ code, kind: jsonError(stderr).kind }).toEqual({ code: 4, kind: 'sign-in' })
  })
})

describe.runIf(hasPass())('a GPG key with a passphrase that gpg-agent has forgotten', () => {
  let sandbox: SandboxProcess
  let pass: Pass
  let world: World

  beforeAll(async () => {
    sandbox = await startSandbox()
    pass = newPass('four secret words here')
    world = newWorld(sandbox, undefined, { OD_LINK_STORE: 'file', ...pass.env })
    await world.login('--login-hint', ada)
  })
  afterAll(async () => {
    world?.remove()
    pass?.remove()
    await sandbox?.stop()
  })

  it.each([
    ['login', ['login', '--json']],
    ['store move', ['store', 'move', '--to', 'helper:pass', '--json']],
  ])('ends %s within the bound, with a sentence, and the link stays', async (_, args) => {
    pass.forget()
    const { code, stdout, stderr, milliseconds } = await world.run(args, {
      env: { OD_LINK_STORE: 'helper:pass' },
    })
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    const { kind, message, hint } = jsonError(stderr)
    expect({ kind, message }).toEqual({
      kind: 'keychain',
      message: expect.stringMatching(/^docker-credential-pass /),
    })
    expect(hint).toContain('passphrase')
    expect(hint).toContain('max-cache-ttl')
    expect(milliseconds).toBeLessThan(12_000)
    expect((await world.run(['token'])).code).toBe(0)
  })
})

describe.runIf(hasPass())('a file of pass that was cut short', () => {
  it.each([0, 1, 20, 1_500])(
    'after %i bytes is not the newest: the one before it is whole',
    async (length) => {
      const pass = newPass()
      Object.assign(process.env, pass.env)
      const store = helperStore('pass')
      const texts = ['a', 'b'].map((letter) => JSON.stringify({ letter: letter.repeat(2_000) }))
      for (const text of texts) await store.write('cut', text)
      const folder = pass.env.PASSWORD_STORE_DIR
      const second = Buffer.from(pass.urls().find((url) => url.endsWith('/second')) ?? '').toString(
        'base64url',
      )
      const [file] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
        (name) => name.replace(/=+\//, '/').includes(`${second}/`) && name.endsWith('.gpg'),
      )
      const path = join(folder, String(file))
      writeFileSync(path, readFileSync(path).subarray(0, length))
      expect(await store.read('cut')).toBe(texts[0])
      await store.write('cut', texts[1] ?? '')
      expect(await store.read('cut')).toBe(texts[1])
      pass.remove()
    },
  )
})
