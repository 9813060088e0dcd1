import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hasKWallet, type KWallet, startKWallet, walletDialog } from '../../../helpers/keychain/kwallet.ts'
import { type SandboxProcess, startSandbox } from '../../../helpers/microsoft/sandbox.ts'
import { doctor } from '../../../helpers/program/doctor.ts'
import { ada } from '../../../helpers/program/linked.ts'
import { newWorld, type World } from '../../../helpers/program/world.ts'
import { hasTerminal, odLinkWord, startInTerminal } from '../../../helpers/terminal/terminal.ts'

const locked = 'od-link: The keychain is locked, and nobody unlocked it in time.'
const asksToUnlock = 'The keychain is asking to be unlocked; waiting up to'

describe.runIf(hasKWallet())('KWallet as the keychain', () => {
  let sandbox: SandboxProcess
  let world: World
  let kwallet: KWallet

  beforeAll(async () => {
    sandbox = await startSandbox()
  })
  afterAll(() => sandbox?.stop())
  beforeEach(async () => {
    kwallet = await startKWallet()
    world = newWorld(sandbox, kwallet)
    await world.login()
  })
  afterEach(async () => {
    world?.remove()
    await kwallet?.stop()
  })

  it('saves a link, is read and renewed without a dialog, and has nothing left after a logout', async () => {
    expect(kwallet.entries()).toBe(1)
    expect(await world.run(['mkdir', '/one'])).toMatchObject({ code: 0, stderr: '' })
    expect(await world.run(['status', '--check'])).toMatchObject({ code: 0, stderr: '' })
    expect(kwallet.entries()).toBe(1)
    expect((await doctor(world)).check('store').text).toBe('keychain: the default; works (KWallet); 1 link')
    expect((await world.run(['logout'])).code).toBe(0)
    expect(kwallet.entries()).toBe(0)
    expect(kwallet.windows(walletDialog)).toEqual([])
  })

  it.runIf(hasTerminal())('that is closed is waited for, when a person is at a terminal', async () => {
    await kwallet.lock()
    const terminal = startInTerminal(`${odLinkWord} mkdir /two`, world.env)
    await terminal.seen(`${asksToUnlock} 30 seconds…`)
    await sleep(4_000)
    await kwallet.unlock()
    expect(await terminal.ended).toEqual({ code: 0, shown: `${asksToUnlock} 30 seconds…\n/two\n` })
  })

  it('that is closed ends in time where nobody is, and no logout claims that the link is gone', async () => {
    await kwallet.lock()
    const { code, stderr, milliseconds } = await world.run(['mkdir', '/three'])
    expect(code).toBe(5)
    expect(stderr).toContain(`${asksToUnlock} 3 seconds…\n${locked}\n`)
    expect(milliseconds).toBeLessThan(6_000)
    const logout = await world.run(['logout'])
    expect(logout.code).toBe(5)
    expect(logout.stderr).toContain(`${locked} The link of ${ada} was not removed.\n`)
    const unlocking = kwallet.unlock()
    expect(await world.run(['logout'])).toMatchObject({ code: 0 })
    await unlocking
    expect(kwallet.entries()).toBe(0)
  })
})
