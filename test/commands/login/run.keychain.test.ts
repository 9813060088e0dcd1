import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type SpyBrowser, spyBrowser } from '../../helpers/browser/spy-browser.ts'
import { hasKeyring, type Keyring, startKeyring } from '../../helpers/keychain/keyring.ts'
import { itemsOf } from '../../helpers/keychain/keyring-items.ts'
import { type SandboxProcess, startSandbox } from '../../helpers/microsoft/sandbox.ts'
import { comeBack, signInAt, waitingLogin } from '../../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'
import { kept } from '../../helpers/program/world-files.ts'

describe.runIf(hasKeyring())('before anyone is sent to a browser, login tries the keychain', () => {
  let keyring: Keyring
  let sandbox: SandboxProcess
  let world: World
  let spy: SpyBrowser

  beforeAll(async () => {
    sandbox = await startSandbox()
  })
  afterAll(() => sandbox?.stop())
  beforeEach(async () => {
    keyring = await startKeyring()
    world = newWorld(sandbox, keyring)
    spy = spyBrowser(world.dir)
    await sandbox.control('DELETE', 'log')
  })
  afterEach(async () => {
    world.remove()
    await keyring.stop()
  })

  const missing = 'unix:path=/nowhere/bus'
  const broken: [string, NodeJS.ProcessEnv, (keyring: Keyring) => void][] = [
    ['there is no bus', { DBUS_SESSION_BUS_ADDRESS: missing }, () => {}],
    ['it does not answer', {}, (keyring) => keyring.hang()],
    ['it is locked, and nobody is there to unlock it', {}, (keyring) => keyring.lock()],
  ]
  it.each(broken)('and stops with 5 when %s', async (_, env, harm) => {
    harm(keyring)
    const before = kept(world)
    const { code, stdout, stderr, milliseconds } = await world.run(['login', '--json'], {
      env: { OD_LINK_BROWSER: `"${spy.command}"`, ...env },
    })
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    expect(JSON.parse(stderr).error).toMatchObject({
      kind: 'keychain',
      exitCode: 5,
      message: expect.stringContaining('keychain'),
      hint: expect.stringMatching(/\S/),
    })
    expect(milliseconds).toBeLessThan(8_000)
    expect(spy.opened()).toBe(false)
    expect(await sandbox.control('GET', 'log')).toEqual([])
    expect(kept(world)).toEqual(before)
  })

  it('and leaves nothing of the trial in it', async () => {
    const login = await waitingLogin(world)
    expect(itemsOf(keyring)).toEqual([])
    login.child.kill('SIGINT')
    await login.ended
    expect(itemsOf(keyring)).toEqual([])
  })

  it('and when it fails later, the browser says that nothing was saved, and the exit code is 5', async () => {
    const login = await waitingLogin(world)
    const answer = await signInAt(login.address)
    keyring.hang()
    const { page } = await comeBack(login, answer)
    expect(page).toContain('OneDrive is not linked')
    const { code, stdout, stderr } = await login.ended
    keyring.goOn()
    expect({ code, linked: stdout.includes('"linked"') }).toEqual({ code: 5, linked: false })
    expect(JSON.parse(stderr).error).toMatchObject({ kind: 'keychain', exitCode: 5 })
    expect((await world.run(['status'])).code).toBe(4)
    expect(itemsOf(keyring)).toEqual([])
  })

  it('and never falls back to a file by itself', async () => {
    keyring.lock()
    await world.run(['login'])
    expect(Object.keys(kept(world)).filter((path) => path.startsWith('links'))).toEqual([])
  })
})
