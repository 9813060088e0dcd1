import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../../helpers/microsoft/sandbox.ts'
import { loginByHand } from '../../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'
import { kept } from '../../helpers/program/world-files.ts'

const ada = 'ada@contoso.example'
const grace = 'grace@outlook.example'
const otherTenant = '7e2f9a10-1111-4222-8333-944445555666'

/** Two directories know an Ada of the same address: a guest, or a directory that was moved. */
let sandboxes: SandboxProcess[] = []
let world: World
let ids: Record<'work' | 'home' | 'guest', string>

beforeAll(async () => {
  world = newWorld(undefined)
  const users = join(world.dir, 'users.json')
  writeFileSync(
    users,
    JSON.stringify([{ username: ada, name: 'Ada Lovelace', kind: 'work', tenant: otherTenant }]),
  )
  sandboxes = await Promise.all([startSandbox(), startSandbox('--users', users)])
  const [first, second] = sandboxes
  const link = (env: NodeJS.ProcessEnv | undefined, ...flags: string[]) =>
    loginByHand(world, flags, env ? { env } : {})
  await link(first?.env, '--as', 'work')
  await link(first?.env, '--login-hint', grace, '--as', 'home')
  await link(second?.env)
  const { stdout } = await world.run(['status', '--json'])
  const accounts: { name: string | null; id: string }[] = JSON.parse(stdout)
  const idOf = (name: string | null) => accounts.find((account) => account.name === name)?.id ?? ''
  ids = { work: idOf('work'), home: idOf('home'), guest: idOf(null) }
})
afterAll(async () => {
  world?.remove()
  for (const sandbox of sandboxes) await sandbox.stop()
})

/** The id of the account that a command would use. */
async function usedBy(flags: string[] = [], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout } = await world.run(['token', '--json', ...flags], { env })
  const { accessToken } = JSON.parse(stdout)
  const list = JSON.parse((await world.run(['status', '--json'])).stdout)
  for (const { id, graphOrigin } of list) {
    const me = await fetch(`${graphOrigin}/v1.0/me`, { headers: { authorization: `Bearer ${accessToken}` } })
    const { userPrincipalName: name } = (await me.json()) as { userPrincipalName?: string }
    if (name && (id === ids.home) === (name === grace)) return id
  }
  return 'nobody'
}

describe('od-link use', () => {
  it('chooses by short name, address or id the account of all later commands', async () => {
    expect(await usedBy()).toBe(ids.work)
    const byName = await world.run(['use', 'Home'])
    expect(byName).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining(grace) })
    expect(await usedBy()).toBe(ids.home)
    expect(await world.run(['use', ids.guest])).toMatchObject({ code: 0 })
    expect(await usedBy()).toBe(ids.guest)
    const byAddress = await world.run(['use', grace.toUpperCase(), '--json'])
    expect(byAddress).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(byAddress.stdout)).toMatchObject({ id: ids.home, default: true })
    expect(await usedBy()).toBe(ids.home)
  })

  it('is overruled by OD_LINK_ACCOUNT, and that by --account', async () => {
    await world.run(['use', 'home'])
    expect(await usedBy([], { OD_LINK_ACCOUNT: 'work' })).toBe(ids.work)
    expect(await usedBy(['--account', ids.guest], { OD_LINK_ACCOUNT: 'work' })).toBe(ids.guest)
    expect(await usedBy(['-a', 'work'])).toBe(ids.work)
  })

  it('needs to know which account', async () => {
    const before = kept(world)
    const { code, stdout, stderr } = await world.run(['use'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/account[\s\S]*next: \S/)
    expect(kept(world)).toEqual(before)
  })
})

const ways: [string, (name: string) => { args: string[]; env?: NodeJS.ProcessEnv }][] = [
  ['use', (name) => ({ args: ['use', name] })],
  ['--account', (name) => ({ args: ['token', '--account', name] })],
  ['OD_LINK_ACCOUNT', (name) => ({ args: ['mkdir', '/', 'x'], env: { OD_LINK_ACCOUNT: name } })],
  ['logout', (name) => ({ args: ['logout', name] })],
]

describe.each(ways)('an account that is named with %s', (_, way) => {
  it.each([
    ['matches none', 'nobody@contoso.example', /No linked account is called "nobody@contoso\.example"/],
    ['matches two', ada, /More than one linked account is called "ada@contoso\.example"/],
    ['is a part of a name', 'ork', /No linked account is called "ork"/],
    ['is the beginning of two', 'ada@', /No linked account is called "ada@"/],
  ])('but %s: exit 4, with a list of what there is', async (_, name, words) => {
    const before = kept(world)
    const { args, env = {} } = way(name)
    const { code, stdout, stderr } = await world.run(args, { env })
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toMatch(words)
    for (const text of ['work', ada, 'home', grace, ...Object.values(ids)]) expect(stderr).toContain(text)
    expect(stderr).toMatch(/next: \S/)
    expect(kept(world)).toEqual(before)
  })
})

it('the beginning of a name is enough for use, and for no command of a script', async () => {
  expect(await world.run(['use', 'HO'])).toMatchObject({ code: 0, stderr: expect.stringContaining(grace) })
  expect(await usedBy()).toBe(ids.home)
  expect((await world.run(['token', '--account', 'ho'])).code).toBe(4)
})

it('use --rename gives an account another short name, without a sign-in, and chooses nothing', async () => {
  await world.run(['use', 'work'])
  const renamed = await world.run(['use', 'home', '--rename', 'flat'])
  expect(renamed).toMatchObject({ code: 0, stdout: '' })
  expect(renamed.stderr).toBe(
    `The short name of ${grace} is now flat.\nScripts that use home no longer find it.\n`,
  )
  expect(await usedBy()).toBe(ids.work)
  expect(await usedBy(['--account', 'flat'])).toBe(ids.home)
  expect((await world.run(['token', '--account', 'home'])).code).toBe(4)
  const before = kept(world)
  const taken = await world.run(['use', 'flat', '--rename', 'WORK'])
  expect(taken).toMatchObject({ code: 2, stderr: expect.stringContaining('already belongs to') })
  expect(await world.run(['use', 'flat', '--rename', 'a b'])).toMatchObject({ code: 2 })
  expect(kept(world)).toEqual(before)
  const json = await world.run(['use', 'flat', '--rename', 'home', '--json'])
  expect(JSON.parse(json.stdout)).toMatchObject({ account: 'home', username: grace, default: false })
})

it('a command that could mean two accounts asks for one, and a script is not kept waiting', async () => {
  await world.run(['use', 'work'])
  const settings = kept(world)
  await world.run(['logout', 'work'])
  const { code, stdout, stderr } = await world.run(['mkdir', '/', 'x'])
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
  expect(stderr).toMatch(/none is the default[\s\S]*next: od-link use \S/)
  const index = JSON.parse(settings['accounts.json'] ?? '{}')
  expect(index.accounts).toHaveLength(3)
  const hint = /next: od-link (use .*)$/m.exec(stderr)?.[1]?.split(' ') ?? []
  expect(await world.run(hint)).toMatchObject({ code: 0 })
})

it.each([[['use', '']], [['token', '--account', '']], [['mkdir', '--account=', '/', 'x']], [['logout', '']]])(
  'an empty name in %j, as of a variable that is not set, is a mistake and touches no account',
  async (args) => {
    const before = kept(world)
    const { code, stdout, stderr } = await world.run(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/account[\s\S]*next: \S/)
    expect(kept(world)).toEqual(before)
  },
)
