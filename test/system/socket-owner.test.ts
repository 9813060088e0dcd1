import { chmodSync, chownSync, lchownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ownerOfSocket } from '../../src/system/socket-owner.ts'
import { asUser, type ForeignKeyring, startForeignKeyring } from '../helpers/foreign-keyring.ts'
import { hasKeyring } from '../helpers/keychain/keyring.ts'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { jsonError } from '../helpers/program/linked.ts'
import { newWorld, type World } from '../helpers/program/world.ts'
import { canBeAnother } from '../helpers/system/another-user.ts'
import { hasRealPart } from '../helpers/system/real-part.ts'

const [nobody, stranger, third] = [65_534, 1, 2]

describe.runIf(hasKeyring() && canBeAnother('a keyring of another user'))('a D-Bus of another user', () => {
  let sandbox: SandboxProcess
  let foreign: ForeignKeyring
  let world: World
  beforeAll(async () => {
    ;[sandbox, foreign] = await Promise.all([startSandbox(), startForeignKeyring()])
    world = newWorld(sandbox, undefined, { OD_LINK_STORE: 'keychain' })
    chownSync(world.dir, nobody, nobody)
  })
  afterAll(async () => {
    world?.remove()
    await Promise.all([sandbox?.stop(), foreign?.stop()])
  })

  it.each([0, 1])('gets nothing, and is refused in words before any sign-in: address %i', async (which) => {
    const env = { DBUS_SESSION_BUS_ADDRESS: foreign.addresses[which] }
    const { code, stdout, stderr } = await world.run(['login', '--json'], { env, through: asUser(nobody) })
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    const { kind, message, hint } = jsonError(stderr)
    expect(kind).toBe('keychain')
    expect(message).toMatch(/belongs to another user, so od-link does not use it\.$/)
    expect(hint).toMatch(/^unset DBUS_SESSION_BUS_ADDRESS\n/)
    expect(foreign.items()).toBe(0)
  })

  it('is refused to root as well, as under sudo -E', async () => {
    const env = { DBUS_SESSION_BUS_ADDRESS: foreign.addresses[0] }
    const { code, stderr } = await world.run(['login'], { env: { ...env, OD_LINK_CONFIG_DIR: undefined } })
    expect({ code, stderr }).toEqual({ code: 5, stderr: expect.stringContaining('belongs to another user') })
    expect(foreign.items()).toBe(0)
  })

  it('is refused where a link of theirs leads to a socket of one’s own for a moment', async () => {
    const own = mkdtempSync(join(tmpdir(), 'od-link-own-'))
    const trap = mkdtempSync(join(tmpdir(), 'od-link-trap-'))
    chmodSync(trap, 0o755)
    chownSync(trap, stranger, stranger)
    const server = await listen(join(own, 'bus'))
    chownSync(own, nobody, nobody)
    chownSync(join(own, 'bus'), nobody, nobody)
    symlinkSync(join(own, 'bus'), join(trap, 'bus'))
    let connections = 0
    server.on('connection', () => (connections += 1))
    const env = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${trap}/bus` }
    const { code, stderr } = await world.run(['login'], { env, through: asUser(nobody) })
    expect({ code, stderr }).toEqual({
      code: 5,
      stderr: expect.stringMatching(/^od-link: Other users can replace the socket .*\n {2}next: unset DBUS/),
    })
    expect(connections).toBe(0)
    server.close()
    for (const dir of [own, trap]) rmSync(dir, { recursive: true })
  })
})

describe.runIf(canBeAnother('a user namespace') && hasRealPart('unshare', 'a user namespace'))(
  'in a user namespace',
  () => {
    it('folders of users that it does not know are taken for those of the system', async () => {
      const sandbox = await startSandbox()
      const dir = mkdtempSync(join(tmpdir(), 'od-link-namespace-'))
      const server = await listen(join(dir, 'bus'))
      // A bus that failed: it was asked, though /tmp seems to belong to a stranger in there.
      server.on('connection', (socket) => socket.end('REJECTED\r\n'))
      const world = newWorld(sandbox, undefined, { OD_LINK_STORE: 'keychain' })
      for (const path of [dir, join(dir, 'bus'), world.dir]) chownSync(path, nobody, nobody)
      const env = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${dir}/bus` }
      const through = [...asUser(nobody), 'unshare', '-Ur']
      const { code, stderr } = await world.run(['login'], { env, through })
      expect({ code, stderr }).toEqual({
        code: 5,
        stderr: expect.stringMatching(/^od-link: The keychain does not allow/),
      })
      server.close()
      world.remove()
      rmSync(dir, { recursive: true })
      await sandbox.stop()
    })
  },
)

