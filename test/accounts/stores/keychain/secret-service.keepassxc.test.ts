import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  accessDialog,
  deleteDialog,
  hasKeePassXC,
  type KeePassXC,
  startKeePassXC,
} from '../../../helpers/keychain/keepassxc.ts'
import { type SandboxProcess, startSandbox } from '../../../helpers/microsoft/sandbox.ts'
import { newWorld, type World } from '../../../helpers/program/world.ts'

const asks = (what: string) =>
  `The keychain is asking whether od-link may ${what}; waiting up to 3 seconds…\n`

describe.runIf(hasKeePassXC())('KeePassXC with its confirmations', () => {
  let sandbox: SandboxProcess
  let world: World
  let keepassxc: KeePassXC

  beforeAll(async () => {
    sandbox = await startSandbox()
  })
  afterAll(() => sandbox?.stop())
  const start = async (settings: Record<string, boolean>) => {
    keepassxc = await startKeePassXC({ settings })
    world = newWorld(sandbox, keepassxc)
  }
  afterEach(async () => {
    world?.remove()
    await keepassxc?.stop()
  })
  /** How many more dialogs there were since it was asked last. */
  const counting = (total: () => number) => {
    let before = 0
    return () => {
      const more = total() - before
      before += more
      return more
    }
  }

  it('of each access asks once for a login, a folder, a renewal and a logout', async () => {
    await start({ ConfirmAccessItem: true })
    const dialogs = counting(keepassxc.answerEach(accessDialog, 'Return'))
    await world.login()
    // That of the other process, which reads what the first one wrote.
    expect(dialogs()).toBe(1)
    expect(await world.run(['mkdir', '/one'])).toMatchObject({ code: 0, stderr: asks('read it') })
    expect(dialogs()).toBe(1)
    expect((await world.run(['status', '--check'])).code).toBe(0)
    expect(dialogs()).toBe(1)
    expect((await world.run(['logout'])).code).toBe(0)
    expect(dialogs()).toBe(1)
    await expect.poll(() => keepassxc.entries()).toEqual([])
  })

  it('of each access stops what nobody allows, and says how scripts get on', async () => {
    await start({ ConfirmAccessItem: true })
    const dialogs = counting(keepassxc.answerEach(accessDialog, 'Escape'))
    const denied = await world.run(['login'])
    expect(denied.code).toBe(5)
    expect(denied.stderr).toContain('The keychain asks for permission.')
    expect(dialogs()).toBe(1)
  })

  it('of each removal asks for that of the trial entry, and of the link', async () => {
    await start({ ConfirmDeleteItem: true })
    const dialogs = counting(keepassxc.answerEach(deleteDialog, 'Tab', 'Return'))
    const { stderr } = await world.login()
    expect(stderr).toContain(asks('remove it'))
    expect(dialogs()).toBe(1)
    expect(await world.run(['mkdir', '/two'])).toMatchObject({ code: 0, stderr: '' })
    expect(await world.run(['logout'])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`${asks('remove it')}Removed the link`),
    })
    expect(dialogs()).toBe(1)
    await expect.poll(() => keepassxc.entries()).toEqual([])
  })

  it('that nobody sees end in time', async () => {
    await start({ ConfirmDeleteItem: true })
    const { code, stderr, milliseconds } = await world.run(['login'])
    expect(code).toBe(5)
    expect(stderr).toContain('The keychain asks for permission, and nobody answered in time.')
    expect(stderr).toContain('For scripts, turn off these questions in its settings.')
    expect(milliseconds).toBeLessThan(8_000)
  })
})
