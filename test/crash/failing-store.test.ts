import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { faultAt } from '../../campaigns/sudden-death/kill.ts'
import { fakeHelper } from '../helpers/keychain/fake-helper.ts'
import { type SandboxProcess, startSandbox } from '../helpers/microsoft/sandbox.ts'
import { recordFile } from '../helpers/program/linked.ts'
import type { RunOptions } from '../helpers/program/od-link.ts'
import { link, loginByHand } from '../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../helpers/program/world.ts'
import { filesOf, kept, putBack } from '../helpers/program/world-files.ts'
import { stride } from './sample.ts'

let sandbox: SandboxProcess
let world: World
/** The state before each command. */
let before: Record<string, string>

beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox?.stop())

/** The token, with a store that works again. */
async function tokenNow(): Promise<string> {
  const { code, stdout, stderr } = await world.run(['token'])
  expect(code, stderr).toBe(0)
  return stdout
}

type Command = (options: RunOptions) => ReturnType<World['run']>
const login: Command = (options) => loginByHand(world, [], options)
const renewal: Command = (options) => world.run(['status', '--check'], options)
const move =
  (to: string): Command =>
  (options) =>
    world.run(['store', 'move', '--to', to], options)
const logout: Command = (options) => world.run(['logout'], options)

describe('when the disk takes no more from the nth writing on, for every n', () => {
  beforeAll(async () => {
    world = newWorld(sandbox)
    await link(world)
    before = kept(world)
  })
  beforeEach(() => putBack(world, before))
  afterAll(() => world.remove())
  const log = () => join(world.dir, 'fault')
  const links = () => readdirSync(join(world.dir, 'settings', 'links'))

  it.each([
    ['login', login],
    ['a renewal', renewal],
    ['logout', logout],
  ])('%s says so, leaves the earlier link or the new one, and no draft', async (what, command) => {
    let fails = 0
    for (let step = 1; ; step += stride) {
      putBack(world, before)
      const earlier = recordOf()
      const { code, stdout, stderr } = await command({ env: faultAt(step, 'ENOSPC', log()) })
      if (!existsSync(log())) {
        expect(code, stderr).toBe(0)
        break
      }
      const where = `${what}, step ${step}: ${readFileSync(log(), 'utf8')}`
      expect(
        links().filter((name) => !name.endsWith('.json')),
        where,
      ).toEqual([])
      // Without space to restore the old one, the new one stays.
      if (what !== 'logout') expect(recordOf(), where).toMatchObject({ id: earlier.id, version: 1 })
      // A valid token is still used; failed cleanup is not an error.
      if (code !== 0) {
        fails += 1
        expect({ code, stdout, where }).toEqual({ code: expect.toBeOneOf([2, 5]), stdout: '', where })
        expect(stderr, where).toMatch(
          /od-link: .*(ENOSPC|no space is left)[\s\S]*next: Free some space there: df -h/,
        )
      }
    }
    if (what !== 'a renewal') expect(fails).toBeGreaterThan(2 / stride)
    if (what !== 'logout') await tokenNow()
  })

  function recordOf() {
    return JSON.parse(readFileSync(recordFile(world), 'utf8'))
  }
})

/**
 * Saves entries in files, and fails from the write on that FAIL_AT names. It is pure shell, since it is
 * called hundreds of times.
 */
const frail = (failing: string) => `read -r input || :
url=\${input##*ServerURL\\":\\"}
name=\${url#https://od-link/*/}
name=\${name%%\\"*}
case "$name" in */*) name="\${name%%/*} \${name#*/}";; esac
entry="$HOME/vault/$name"
if [ "$1" = store ] || [ "$1" = erase ]; then
  count=0
  [ ! -e "$HOME/writes" ] || read -r count < "$HOME/writes"
  echo $((count + 1)) > "$HOME/writes"
  if [ $((count + 1)) -ge "\${FAIL_AT:-999}" ]; then
    ${failing}
    echo "the vault is out of order"
    exit 1
  fi
fi
case "$1" in
  store) echo "$input" > "$entry";;
  get)
    [ -e "$entry" ] || { echo "credentials not found in native keychain"; exit 1; }
    read -r kept < "$entry" || :
    echo "$kept";;
  erase) rm -f "$entry";;
esac`

const ways: [how: string, failing: string][] = [
  ['without a trace', ':'],
  ['with a part of it written', `[ "$1" = store ] && echo "\${input%????????????????????}" > "$entry"`],
  ['although it is done', 'if [ "$1" = store ]; then echo "$input" > "$entry"; else rm -f "$entry"; fi'],
]

describe.each(ways)(
  'when a credential helper fails from the nth writing on, for every n, %s',
  (_, failing) => {
    let vault: Record<string, string>
    const vaultDir = () => join(world.dir, 'vault')
    const writes = () => join(world.dir, 'writes')
    const begin = () => {
      putBack(world, before)
      rmSync(vaultDir(), { recursive: true })
      mkdirSync(vaultDir())
      for (const [name, text] of Object.entries(vault)) writeFileSync(join(vaultDir(), name), text)
      rmSync(writes(), { force: true })
    }

    beforeAll(async () => {
      world = newWorld(sandbox)
      mkdirSync(vaultDir())
      Object.assign(world.env, fakeHelper(world, 'frail', frail(failing)))
      await link(world)
      before = kept(world)
      vault = filesOf(vaultDir())
    })
    afterAll(() => world.remove())

    it.each([
      ['login', login],
      ['a renewal', renewal],
      ['store move', move('file')],
    ])('%s says so, and the link works', async (what, command) => {
      begin()
      const earlier = await tokenNow()
      for (let write = 1; ; write += stride) {
        begin()
        const { code, stderr } = await command({ env: { FAIL_AT: String(write) } })
        if (!existsSync(writes()) || Number(readFileSync(writes(), 'utf8')) < write) {
          expect(code, stderr).toBe(0)
          break
        }
        const where = `${what}, write ${write}`
        // Removing a missing entry may fail.
        if (code === 0) expect(Object.keys(filesOf(vaultDir())), where).toEqual([])
        else {
          expect({ code, where }).toEqual({ code: 5, where })
          expect(stderr, where).toMatch(/docker-credential-frail failed: the vault is out of order/)
          expect(stderr, where).toMatch(/next: \S/)
        }
        const now = await tokenNow()
        if (what !== 'a renewal') expect(now === earlier, where).toBe(true)
      }
      await tokenNow()
    })
  },
)
