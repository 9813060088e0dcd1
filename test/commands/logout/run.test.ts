import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hasKeyring, type Keyring, startKeyring } from '../../helpers/keychain/keyring.ts'
import { itemsOf } from '../../helpers/keychain/keyring-items.ts'
import { type SandboxProcess, startSandbox } from '../../helpers/microsoft/sandbox.ts'
import { link } from '../../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'
import { kept } from '../../helpers/program/world-files.ts'

const ada = 'ada@contoso.example'
const grace = 'grace@outlook.example'

let sandbox: SandboxProcess
let world: World

beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox?.stop())
afterEach(() => world.remove())

const usernames = async () => {
  const { stdout } = await world.run(['status', '--json'])
  return JSON.parse(stdout).map(({ username }: { username: string }) => username)
}
const linkBoth = async () => {
  await link(world, '--as', 'work')
  await link(world, '--login-hint', grace)
}
/** Without a network, as on a train. */
const offline = { OD_LINK_AUTHORITY_HOST: 'http://localhost:9', OD_LINK_GRAPH_HOST: 'http://localhost:9' }

describe('od-link logout', () => {
  beforeEach(async () => {
    world = newWorld(sandbox)
    await sandbox.control('DELETE', 'log')
  })

  it('removes the only link, tells where the consent ends, and is fine twice', async () => {
    await link(world)
    await sandbox.control('DELETE', 'log')
    const first = await world.run(['logout'], { env: offline })
    expect(first).toMatchObject({ code: 0, stdout: '' })
    expect(first.stderr).toContain(`Removed the link of ${ada}`)
    expect(first.stderr).toMatch(/consent.*\n.*https:\/\/myapps\.microsoft\.com/)
    expect(await sandbox.control('GET', 'log')).toEqual([])
    expect((await world.run(['status'])).code).toBe(4)
    expect(Object.keys(kept(world)).filter((path) => path.startsWith('links'))).toEqual([])
    const second = await world.run(['logout'])
    expect(second).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('No OneDrive is linked; nothing was removed.'),
    })
    expect(await world.run(['logout', '--all'])).toMatchObject({ code: 0 })
    expect(await world.run(['logout', 'work'])).toMatchObject({ code: 0 })
  })

  it('names the place of personal accounts for theirs', async () => {
    await link(world, '--login-hint', grace)
    expect((await world.run(['logout', grace])).stderr).toContain('https://account.live.com/consent/Manage')
  })

  it('removes the account that is named, and no other', async () => {
    await linkBoth()
    expect(await world.run(['logout', 'WORK'])).toMatchObject({ code: 0 })
    expect(await usernames()).toEqual([grace])
    // The one that is left needs no name.
    expect((await world.run(['token', '--json'])).stdout).toContain(grace)
  })

  it('removes all with --all, in JSON for programs', async () => {
    await linkBoth()
    const { code, stdout, stderr } = await world.run(['logout', '--all', '--json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject([{ username: ada, name: 'work' }, { username: grace }])
    expect((await world.run(['status'])).code).toBe(4)
    expect(Object.keys(kept(world)).filter((path) => path.startsWith('links'))).toEqual([])
  })

  it('removes nothing when the name is of no account, or goes with --all', async () => {
    await linkBoth()
    const before = kept(world)
    const unknown = await world.run(['logout', 'nobody'])
    expect(unknown).toMatchObject({ code: 4, stdout: '' })
    for (const text of ['"nobody"', 'work', ada, grace]) expect(unknown.stderr).toContain(text)
    const both = await world.run(['logout', 'work', '--all'])
    expect(both).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/next: To remove every link: od-link logout --all\n/),
    })
    expect(kept(world)).toEqual(before)
  })

  it('removes a link that cannot be read any more', async () => {
    await link(world)
    const [path = ''] = Object.keys(kept(world)).filter((path) => path.startsWith('links'))
    writeFileSync(join(world.dir, 'settings', path), 'damaged')
    expect(await world.run(['logout'])).toMatchObject({ code: 0 })
    expect(Object.keys(kept(world))).not.toContain(path)
  })

  it('lets the person link again afterwards', async () => {
    await link(world, '--as', 'work')
    await world.run(['logout'])
    await link(world, '--login-hint', grace, '--as', 'work')
    expect(await usernames()).toEqual([grace])
  })
})

describe.runIf(hasKeyring())('od-link logout, with a real keychain', () => {
  let keyring: Keyring

  beforeAll(async () => {
    keyring = await startKeyring()
  })
  afterAll(() => keyring?.stop())
  beforeEach(() => {
    world = newWorld(sandbox, keyring)
  })

  it('removes every piece of every link', async () => {
    const other = newWorld(sandbox, keyring)
    await linkBoth()
    await link(other)
    expect(itemsOf(keyring)).toHaveLength(3)
    expect((await world.run(['logout', 'work'])).code).toBe(0)
    expect(itemsOf(keyring)).toHaveLength(2)
    expect((await world.run(['logout', '--all'])).code).toBe(0)
    // That of another directory is of another world.
    expect(itemsOf(keyring)).toHaveLength(1)
    expect((await other.run(['token'])).code).toBe(0)
    expect((await other.run(['logout'])).code).toBe(0)
    other.remove()
    expect(itemsOf(keyring)).toEqual([])
  })

  it('keeps apart what XDG_CONFIG_HOME keeps apart', async () => {
    const elsewhere = (name: string) =>
      newWorld(sandbox, keyring, { OD_LINK_CONFIG_DIR: undefined, XDG_CONFIG_HOME: join(world.dir, name) })
    const [one, other] = [elsewhere('one'), elsewhere('other')]
    await link(one)
    await link(other)
    expect((await one.run(['logout', '--all'])).code).toBe(0)
    expect(await one.run(['status'])).toMatchObject({ code: 4 })
    expect((await other.run(['token'])).code).toBe(0)
    expect((await other.run(['logout'])).code).toBe(0)
    expect(itemsOf(keyring)).toEqual([])
    for (const made of [one, other]) made.remove()
  })

  it('with --all removes what it can, and says 5 for what it cannot', async () => {
    await link(world)
    await link(world, '--login-hint', grace)
    expect((await world.run(['store', 'move', '--to', 'file', '--account', grace])).code).toBe(0)
    const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere/bus' }
    const { code, stdout, stderr } = await world.run(['logout', '--all', '--json'], { env })
    expect(code).toBe(5)
    expect(JSON.parse(stdout)).toMatchObject([{ username: grace }])
    expect(JSON.parse(stderr).error).toMatchObject({ kind: 'keychain', hint: expect.stringMatching(/\S/) })
    expect(await usernames()).toEqual([ada])
    const again = await world.run(['logout', '--all'])
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining(`Removed the link of ${ada}`) })
    expect(itemsOf(keyring)).toEqual([])
  })

  it('says 5 when the keychain cannot be used, and then the link is still there', async () => {
    await link(world)
    const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere/bus' }
    const { code, stderr } = await world.run(['logout'], { env })
    expect(code).toBe(5)
    expect(stderr).toMatch(/keychain[\s\S]*The link of ada\S+ was not removed\.[\s\S]*next: \S/)
    expect(stderr).toContain(`To finish: od-link logout ${ada}\n`)
    expect(stderr).not.toContain('save links in private files')
    expect(await usernames()).toEqual([ada])
    expect((await world.run(['logout'])).code).toBe(0)
    expect(itemsOf(keyring)).toEqual([])
  })
})
