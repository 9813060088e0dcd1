import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasKeyring, startKeyring } from '../helpers/keychain/keyring.ts'
import { startSandbox } from '../helpers/microsoft/sandbox.ts'
import { doctor } from '../helpers/program/doctor.ts'
import { ada, useLinked } from '../helpers/program/linked.ts'
import { node } from '../helpers/program/od-link.ts'
import { newWorld, type World } from '../helpers/program/world.ts'

const linked = useLinked()
const order = [
  'node',
  'native-module',
  'store',
  'settings',
  'registration',
  'ports',
  'browser',
  'proxy',
  'authority',
  'graph',
  'clock',
  'link',
]

/** Runs work in a world of its own, with nothing linked. */
async function inNewWorld(work: (world: World) => Promise<void>, extra: NodeJS.ProcessEnv = {}) {
  const world = newWorld(linked.sandbox, undefined, extra)
  try {
    await work(world)
  } finally {
    world.remove()
  }
}

function keepSettings({ env }: World, text: string): string {
  const dir = String(env.OD_LINK_CONFIG_DIR)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  writeFileSync(join(dir, 'config.json'), text, { mode: 0o600 })
  return dir
}

describe('od-link doctor', () => {
  it('looks at everything in order, within 80 columns, and finds nothing wrong', async () => {
    const { code, stdout, stderr } = await linked.world.run(['doctor'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const titles = [...stdout.matchAll(/^[✓✗–] (.{13}) \S/gm)].map(([, title = '']) => title.trim())
    expect(titles).toEqual([
      ...['Node', 'Native module', 'Store', 'Settings', 'Registration', 'Ports', 'Browser', 'Proxy'],
      ...['Sign-in', 'Graph', 'Clock', 'Link'],
    ])
    expect(stdout).not.toContain('✗')
    // A path that is long is not cut.
    const lines = stdout.split('\n').filter((line) => !line.includes(node))
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
    const told = stdout.replace(/\n {16}/g, ' ')
    expect(told).toContain(`Node          ${process.version} at `)
    expect(told).toContain('file: set by OD_LINK_STORE; works; 1 link')
    expect(told).toContain(`client ID ${linked.sandbox.clientId}, tenant common, cloud global`)
    expect(told).toMatch(/Sign-in +localhost:\d+ responded in \d+ ms \(HTTP 200\)/)
    expect(told).toMatch(/Graph +localhost:\d+ responded in \d+ ms \(HTTP 401, as expected without a token\)/)
    expect(told).toMatch(
      /a…@contoso\.example: renewed just now .*; business drive, 0 bytes used, 1\.0 TB free/,
    )
    expect(told).toMatch(/granted User\.Read Files\.ReadWrite\.All\n/)
    expect(stdout).toMatch(
      /No problems found\.\nSafe to paste: contains no tokens, secrets or full email addresses/,
    )
    expect(stdout).not.toContain(ada)
  })

  it('tells programs the same as one value', async () => {
    const { code, ok, checks } = await doctor(linked.world)
    expect({ code, ok }).toEqual({ code: 0, ok: true })
    expect(checks.map(({ name }) => name)).toEqual(order)
    for (const check of checks) expect(Object.keys(check).sort()).toEqual(['name', 'ok', 'text'])
  })

  it('really renews each link', async () => {
    await linked.forgetRequests()
    await doctor(linked.world)
    expect((await linked.requests('token')).map(({ grant, status }) => ({ grant, status }))).toEqual([
      { grant: 'refresh_token', status: 200 },
    ])
  })

  it('asks nobody with --offline, and says what it left out', async () => {
    await linked.forgetRequests()
    const { code, ok, checks } = await doctor(linked.world, ['--offline'])
    expect({ code, ok }).toEqual({ code: 0, ok: true })
    expect(checks.map(({ name }) => name)).toEqual(order)
    for (const { name, ok: found, text } of checks) {
      const online = ['authority', 'graph', 'clock', 'link'].includes(name)
      if (online) expect({ found, text }).toEqual({ found: null, text: expect.stringContaining('--offline') })
      else expect({ name, found }).not.toEqual({ name, found: false })
    }
    expect(await linked.requests()).toEqual([])
  })

  it('expects no link before the first login', () =>
    inNewWorld(async (world) => {
      const { code, check } = await doctor(world)
      expect(code).toBe(0)
      expect(check('link')).toEqual({
        name: 'link',
        ok: null,
        text: 'no OneDrive is linked yet; to link one: od-link login',
      })
      expect(check('settings').text).toContain('does not exist yet; login creates it')
    }))

  it('shows that nothing is registered, with the way to it, and exits with 2', () =>
    inNewWorld(
      async (world) => {
        const { code, check } = await doctor(world)
        expect(code).toBe(2)
        expect(check('registration')).toMatchObject({
          ok: false,
          exitCode: 2,
          text: expect.stringContaining('No app registration yet'),
          hint: expect.stringContaining('od-link'),
        })
        expect(check('graph').ok).toBe(true)
      },
      { OD_LINK_CLIENT_ID: '' },
    ))

  it('looks at the one account that is named', async () => {
    const { stderr, code } = await linked.world.run(['doctor', '--account', 'nobody'])
    expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringContaining('"nobody"') })
    expect((await doctor(linked.world, ['--account', ada])).check('link').ok).toBe(true)
  })
})

