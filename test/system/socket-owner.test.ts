import fs, {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
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

  it('at the usual place of a user is judged by its owner alone', async () => {
    const user = `/run/user/${third + 987_650}`
    expect(ownerOfSocket(`${user}/bus`, third)).toBe('gone')
    mkdirSync(user, { recursive: true })
    // Root made it, and others may write there: elsewhere that would be replaceable.
    chmodSync(user, 0o777)
    const server = await listen(join(user, 'bus'))
    try {
      expect(ownerOfSocket(`${user}/bus`, third)).toBe('own')
      chownSync(join(user, 'bus'), third, third)
      expect(ownerOfSocket(`${user}/bus`, third)).toBe('own')
      expect(ownerOfSocket(`${user}/bus`, stranger)).toBe('foreign')
      expect(ownerOfSocket(`/run/./user/${third + 987_650}/bus`, third)).toBe('replaceable')
      symlinkSync('bus', join(user, 'link'))
      expect(ownerOfSocket(`${user}/link`, third)).toBe('replaceable')
      // A link at the usual place is followed as anywhere else.
      renameSync(join(user, 'bus'), join(user, 'other'))
      symlinkSync('other', join(user, 'bus'))
      expect(ownerOfSocket(`${user}/bus`, third)).toBe('replaceable')
    } finally {
      server.close()
      rmSync(user, { recursive: true })
    }
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

describe.runIf(canBeAnother('users of a namespace'))(
  'a folder of a user whom a namespace does not know',
  () => {
    let dir: string
    let server: Server
    beforeAll(async () => {
      dir = mkdtempSync(join(tmpdir(), 'od-link-unmapped-'))
      server = await listen(join(dir, 'bus'))
      chmodSync(dir, 0o755)
      chownSync(dir, nobody, nobody)
      chownSync(join(dir, 'bus'), stranger, stranger)
    })
    afterAll(() => {
      vi.restoreAllMocks()
      syncBuiltinESMExports()
      server?.close()
      rmSync(dir, { recursive: true, force: true })
    })
    /** As in a namespace with these users: the first here, the first outside, and how many. */
    const ownerWith = (map: string, unknown = nobody) => {
      const { readFileSync } = fs
      vi.spyOn(fs, 'readFileSync').mockImplementation(((path: string, ...how: []) => {
        if (path.endsWith('/overflowuid')) return `${unknown}\n`
        return path.endsWith('/uid_map') ? map : readFileSync(path, ...how)
      }) as typeof readFileSync)
      syncBuiltinESMExports()
      const owner = ownerOfSocket(join(dir, 'bus'), stranger)
      vi.restoreAllMocks()
      syncBuiltinESMExports()
      return owner
    }

    it.each([
      ['         0       1000          1\n', 'own'],
      ['0 1000 1\n1 100000 65533\n', 'own'],
      ['65535 200000 10\n', 'own'],
      ['         0          0 4294967295\n', 'replaceable'],
      ['0 1000 1\n      1     100000      65536\n', 'replaceable'],
      ['65534 200000 1\n', 'replaceable'],
    ])('is taken for the system’s only where it may be root’s: users %j', (map, owner) => {
      expect(ownerWith(map)).toBe(owner)
      // Another user than the one that stands for all unknown ones.
      expect(ownerWith(map, third)).toBe('replaceable')
    })

    it('is a stranger’s where nobody says what users there are', () => {
      const { readFileSync } = fs
      vi.spyOn(fs, 'readFileSync').mockImplementation(((path: string, ...how: []) => {
        if (path.startsWith('/proc/')) throw new Error('not mounted')
        return readFileSync(path, ...how)
      }) as typeof readFileSync)
      syncBuiltinESMExports()
      expect(ownerOfSocket(join(dir, 'bus'), stranger)).toBe('replaceable')
      vi.restoreAllMocks()
      syncBuiltinESMExports()
    })
  },
)

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
