import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { spyBrowser } from '../../../helpers/browser/spy-browser.ts'
import { type BareBus, startBareBus, unansweredPrompter } from '../../../helpers/keychain/bare-bus.ts'
import { startForgetfulService } from '../../../helpers/keychain/forgetful-service.ts'
import { hasKeyring, type Keyring, startKeyring } from '../../../helpers/keychain/keyring.ts'
import { itemsOf } from '../../../helpers/keychain/keyring-items.ts'
import { readSecret, writeSecret } from '../../../helpers/keychain/keyring-secrets.ts'
import { type SandboxProcess, startSandbox } from '../../../helpers/microsoft/sandbox.ts'
import { ada, jsonError, useLinked } from '../../../helpers/program/linked.ts'
import { newWorld, type World } from '../../../helpers/program/world.ts'

const idOf = (world: World): string =>
  JSON.parse(readFileSync(join(world.dir, 'settings', 'accounts.json'), 'utf8')).accounts[0].id

describe.runIf(hasKeyring())('a keychain that is not there', () => {
  const at = useLinked({ store: 'keychain' })
  let bare: BareBus
  beforeAll(async () => {
    bare = await startBareBus()
  })
  beforeEach(() => at.forgetRequests())
  afterAll(() => bare?.stop())

  async function fails(env: NodeJS.ProcessEnv, message: RegExp): Promise<void> {
    const { code, stdout, stderr, milliseconds } = await at.world.run(['mkdir', '--json', '/', 'x'], { env })
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    const error = jsonError(stderr)
    expect(error).toMatchObject({ kind: 'keychain', exitCode: 5, hint: expect.stringMatching(/\S/) })
    expect(error.message).toMatch(message)
    expect(milliseconds).toBeLessThan(4_000)
    expect(await at.requests()).toEqual([])
    // Nothing was lost: with the keychain back, the link works.
    expect((await at.world.run(['status'])).stdout).toContain(ada)
  }

  it.runIf(!existsSync(`/run/user/${process.getuid?.()}/bus`))(
    'because no D-Bus runs is exit 5 with cause and cure',
    () => fails({ DBUS_SESSION_BUS_ADDRESS: undefined }, /No D-Bus session is running/),
  )

  it('because its D-Bus is gone is exit 5', () =>
    fails(
      { DBUS_SESSION_BUS_ADDRESS: `unix:path=${at.world.dir}/gone` },
      /no keychain here.*no longer exists/,
    ))

  it.each(['nonsense', 'unix:', 'tcp:host=127.0.0.1,port=9'])(
    'because its address is %j is exit 5',
    (DBUS_SESSION_BUS_ADDRESS) => fails({ DBUS_SESSION_BUS_ADDRESS }, /keychain/i),
  )

  it('because nothing on the D-Bus keeps secrets is exit 5', () => fails(bare.env, /No Secret Service/))

  it('because it refuses od-link is exit 5, and told apart from one that is missing or locked', async () => {
    const rule =
      '<deny send_destination="org.freedesktop.secrets" send_interface="org.freedesktop.Secret.Service"/>'
    const strict = await startBareBus(rule)
    const service = await startForgetfulService(strict.env.DBUS_SESSION_BUS_ADDRESS)
    await fails(strict.env, /^The keychain does not allow od-link to use it\.$/)
    service.stop()
    await strict.stop()
  })

  it('is not replaced by files', async () => {
    await at.world.run(['mkdir', '/', 'x'], { env: bare.env })
    expect(existsSync(join(at.world.dir, 'settings', 'links'))).toBe(false)
  })
})

