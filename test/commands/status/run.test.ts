import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../../helpers/microsoft/sandbox.ts'
import { link } from '../../helpers/program/waiting-login.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'
import { kept, putBack } from '../../helpers/program/world-files.ts'
import { atTerminal } from '../../helpers/terminal/at-terminal.ts'
import { hasTerminal } from '../../helpers/terminal/terminal.ts'

const ada = 'ada@contoso.example'
const grace = 'grace@outlook.example'
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

let sandbox: SandboxProcess
let world: World

const files = () => kept(world)
/** Where two accounts are linked. */
let linked: Record<string, string>
const recordOf = (tenantId: string) =>
  join(world.dir, 'settings', Object.keys(linked).find((path) => path.includes(`links/${tenantId}`)) ?? '')
const work = '5d1f0a3c-7be2-4c86-9d0e-2f6a41c7b893'
const personal = '9188040d-6c67-4c5b-b112-36a304b66dad'

beforeAll(async () => {
  sandbox = await startSandbox()
  world = newWorld(sandbox)
  await link(world, '--as', 'work')
  await link(world, '--login-hint', grace)
  linked = files()
})
afterAll(async () => {
  world?.remove()
  await sandbox?.stop()
})
beforeEach(async () => {
  putBack(world, linked)
  await sandbox.control('DELETE', 'weather')
  await sandbox.control('DELETE', 'log')
})

const json = async (...flags: string[]) => {
  const { code, stdout, stderr } = await world.run(['status', '--json', ...flags])
  return { code, accounts: JSON.parse(stdout), error: stderr ? JSON.parse(stderr).error : undefined }
}

