import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fakeHelper } from '../../helpers/keychain/fake-helper.ts'
import { hasKeyring, type Keyring, startKeyring } from '../../helpers/keychain/keyring.ts'
import { itemsOf } from '../../helpers/keychain/keyring-items.ts'
import { hasPass, newPass, type Pass } from '../../helpers/keychain/pass.ts'
import { type SandboxProcess, startSandbox } from '../../helpers/microsoft/sandbox.ts'
import { ada, grace, jsonError } from '../../helpers/program/linked.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'
import { kept } from '../../helpers/program/world-files.ts'

const runs = hasKeyring() && hasPass()

describe.runIf(runs)('od-link store move', () => {
  let sandbox: SandboxProcess
  let keyring: Keyring
  let pass: Pass
  let world: World

  beforeAll(async () => {
    ;[sandbox, keyring] = await Promise.all([startSandbox(), startKeyring()])
    pass = newPass()
    world = newWorld(sandbox, keyring, pass.env)
    await world.login('--login-hint', ada, '--as', 'work')
    await world.login('--login-hint', grace)
    expect((await world.run(['config', 'set', 'client-secret'], { input: 'a-secret-value\n' })).code).toBe(0)
  })
  afterAll(async () => {
    world?.remove()
    pass?.remove()
    await Promise.all([keyring?.stop(), sandbox?.stop()])
  })

  const files = () => Object.keys(kept(world)).filter((path) => path.startsWith('links/')).length
  /** Where the things are: two links and a client secret. */
  const where = () => ({ keychain: itemsOf(keyring).length, files: files(), pass: pass.urls().length })
  async function bothWork(env: NodeJS.ProcessEnv = {}): Promise<void> {
    for (const account of [ada, grace]) {
      expect((await world.run(['token', '--account', account], { env })).code).toBe(0)
    }
  }

  it.each([
    ['keychain', 'file', { keychain: 0, files: 3, pass: 0 }],
    ['file', 'helper:pass', { keychain: 0, files: 0, pass: 3 }],
    ['helper:pass', 'keychain', { keychain: 3, files: 0, pass: 0 }],
  ])(
    'takes all links and the client secret from %s to %s, and new ones go there',
    async (from, to, there) => {
      const { code, stdout, stderr } = await world.run(['store', 'move', '--to', to])
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: [ada, grace].map((who) => `✓ ${who} moved from ${from} to ${to}.\n`).join(''),
      })
      expect(stderr).toContain(`New links will be saved in ${to} as well.`)
      expect(stderr.match(/not encrypted/g) ?? []).toHaveLength(to === 'file' ? 1 : 0)
      expect(where()).toEqual(there)
      expect((await world.run(['config', 'get', 'store'])).stdout).toBe(`${to}\n`)
      expect((await world.run(['config', 'get', 'client-secret'])).stdout).toContain('set')
      await bothWork()
    },
  )

  it('moves one link with --account, and nothing else', async () => {
    const { code, stdout } = await world.run(['store', 'move', '--to', 'file', '--account', 'work', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject([{ username: ada, from: 'keychain', to: 'file' }])
    expect(where()).toEqual({ keychain: 2, files: 1, pass: 0 })
    expect((await world.run(['config', 'get', 'store'])).stdout).toBe('keychain\n')
    await bothWork()
    const again = await world.run(['store', 'move', '--to', 'file', '--account', 'work'])
    expect(again).toMatchObject({ code: 0, stdout: `✓ ${ada} is already in file.\n` })
    expect((await world.run(['store', 'move', '--to', 'keychain'])).code).toBe(0)
  })

  it('takes the links that can be read, and says which cannot', async () => {
    expect((await world.run(['store', 'move', '--to', 'file', '--account', 'work'])).code).toBe(0)
    await keyring.hang()
    const { code, stdout, stderr } = await world.run(['store', 'move', '--to', 'helper:pass'])
    keyring.goOn()
    expect({ code, stdout }).toEqual({ code: 5, stdout: `✓ ${ada} moved from file to helper:pass.\n` })
    expect(stderr).toContain(`${grace} is still in keychain. The keychain does not respond.`)
    expect(stderr).toContain('The client secret, if there is one in keychain, was not moved.')
    expect(where()).toEqual({ keychain: 2, files: 0, pass: 1 })
    await bothWork()
    expect((await world.run(['store', 'move', '--to', 'keychain'])).code).toBe(0)
  })

  /** A helper on pass that keeps what the probe writes, or it would be found out before, and does this with links. */
  const overPass = (onStore: string) => `input=$(cat)
case "$1 $input" in *probe*) ;; "store "*) ${onStore};; esac
printf %s "$input" | docker-credential-pass "$1"`

  it.each([
    ['refuses what is written', 'echo "the vault is full"; exit 1', /failed: the vault is full/],
    ['forgets what is written', 'exit 0', /did not return/],
    ['dies of what is written', 'kill -9 $$', /was killed by SIGKILL/],
  ])('to a store that %s leaves every link where it was, and says so', async (_, onStore, said) => {
    const before = kept(world)
    const env = { ...fakeHelper(world, 'odd', overPass(onStore)), OD_LINK_STORE: '' }
    const { code, stdout, stderr } = await world.run(['store', 'move', '--to', 'helper:odd'], { env })
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' })
    for (const who of [ada, grace]) expect(stderr).toContain(`${who} is still in keychain.`)
    expect(stderr).toMatch(said)
    expect(where()).toEqual({ keychain: 3, files: 0, pass: 0 })
    expect(kept(world)).toEqual(before)
    await bothWork()
  })

  it('that is killed half way loses no link', async () => {
    const slow = overPass('echo $$ > "$HOME/pid"; exec sleep 20')
    const env = { ...fakeHelper(world, 'slow', slow), OD_LINK_STORE: '' }
    const running = world.start(['store', 'move', '--to', 'helper:slow'], { env })
    await running.seen(/Waiting for docker-credential-slow/)
    while (!existsSync(join(world.dir, 'pid'))) await sleep(20)
    running.child.kill('SIGKILL')
    await running.ended
    process.kill(Number(readFileSync(join(world.dir, 'pid'), 'utf8')))
    expect(where().keychain).toBe(3)
    await bothWork()
  })

  it('says when the old copy could not be removed, and how to remove it', async () => {
    const working = 'exec docker-credential-pass "$@"'
    const sticky = '[ "$1" = erase ] && { cat > /dev/null; echo "no erasing on Sundays"; exit 1; }'
    const env = { ...fakeHelper(world, 'sticky', working), OD_LINK_STORE: '' }
    expect((await world.run(['store', 'move', '--to', 'helper:sticky', '-a', 'work'], { env })).code).toBe(0)
    fakeHelper(world, 'sticky', `${sticky}\n${working}`)
    const { code, stderr } = await world.run(['store', 'move', '--to', 'file', '-a', 'work', '--json'], {
      env,
    })
    expect(code).toBe(5)
    const { message, hint } = jsonError(stderr)
    expect(message).toContain(`${ada} is now in file, but an old copy could not be removed.`)
    expect(hint).toContain('To remove the copy when its store works again: run the same command again.')
    expect(where()).toEqual({ keychain: 2, files: 1, pass: 1 })
    await bothWork()
    fakeHelper(world, 'sticky', working)
    expect((await world.run(['store', 'move', '--to', 'file', '-a', 'work'], { env })).code).toBe(0)
    expect(where()).toEqual({ keychain: 2, files: 1, pass: 0 })
    fakeHelper(world, 'sticky', overPass('echo "the vault is full"; exit 1'))
    const failed = await world.run(['store', 'move', '--to', 'helper:sticky', '-a', 'work'], { env })
    expect(failed.stderr).toContain(`${ada} is still in file.`)
    expect(where()).toEqual({ keychain: 2, files: 1, pass: 0 })
    fakeHelper(world, 'sticky', working)
    for (const to of ['helper:sticky', 'keychain']) {
      expect((await world.run(['store', 'move', '--to', to, '-a', 'work'], { env })).code).toBe(0)
    }
    expect(where()).toEqual({ keychain: 3, files: 0, pass: 0 })
  })

  it.each([
    ['logout', ['logout', 'work']],
    ['a login', ['login', '--login-hint', ada]],
  ])('leaves a copy behind at most until %s', async (what, args) => {
    // The sandbox's app is a public client: it refuses a login that sends a secret.
    await world.run(['config', 'unset', 'client-secret'])
    const working = 'exec docker-credential-pass "$@"'
    const sticky = '[ "$1" = erase ] && { cat > /dev/null; echo "no erasing on Sundays"; exit 1; }'
    const env = { ...fakeHelper(world, 'sticky', working), OD_LINK_STORE: '' }
    expect((await world.run(['store', 'move', '--to', 'helper:sticky', '-a', 'work'], { env })).code).toBe(0)
    fakeHelper(world, 'sticky', `${sticky}\n${working}`)
    expect((await world.run(['store', 'move', '--to', 'keychain', '-a', 'work'], { env })).code).toBe(5)
    expect(where()).toEqual({ keychain: 2, files: 0, pass: 1 })
    fakeHelper(world, 'sticky', working)
    expect((await world.run(args, { env })).code).toBe(0)
    expect(where().pass).toBe(0)
    if (what === 'logout') await world.login('--login-hint', ada, '--as', 'work')
    expect(where()).toEqual({ keychain: 2, files: 0, pass: 0 })
    await world.run(['config', 'set', 'client-secret'], { input: 'a-secret-value\n' })
  })

  it('does not move a link that is damaged or gone, and keeps what there is', async () => {
    const index = join(world.dir, 'settings', 'accounts.json')
    const whole = readFileSync(index, 'utf8')
    writeFileSync(index, whole.replaceAll('"keychain"', '"file"'))
    const { code, stderr } = await world.run(['store', 'move', '--to', 'helper:pass', '-a', 'work', '--json'])
    writeFileSync(index, whole)
    expect(code).toBe(4)
    expect(jsonError(stderr).message).toContain('is no longer linked')
    await bothWork()
  })

  it('is what config set store advises for the client secret, which stays', async () => {
    const env = { OD_LINK_STORE: '' }
    const { code, stderr } = await world.run(['config', 'set', 'store', 'file'], { env })
    expect(code).toBe(0)
    expect(stderr).toMatch(/The client secret is still in keychain/)
    const advised = 'od-link config set store keychain && od-link store move --to file'
    expect(stderr).toContain(advised)
    for (const command of advised.split(' && ')) {
      expect((await world.run(command.split(' ').slice(1), { env })).code).toBe(0)
    }
    expect(where()).toEqual({ keychain: 0, files: 3, pass: 0 })
    expect((await world.run(['store', 'move', '--to', 'keychain'])).code).toBe(0)
  })

  it.each([
    [['store', 'mov', '--to', 'file'], /Expected move, not "mov"/],
    [['store', 'move'], /--to is required/],
    [['store', 'move', '--to', 'cloud'], /There is no store "cloud"/],
    [['store', 'move', '--to', 'helper:../x'], /There is no store/],
  ])('refuses %j and changes nothing', async (args, message) => {
    const before = kept(world)
    const { code, stderr } = await world.run([...args, '--json'])
    expect(code).toBe(2)
    expect(jsonError(stderr).message).toMatch(message)
    expect(kept(world)).toEqual(before)
  })

  it('says when a variable wins over what it chose', async () => {
    const env = { OD_LINK_STORE: 'keychain' }
    const { code, stderr } = await world.run(['store', 'move', '--to', 'file'], { env })
    expect(code).toBe(0)
    expect(stderr).toContain('unset OD_LINK_STORE')
    expect(stderr).toContain('A client secret in keychain is not moved.')
    expect(where()).toEqual({ keychain: 1, files: 2, pass: 0 })
    expect((await world.run(['config', 'get', 'client-secret'], { env })).stdout).toContain('set')
    await bothWork()
    expect((await world.run(['store', 'move', '--to', 'keychain'], { env })).code).toBe(0)
  })
})
