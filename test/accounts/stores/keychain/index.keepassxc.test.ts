import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  hasKeePassXC,
  type KeePassXC,
  type KeePassXCOptions,
  startKeePassXC,
  unlockDialog,
} from '../../../helpers/keychain/keepassxc.ts'
import { type SandboxProcess, startSandbox } from '../../../helpers/microsoft/sandbox.ts'
import { doctor } from '../../../helpers/program/doctor.ts'
import { ada } from '../../../helpers/program/linked.ts'
import { newWorld, type World } from '../../../helpers/program/world.ts'
import { hasTerminal, odLinkWord, startInTerminal } from '../../../helpers/terminal/terminal.ts'

const locked = 'od-link: The keychain is locked, and nobody unlocked it in time.'
const asksToUnlock = (limit: string) =>
  `The keychain is asking to be unlocked; waiting up to ${limit} seconds…\n`

describe.runIf(hasKeePassXC())('KeePassXC as the keychain', () => {
  let sandbox: SandboxProcess
  let world: World
  let keepassxc: KeePassXC

  beforeAll(async () => {
    sandbox = await startSandbox()
  })
  afterAll(() => sandbox?.stop())
  const start = async (options?: KeePassXCOptions) => {
    keepassxc = await startKeePassXC(options)
    world = newWorld(sandbox, keepassxc)
  }
  afterEach(async () => {
    world?.remove()
    await keepassxc?.stop()
    await sandbox.control('POST', 'reset').catch(() => {})
  })
  const links = () => keepassxc.entries().filter((title) => !title.endsWith(' probe'))
  const usernames = async () => {
    const { stdout } = await world.run(['status', '--json'])
    return JSON.parse(stdout).map(({ username }: { username: string }) => username)
  }
  let folders = 0
  const newFolder = () => {
    folders += 1
    return `/keepassxc ${folders}`
  }

  describe('that is unlocked', () => {
    beforeEach(() => start())

    it('saves a link, is read and renewed, and has nothing left after a logout', async () => {
      await world.login()
      await expect.poll(links).toEqual([expect.stringMatching(/^od-link: [\w-]+\.[\w-]+$/)])
      const folder = newFolder()
      expect(await world.run(['mkdir', folder])).toMatchObject({
        code: 0,
        stdout: `${folder}\n`,
        stderr: '',
      })
      expect((await world.run(['status', '--check'])).code).toBe(0)
      expect((await world.run(['mkdir', newFolder()])).code).toBe(0)
      expect(links()).toHaveLength(1)
      expect(await world.run(['logout'])).toMatchObject({ code: 0, stdout: '' })
      await expect.poll(() => keepassxc.entries()).toEqual([])
    })

    it('is named by the doctor', async () => {
      await world.login()
      expect((await doctor(world)).check('store')).toMatchObject({
        ok: true,
        text: 'keychain: the default; works (KeePassXC); 1 link',
      })
    })
  })

  describe('that is locked', () => {
    beforeEach(async () => {
      await start()
      await world.login()
      await expect.poll(links).toHaveLength(1)
      await keepassxc.lock()
    })

    it.runIf(hasTerminal())('waits for a person at a terminal who takes some seconds', async () => {
      const folder = newFolder()
      const terminal = startInTerminal(`${odLinkWord} mkdir '${folder}'`, world.env)
      await terminal.seen(asksToUnlock('30').trim())
      // Longer than od-link waits where nobody is.
      await sleep(4_000)
      await keepassxc.unlock()
      const { code, shown } = await terminal.ended
      expect(code).toBe(0)
      expect(shown).toBe(`${asksToUnlock('30')}${folder}\n`)
    })

    it('ends in time where nobody unlocks it, and shows one dialog however many scripts ask', async () => {
      for (let attempt = 0; attempt < 2; attempt += 1) {
        const { code, stdout, stderr, milliseconds } = await world.run(['mkdir', newFolder()])
        expect(code).toBe(5)
        expect(stdout).toBe('')
        expect(stderr).toContain(`${asksToUnlock('3')}${locked}\n  next: Unlock it on the desktop`)
        expect(milliseconds).toBeLessThan(6_000)
      }
      expect(keepassxc.windows(unlockDialog)).toHaveLength(1)
      await keepassxc.unlock()
      await expect.poll(async () => (await world.run(['mkdir', newFolder()])).code).toBe(0)
    })

    it('does not let a logout claim that the link is gone', async () => {
      const { code, stderr } = await world.run(['logout'])
      expect(code).toBe(5)
      expect(stderr).toContain(`${locked} The link of ${ada} was not removed.\n`)
      expect(stderr).toContain(`To finish: od-link logout ${ada}\n`)
      expect(stderr).not.toContain('Removed')
      expect(links()).toHaveLength(1)
      await keepassxc.unlock()
      expect(await usernames()).toEqual([ada])
      expect((await world.run(['logout', ada])).code).toBe(0)
      await expect.poll(() => keepassxc.entries()).toEqual([])
    })

    it('is named by the doctor as well', async () => {
      const { code, check } = await doctor(world)
      expect(code).toBe(5)
      expect(check('store')).toMatchObject({
        ok: false,
        text: 'keychain: The keychain is locked, and nobody unlocked it in time. The keychain here is KeePassXC.',
      })
    })

    it('and not the only database: the link is looked for in the locked one', async () => {
      await keepassxc.openOther()
      const refused = await world.run(['mkdir', newFolder()])
      expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining(locked) })
      await keepassxc.unlock()
      expect(await world.run(['mkdir', newFolder()])).toMatchObject({ code: 0 })
      expect(await world.run(['logout'])).toMatchObject({ code: 0 })
      await expect.poll(() => keepassxc.entries()).toEqual([])
      expect(keepassxc.entries('other')).toEqual([])
    })
  })

  it('is unlocked to be searched where KeePassXC itself would find nothing', async () => {
    await start({ settings: { UnlockBeforeSearch: false } })
    await world.login()
    await expect.poll(links).toHaveLength(1)
    await keepassxc.lock()
    for (const args of [['mkdir', newFolder()], ['logout'], ['token']]) {
      const { code, stderr } = await world.run(args)
      expect(code).toBe(5)
      expect(stderr).toContain(locked)
    }
    await keepassxc.unlock()
    expect(await usernames()).toEqual([ada])
    expect((await world.run(['logout'])).code).toBe(0)
    await expect.poll(() => keepassxc.entries()).toEqual([])
  })

  it('that has no database open is not taken for an empty one', async () => {
    await start({ settings: { UnlockBeforeSearch: false } })
    await world.login()
    await expect.poll(links).toHaveLength(1)
    await keepassxc.close()
    for (const args of [['mkdir', newFolder()], ['logout'], ['status'], ['logout', '--all']]) {
      const { code, stderr } = await world.run(args)
      expect(code).toBe(5)
      expect(stderr).toContain('od-link: The keychain has no open keyring, wallet or database.')
      expect(stderr).not.toContain('Removed')
    }
    expect(links()).toHaveLength(1)
  })

  it('keeps what od-link removed in its recycle bin, where it has one', async () => {
    await start({ recycleBin: true })
    await world.login()
    const [link] = await expect.poll(links).toHaveLength(1).then(links)
    expect((await world.run(['logout'])).code).toBe(0)
    await expect.poll(links).toEqual([`Recycle Bin/${link}`])
    // It is not taken for a link that is there.
    expect((await world.run(['logout', '--all'])).stderr).toContain('nothing was removed')
  })
})