describe.runIf(hasKeyring())('a keychain that cannot be used now', () => {
  let prompter: ReturnType<typeof unansweredPrompter>
  let keyring: Keyring
  let sandbox: SandboxProcess
  let world: World
  /** How long a command takes here and now. */
  let usual: number

  beforeAll(async () => {
    sandbox = await startSandbox()
    prompter = unansweredPrompter()
    keyring = await startKeyring({ services: prompter.services })
    world = newWorld(sandbox, keyring)
    usual = (await world.login()).milliseconds
  })
  beforeEach(() => sandbox.control('DELETE', 'log'))
  afterAll(async () => {
    world?.remove()
    await keyring?.stop()
    await sandbox?.stop()
    prompter?.remove()
  })

  it('because it stands still is exit 5 within a bound, and works again when it goes on', async () => {
    keyring.hang()
    const { code, stdout, stderr, milliseconds } = await world.run(['mkdir', '/', 'x'])
    keyring.goOn()
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    expect(stderr).toContain('The keychain does not respond.')
    expect(milliseconds).toBeLessThan(usual + 6_000)
    expect((await world.run(['mkdir', '/', 'later'])).code).toBe(0)
  })

  it('while a new token is to be saved is exit 5, and the old link is kept', async () => {
    const before = readSecret(keyring, world, idOf(world))
    await sandbox.control('POST', 'expire')
    await sandbox.control('POST', 'weather', { match: '/oauth2/', effect: { delayMs: 1_000 } })
    const running = world.start(['mkdir', '/', 'x'])
    while (!JSON.stringify(await sandbox.control('GET', 'log')).includes('/token')) await sleep(30)
    keyring.hang()
    const { code, stdout } = await running.ended
    keyring.goOn()
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    expect(readSecret(keyring, world, idOf(world))).toBe(before)
    expect((await world.run(['mkdir', '/', 'after'])).code).toBe(0)
  })

  it('because it is locked, with a prompt that nobody answers, is exit 5 within seconds', async () => {
    keyring.lock()
    const { code, stdout, stderr, milliseconds } = await world.run(['mkdir', '/', 'x'])
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    expect(stderr).toContain('The keychain is locked')
    expect(stderr).toMatch(/next: Unlock it/)
    expect(milliseconds).toBeLessThan(usual + 6_000)
    expect(await sandbox.control('GET', 'log')).toEqual([])
  })

  it('because it is locked ends a login before any browser', async () => {
    const spy = spyBrowser(world.dir)
    const env = { OD_LINK_BROWSER: `"${spy.command}"` }
    const { code, stdout, stderr, milliseconds } = await world.run(['login'], { env })
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    expect(stderr).toContain('The keychain is locked')
    expect(milliseconds).toBeLessThan(usual + 6_000)
    expect(spy.opened()).toBe(false)
    expect(await sandbox.control('GET', 'log')).toEqual([])
  })
})

describe.runIf(hasKeyring())('a link in the keychain', () => {
  const at = useLinked({ store: 'keychain' })
  const secret = () => readSecret(at.keyring as Keyring, at.world, idOf(at.world))
  const damage = (text: string) => writeSecret(at.keyring as Keyring, at.world, idOf(at.world), text)

  it('is one item, under a service that carries the place of the settings', () => {
    expect(itemsOf(at.keyring as Keyring).map(({ service, username }) => ({ service, username }))).toEqual([
      { service: `od-link ${at.world.env.OD_LINK_CONFIG_DIR}`, username: idOf(at.world) },
    ])
    expect(JSON.parse(secret() ?? '')).toMatchObject({ version: 1, id: idOf(at.world), username: ada })
  })

  it('is one for another place of settings', async () => {
    const other = newWorld(at.sandbox, at.keyring)
    const { code, stdout } = await other.run(['mkdir', '/', 'x'])
    other.remove()
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
  })

  it.each([
    ['cut off', '{"version":1,"id":', 'it is damaged'],
    ['empty', ' ', 'it is damaged'],
    ['null', 'null', ''],
    ['of a newer od-link', '{"version":2}', 'another version of od-link wrote it'],
    ['not whole', '{"version":1}', 'parts of it are missing'],
  ])('that is damaged (%s) is said to be so, and kept', async (_, text, why) => {
    damage(text)
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', 'x'])
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    expect(stderr).toContain('cannot be read')
    expect(stderr).toContain(why)
    expect(stderr).toContain('od-link login')
    expect(stderr).toContain(`od-link logout ${idOf(at.world)}`)
    expect(secret()).toBe(text)
  })

  it('that is damaged is replaced by the login of the same person', async () => {
    damage('damaged')
    expect((await at.world.run(['status'])).code).toBe(5)
    await at.world.login('--login-hint', ada)
    expect((await at.world.run(['mkdir', '/', 'replaced'])).code).toBe(0)
  })

  it('that is damaged can be removed as the advice says', async () => {
    damage('damaged')
    const id = idOf(at.world)
    expect((await at.world.run(['logout', id])).code).toBe(0)
    expect(itemsOf(at.keyring as Keyring)).toEqual([])
    expect((await at.world.run(['mkdir', '/', 'x'])).code).toBe(4)
  })

  it('whose item is gone is signed out, and says so', async () => {
    await at.world.login('--login-hint', ada)
    const index = join(at.world.dir, 'settings', 'accounts.json')
    const before = readFileSync(index)
    await at.world.run(['logout', '--all'])
    writeFileSync(index, before)
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', 'x'])
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toContain(`${ada} is no longer linked`)
    expect(stderr).toContain('od-link login')
  })
})