describe('od-link status', () => {
  it('says with 2 that the settings directory cannot be seen, and where to choose another', async () => {
    const loop = join(world.dir, 'loop')
    symlinkSync(loop, loop)
    const { code, stdout, stderr } = await world.run(['status'], { env: { OD_LINK_CONFIG_DIR: loop } })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/settings directory \S+loop cannot be read \(ELOOP\)\.[\s\S]*OD_LINK_CONFIG_DIR=/)
  })

  it('says who is linked, of which kind, since when, and how long the token is good', async () => {
    const { code, stdout, stderr } = await world.run(['status'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [first = '', second = ''] = stdout.split(/^(?=\S)/m)
    expect(first).toMatch(/^work: ada@contoso\.example · work account · default\n/)
    expect(first).toContain('Ada Lovelace')
    expect(first).toMatch(/linked +\d{4}-\d\d-\d\d \d\d:\d\d, renewed \d{4}-/)
    expect(first).toMatch(/token +valid until \d{4}-\S+ \d\d:\d\d \(\d+ (hour|minute).* left\)/)
    expect(first).toMatch(/if unused +expires on \d{4}-\d\d-\d\d \(90 days after the last renewal\)/)
    expect(first).toContain(`app         ${sandbox.clientId} (tenant common)\n`)
    expect(first).toMatch(
      /scopes +User\.Read Files\.ReadWrite\.All\n {2}graph +http\S+\n {2}store +file\n\n$/,
    )
    expect(second).toMatch(/^grace@outlook\.example · personal account\n/)
  })

  it('tells programs the same in one array, without a secret', async () => {
    const { code, stdout, stderr } = await world.run(['status', '--json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.trimEnd()).not.toContain('\n')
    const [first, second] = JSON.parse(stdout)
    expect(first).toEqual({
      account: 'work',
      id: `${first.tenantId}.${first.objectId}`,
      name: 'work',
      username: ada,
      displayName: 'Ada Lovelace',
      kind: 'work',
      tenantId: work,
      objectId: expect.stringMatching(/^[\da-f-]{36}$/),
      default: true,
      store: 'file',
      clientId: sandbox.clientId,
      tenant: 'common',
      scope: expect.stringContaining('Files.ReadWrite.All'),
      graphOrigin: sandbox.origin,
      linkedAt: expect.stringMatching(time),
      lastRenewedAt: expect.stringMatching(time),
      expiresOn: expect.stringMatching(time),
      unusedUntil: expect.stringMatching(time),
      signInEverySeconds: null,
      signInBy: null,
      ended: null,
      drives: [],
      checked: false,
    })
    expect(second).toMatchObject({
      account: grace,
      name: null,
      kind: 'personal',
      tenantId: personal,
      default: false,
    })
    for (const secret of await sandbox.control('GET', 'secrets')) expect(stdout).not.toContain(secret)
  })

  it('sends nothing without --check', async () => {
    await world.run(['status'])
    expect(await sandbox.control('GET', 'log')).toEqual([])
    const { code, accounts } = await json('--check')
    expect(code).toBe(0)
    expect(accounts).toMatchObject([
      { checked: true, works: true, driveType: 'business' },
      { checked: true, works: true, driveType: 'personal' },
    ])
    expect((await world.run(['status', '--check'])).stdout).toMatch(/checked +works, business drive/)
  })

  it('says that the token has expired, and that the next command renews it', async () => {
    const record = JSON.parse(readFileSync(recordOf(work), 'utf8'))
    writeFileSync(recordOf(work), JSON.stringify({ ...record, expiresAt: Date.now() - 60_000 }))
    const { code, stdout } = await world.run(['status', '--account', 'work'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/token +expired \S+ \S+; the next command renews it/)
  })

  it('shows one account when it is named', async () => {
    const { code, accounts } = await json('--account', grace.toUpperCase())
    expect({ code, usernames: accounts.map(({ username }: { username: string }) => username) }).toEqual({
      code: 0,
      usernames: [grace],
    })
    const unknown = await world.run(['status', '--account', 'nobody'])
    expect(unknown).toMatchObject({ code: 4, stdout: '' })
    for (const text of ['"nobody"', 'work', ada, grace]) expect(unknown.stderr).toContain(text)
  })
})

describe('status exits with 4', () => {
  it('when nothing is linked', async () => {
    const empty = newWorld(sandbox)
    const words = await empty.run(['status'])
    // Without an app registration, a login would only ask for one.
    for (const args of [['status'], ['mkdir', '/x'], ['token'], ['api', '/me'], ['use', 'x']])
      expect(await empty.run(args, { env: { OD_LINK_CLIENT_ID: '' } })).toMatchObject({
        code: 4,
        stderr: 'od-link: No OneDrive is linked.\n  next: od-link setup\n',
      })
    const program = await empty.run(['status', '--json'])
    empty.remove()
    expect(words).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringMatching(/No OneDrive[\s\S]*next: od-link login/),
    })
    expect(program).toMatchObject({ code: 4, stdout: '[]\n' })
    expect(JSON.parse(program.stderr).error).toMatchObject({
      kind: 'sign-in',
      exitCode: 4,
      hint: 'od-link login',
    })
    expect(await sandbox.control('GET', 'log')).toEqual([])
  })

  it('when a link has lost its tokens, and still shows the others', async () => {
    rmSync(recordOf(work))
    const { code, accounts, error } = await json()
    expect(code).toBe(4)
    expect(accounts).toMatchObject([{ username: grace }])
    expect(error).toMatchObject({
      kind: 'sign-in',
      message: expect.stringContaining(ada),
      hint: 'od-link login --account work',
    })
    const words = await world.run(['status'])
    expect(words).toMatchObject({ code: 4, stdout: expect.stringMatching(/^grace@/) })
  })

  it('when a check finds that Microsoft has ended a link, whose record stays as it is', async () => {
    const before = readFileSync(recordOf(personal))
    const refusal = { error: 'invalid_grant', error_description: 'AADSTS70000: Over.', error_codes: [70000] }
    await sandbox.control('POST', 'weather', {
      match: '/token',
      skip: 1,
      effect: { status: 400, body: refusal },
    })
    const { code, accounts, error } = await json('--check')
    expect(code).toBe(4)
    expect(accounts).toMatchObject([
      { username: ada, works: true, problem: null, ended: null },
      { username: grace, works: false, problem: { kind: 'sign-in', code: 'AADSTS70000' }, unusedUntil: null },
    ])
    expect(accounts[1].ended).toEqual({
      at: expect.stringMatching(time),
      code: 'AADSTS70000',
      reason: error.message,
      hint: `od-link login --account ${grace}`,
    })
    expect(error).toMatchObject({
      kind: 'sign-in',
      code: 'AADSTS70000',
      hint: expect.stringContaining('od-link login'),
    })
    expect(readFileSync(recordOf(personal)).equals(before)).toBe(true)
    if (!hasTerminal()) return
    // An ID, like a command, is never broken.
    const { shown } = await atTerminal(world, ['status'], [])
    const tooLong = shown.split('\n').filter((line) => line.length > 80 && !/^ {2}(id|next) /.test(line))
    expect(tooLong).toEqual([])
    expect(shown).toContain(`\n  next        od-link login --account ${grace}\n`)
  })
})

describe('status tells a link that cannot be read', () => {
  it.each([
    ['is damaged', () => '{"version":1,"id":'],
    ['was written by another version', (text: string) => text.replace('"version":1', '"version":2')],
    ['lacks a part', (text: string) => text.replace('"refreshToken"', '"another"')],
    ['is empty', () => ''],
    ['is that of another account', (text: string) => text.replaceAll(work, personal)],
  ])('because it %s, shows the way out, and deletes nothing', async (_, change) => {
    writeFileSync(recordOf(work), change(readFileSync(recordOf(work), 'utf8')))
    const before = files()
    const { code, accounts, error } = await json()
    expect(code).toBe(5)
    expect(accounts).toMatchObject([{ username: grace }])
    expect(error).toMatchObject({
      kind: 'keychain',
      message: expect.stringContaining('cannot be read'),
      hint: expect.stringMatching(/od-link login[\s\S]*od-link logout/),
    })
    expect(files()).toEqual(before)
  })
})

it('status --check says that Microsoft cannot be reached, with 7', async () => {
  const record = JSON.parse(readFileSync(recordOf(work), 'utf8'))
  writeFileSync(recordOf(work), JSON.stringify({ ...record, graphOrigin: 'http://localhost:9' }))
  const env = { OD_LINK_GRAPH_HOST: '' }
  const { code, stdout, stderr } = await world.run(['status', '--json', '--check', '--account', 'work'], {
    env,
  })
  const [accounts, { error }] = [JSON.parse(stdout), JSON.parse(stderr)]
  expect({ code, kind: error.kind }).toEqual({ code: 7, kind: 'network' })
  expect(accounts).toMatchObject([{ username: ada, works: false }])
})