describe.runIf(canBeAnother('sockets of several users'))('a socket', () => {
  let base: string
  let server: Server
  beforeAll(async () => {
    base = mkdtempSync(join(tmpdir(), 'od-link-sockets-'))
    chmodSync(base, 0o755)
    server = await listen(join(base, 'origin'))
  })
  afterAll(() => {
    server?.close()
    rmSync(base, { recursive: true, force: true })
  })

  let count = 0
  /** A socket in a folder of its own. */
  async function socketIn({
    folder = nobody,
    mode = 0o700,
    socket = nobody,
  }: {
    folder?: number
    mode?: number
    socket?: number
  }): Promise<string> {
    count += 1
    const dir = join(base, String(count))
    mkdirSync(dir)
    const path = join(dir, 'bus')
    const listening = await listen(path)
    listening.unref()
    chownSync(path, socket, socket)
    chownSync(dir, folder, folder)
    chmodSync(dir, mode)
    return path
  }

  it.each([
    ['of one’s own in a folder of one’s own', {}, 'own'],
    ['of one’s own in a folder of root', { folder: 0, mode: 0o755 }, 'own'],
    ['of one’s own in a sticky folder for all', { folder: 0, mode: 0o1777 }, 'own'],
    ['of another in a sticky folder for all', { folder: 0, mode: 0o1777, socket: stranger }, 'foreign'],
    ['of another in a folder of theirs', { folder: stranger, mode: 0o755, socket: stranger }, 'foreign'],
    ['of one’s own in a folder of another', { folder: stranger, mode: 0o755 }, 'replaceable'],
    ['of one’s own in a folder that all can write to', { mode: 0o777 }, 'replaceable'],
    ['of one’s own in a folder that a group can write to', { mode: 0o770 }, 'replaceable'],
    ['of root outside of its own places', { folder: 0, mode: 0o755, socket: 0 }, 'foreign'],
  ])('%s is %3$s', async (_, how, owner) => {
    expect(ownerOfSocket(await socketIn(how), nobody)).toBe(owner)
  })

  it('of root is trusted where only root can put one', async () => {
    const place = mkdtempSync('/run/od-link-')
    chmodSync(place, 0o755)
    const server = await listen(join(place, 'bus'))
    expect(ownerOfSocket(join(place, 'bus'), nobody)).toBe('own')
    chownSync(join(place, 'bus'), third, third)
    expect(ownerOfSocket(join(place, 'bus'), nobody)).toBe('foreign')
    server.close()
    rmSync(place, { recursive: true })
  })

  it('is followed through links of one’s own, and of nobody else, wherever they are', async () => {
    const path = await socketIn({})
    const sticky = join(base, 'sticky')
    mkdirSync(sticky)
    chmodSync(sticky, 0o1777)
    for (const [name, target, owner] of [
      ['mine', path, nobody],
      ['theirs', path, stranger],
      ['mine-by-steps', '../sticky/./mine', nobody],
      ['mine-by-theirs', 'theirs/../theirs', nobody],
      ['endless', 'endless', nobody],
    ] as const) {
      symlinkSync(target, join(sticky, name))
      lchownSync(join(sticky, name), owner, owner)
    }
    symlinkSync(join(path, '..'), join(sticky, 'folder'))
    lchownSync(join(sticky, 'folder'), stranger, stranger)
    const ownerAt = (name: string) => ownerOfSocket(join(sticky, name), nobody)
    expect(ownerAt('mine')).toBe('own')
    expect(ownerAt('mine-by-steps')).toBe('own')
    expect(ownerAt('theirs')).toBe('replaceable')
    expect(ownerAt('mine-by-theirs')).toBe('replaceable')
    expect(ownerAt('folder/bus')).toBe('replaceable')
    expect(ownerAt('endless')).toBe('gone')
    expect(ownerAt('none')).toBe('gone')
    expect(ownerOfSocket(`${sticky}/../${path.split('/').at(-2)}/bus`, nobody)).toBe('own')
  })
})

describe('an abstract socket', () => {
  it('is its owner’s, whom the system names by no more than the process that listens', async () => {
    const name = `\0od-link-abstract-${process.pid}`
    expect(ownerOfSocket(name)).toBe('gone')
    const server = await listen(name)
    expect(ownerOfSocket(name)).toBe('own')
    expect(ownerOfSocket(name, Number(process.getuid?.()) + 1)).toBe('foreign')
    expect(ownerOfSocket(name.slice(0, -1))).toBe('gone')
    server.close()
  })
})

function listen(path: string): Promise<Server> {
  const server = createServer()
  return new Promise((resolve) => server.listen(path, () => resolve(server)))
}
