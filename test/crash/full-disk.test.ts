import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { hasKeyring, type Keyring, startKeyring } from '../helpers/keychain/keyring.ts'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { ada } from '../helpers/program/linked.ts'
import { loginByHand } from '../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../helpers/program/world.ts'
import { canMount } from '../helpers/system/private-mounts.ts'
import { type TinyDisk, tinyDisk } from '../helpers/system/tiny-disk.ts'
import { sampleOf } from './sample.ts'

/** Commands that write. There is no browser: a login has to fail before it opens one. */
const commands: [what: string, args: string[]][] = [
  ['login', ['login', '--no-browser']],
  ['use', ['use', ada]],
  ['config set', ['config', 'set', 'tenant', 'organizations']],
  ['store move', ['store', 'move', '--to', 'keychain']],
  ['setup', ['setup', '--no-login', '--client-id', '11111111-2222-4333-8444-555555555555']],
  ['logout', ['logout']],
]

const moods: [mood: string, turn: (disk: TinyDisk) => void, cause: RegExp, cure: RegExp][] = [
  ['is full', (disk) => disk.fill(0), /no space is left|ENOSPC/, /next: Free some space there: df -h/],
  [
    'has room for a lock alone',
    (disk) => disk.fill(1),
    /no space is left|ENOSPC/,
    /next: Free some space there: df -h/,
  ],
  [
    'has no inodes',
    (disk) => disk.fillInodes(),
    /no space is left|ENOSPC/,
    /next: Free some space there: df -h/,
  ],
  ['is read-only', (disk) => disk.readOnly(), /EROFS/, /next: Make .+ writable/],
]

const runs = canMount('a disk that is full') && hasKeyring()

describe.runIf(runs)('the home of a link', () => {
  let sandbox: SandboxProcess
  let keyring: Keyring
  let world: World
  let disk: TinyDisk
  let token: string
  const run = (args: string[]) => world.run(args, { through: disk.through })
  const links = () => join(disk.folder, 'settings', 'links')

  const link = async () => {
    const { code, stderr } = await loginByHand(world, [], { through: disk.through })
    expect(code, stderr).toBe(0)
    token = (await run(['token'])).stdout
  }
  /** Sets the remaining lifetime of the link's token. */
  const tokenEndsIn = (seconds: number) => {
    const [name = ''] = readdirSync(links())
    const file = join(links(), name)
    const record = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify({ ...record, expiresAt: Date.now() + seconds * 1000 }))
  }

  beforeAll(async () => {
    ;[sandbox, keyring] = await Promise.all([startSandbox(), startKeyring()])
    world = newWorld(sandbox, keyring, { OD_LINK_STORE: 'file' })
    disk = await tinyDisk(world.dir)
    await link()
  })
  afterEach(() => disk.makeRoom())
  afterAll(async () => {
    await disk?.stop()
    world?.remove()
    await Promise.all([sandbox?.stop(), keyring?.stop()])
  })

  describe.each(moods)('that %s', (mood, turn, cause, cure) => {
    const place = moods.findIndex(([name]) => name === mood)
    const some = sampleOf(commands, 3, place)
    it.each(some)('makes %s say so and what to do, and leaves the link whole', async (what, args) => {
      turn(disk)
      const { code, stdout, stderr } = await run(args)
      const after = await run(['token'])
      disk.makeRoom()
      // Removing frees the space that the following writes need.
      if (what === 'logout' && code === 0) {
        expect(after.code).toBe(4)
        return link()
      }
      expect({ code, stdout }).toEqual({ code: expect.toBeOneOf([2, 5]), stdout: '' })
      expect(stderr).toMatch(cause)
      expect(stderr).toMatch(cure)
      expect(after).toMatchObject({ code: 0, stdout: token })
      expect(readdirSync(links())).toHaveLength(1)
    })

    it('makes a refresh report it once the token has expired, and the link is intact', async () => {
      tokenEndsIn(-1)
      turn(disk)
      const { code, stdout, stderr } = await run(['mkdir', '/', 'late'])
      disk.makeRoom()
      expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
      expect(stderr).toMatch(/expired at .*cannot be renewed/)
      expect(stderr).toMatch(cause)
      expect(stderr).toMatch(cure)
      expect(readdirSync(links())).toHaveLength(1)
      token = (await run(['token'])).stdout
      expect(token).not.toBe('')
    })

    it('still uses a token that expires soon, and status --check says how long', async () => {
      tokenEndsIn(200)
      turn(disk)
      const [made, checked] = [await run(['mkdir', '-p', '/near']), await run(['status', '--check'])]
      disk.makeRoom()
      expect(made).toMatchObject({ code: 0, stdout: '/near\n', stderr: '' })
      expect(checked).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('only until its token expires'),
      })
      expect(readdirSync(links())).toHaveLength(1)
    })
  })
})