describe('the settings', () => {
  it('may contain unknown settings: the right name is reported, and the rest is checked', () =>
    inNewWorld(async (world) => {
      keepSettings(world, JSON.stringify({ clientid: 'x', 'client-secret': 'sesame', tenant: 'common' }))
      const { code, check } = await doctor(world)
      expect(code).toBe(2)
      const { ok, text, hint } = check('settings')
      expect({ ok, text }).toEqual({
        ok: false,
        text: expect.stringContaining('"clientid", "client-secret"'),
      })
      expect(hint).toContain('od-link config set client-id VALUE')
      expect(hint).toContain('To save the secret in the store: od-link config set client-secret')
      expect(hint).not.toContain('sesame')
      expect(check('graph').ok).toBe(true)
    }))

  it('may be damaged: what needs them is left out, and nothing of them is quoted', () =>
    inNewWorld(async (world) => {
      keepSettings(world, '{"client-secret": "open sesame')
      const { code, check, outcome } = await doctor(world)
      expect(code).toBe(2)
      expect(check('settings').text).toMatch(/config\.json cannot be read/)
      for (const name of ['store', 'registration', 'authority', 'link']) {
        expect(check(name)).toMatchObject({
          ok: null,
          text: expect.stringContaining('settings cannot be read'),
        })
      }
      expect(check('node').ok).toBe(true)
      expect(outcome.stdout).not.toContain('sesame')
    }))

  it.each([
    ['the directory', '', 0o777],
    ['config.json', 'config.json', 0o666],
  ])('must not be writable by others: %s', (_, file, mode) =>
    inNewWorld(async (world) => {
      const path = join(keepSettings(world, '{}'), file)
      chmodSync(path, mode)
      const { code, check } = await doctor(world)
      expect(code).toBe(2)
      expect(check('settings')).toMatchObject({ ok: false, hint: expect.stringMatching(/^chmod go-w /) })
    }),
  )
})

describe('the ports', () => {
  const other = createServer()
  let port: number
  beforeAll(async () => {
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    port = (other.address() as AddressInfo).port
  })
  afterAll(() => {
    other.close()
  })

  it('are free but for the registered one, which another program has', async () => {
    const env = { OD_LINK_REDIRECT_URI: `http://localhost:${port}/post_onedrive` }
    const { code, check } = await doctor(linked.world, [], { env })
    expect(code).toBe(2)
    expect(check('ports')).toMatchObject({
      ok: false,
      text: `Port ${port} of the redirect URI is in use by another program.`,
      hint: expect.stringContaining(`lsof -i :${port}`),
    })
    expect(check('registration').text).toContain(env.OD_LINK_REDIRECT_URI)
    expect(check('link').ok).toBe(true)
  })
})

describe('the browser', () => {
  it.each([
    [
      'the command, by its first word',
      { OD_LINK_BROWSER: '/usr/bin/thing --key=hidden' },
      /^login will use the browser: OD_LINK_BROWSER names one \(\/usr\/bin\/thing\)$/,
    ],
    [
      'none where there is no display',
      { OD_LINK_BROWSER: '' },
      /^login will print a URL to open: this (machine has no display|is a container)$/,
    ],
    [
      'none where the person wants none',
      { OD_LINK_BROWSER: 'none' },
      /^login will print a URL to open: OD_LINK_BROWSER is "none"$/,
    ],
  ])('is %s', async (_, env, words) => {
    const { code, check, outcome } = await doctor(linked.world, ['--offline'], { env })
    expect(code).toBe(0)
    expect(check('browser').text).toMatch(words)
    expect(outcome.stdout).not.toContain('hidden')
  })
})

describe('the store', () => {
  it('may be one that does not exist', async () => {
    const { code, check } = await doctor(linked.world, [], { env: { OD_LINK_STORE: 'cellar' } })
    expect(code).toBe(2)
    expect(check('store')).toMatchObject({
      ok: false,
      text: 'There is no store "cellar".',
      hint: expect.stringContaining('keychain, file'),
    })
    expect(check('link').ok).toBe(true)
  })

  it('may be out of reach, while a link in another one works', async () => {
    const env = { OD_LINK_STORE: 'keychain', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere/bus' }
    const { code, checks, check } = await doctor(linked.world, [], { env })
    expect(code).toBe(5)
    const stores = checks.filter(({ name }) => name === 'store')
    expect(stores).toMatchObject([
      { ok: false, exitCode: 5, text: expect.stringMatching(/^keychain: There is no keychain here/) },
      { ok: true, text: expect.stringMatching(/^file: a link is in it; works; 1 link$/) },
    ])
    expect(check('registration').text).toContain('secret unknown, because the store does not work')
    expect(check('link').ok).toBe(true)
  })

  it.runIf(hasKeyring())('may hang: that is told in time, and its links are not tried', async () => {
    const [keyring, sandbox] = await Promise.all([startKeyring(), startSandbox()])
    const world = newWorld(sandbox, keyring)
    try {
      await world.login()
      expect((await doctor(world)).check('store').text).toBe(
        'keychain: the default; works (gnome-keyring); 1 link',
      )
      keyring.hang()
      const { code, check, outcome } = await doctor(world)
      expect(code).toBe(5)
      expect(outcome.milliseconds).toBeLessThan(20_000)
      expect(check('store')).toMatchObject({ ok: false, text: expect.stringContaining('does not respond') })
      expect(check('link')).toMatchObject({ ok: null, text: expect.stringContaining('its store (keychain)') })
      keyring.goOn()
      expect((await doctor(world)).code).toBe(0)
    } finally {
      keyring.goOn()
      world.remove()
      await Promise.all([sandbox.stop(), keyring.stop()])
    }
  })
})
