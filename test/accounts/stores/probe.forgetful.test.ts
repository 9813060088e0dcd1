import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { spyBrowser } from '../../helpers/browser/spy-browser.ts'
import { type BareBus, startBareBus } from '../../helpers/keychain/bare-bus.ts'
import { type ForgetfulService, startForgetfulService } from '../../helpers/keychain/forgetful-service.ts'
import { type SandboxProcess, startSandbox } from '../../helpers/microsoft/sandbox.ts'
import { jsonError } from '../../helpers/program/linked.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'
import { kept } from '../../helpers/program/world-files.ts'
import { hasRealPart } from '../../helpers/system/real-part.ts'

const hasBus = hasRealPart('dbus-daemon', 'tests with a keyring that forgets')

describe.runIf(hasBus)('a keyring that accepts a secret and has forgotten it for the next process', () => {
  let bus: BareBus
  let service: ForgetfulService
  let sandbox: SandboxProcess
  let world: World
  beforeAll(async () => {
    ;[bus, sandbox] = await Promise.all([startBareBus(), startSandbox()])
    service = await startForgetfulService(bus.env.DBUS_SESSION_BUS_ADDRESS)
    world = newWorld(sandbox, undefined, { OD_LINK_STORE: 'keychain', ...bus.env })
  })
  afterAll(async () => {
    world?.remove()
    service?.stop()
    await Promise.all([bus?.stop(), sandbox?.stop()])
  })

  it('is found out at login, before any browser', async () => {
    const spy = spyBrowser(world.dir)
    const env = { OD_LINK_BROWSER: `"${spy.command}"` }
    const { code, stdout, stderr } = await world.run(['login', '--json'], { env })
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    expect(jsonError(stderr)).toMatchObject({
      kind: 'keychain',
      message: 'The keychain did not return what was written to it.',
      hint: expect.stringContaining('od-link config set store file'),
    })
    expect(spy.opened()).toBe(false)
    expect(service.kept()).toBe(0)
  })

  it('gets no link from another store', async () => {
    const env = { OD_LINK_STORE: 'file' }
    expect((await world.run(['login'], { env })).code).toBe(0)
    const before = kept(world)
    expect((await world.run(['store', 'move', '--to', 'keychain'])).code).toBe(5)
    expect(kept(world)).toEqual(before)
    expect((await world.run(['token'])).code).toBe(0)
  })
})
