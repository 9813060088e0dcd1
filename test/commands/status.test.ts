import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { kept } from '../helpers/kept.ts'
import type { Seen } from '../helpers/linked.ts'
import { type SandboxProcess, startSandbox } from '../helpers/sandbox.ts'
import { link } from '../helpers/waiting-login.ts'
import { newWorld, type World } from '../helpers/world.ts'

const ada = 'ada@contoso.example'
const grace = 'grace@outlook.example'
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

let sandbox: SandboxProcess
let world: World

const files = () => kept(world)
/** Puts the world back to where two accounts are linked. */
let linked: Record<string, string>
function restore(): void {
  for (const path of Object.keys(files())) rmSync(join(world.dir, 'settings', path))
  for (const [path, text] of Object.entries(linked)) {
    writeFileSync(join(world.dir, 'settings', path), text, { encoding: 'latin1', mode: 0o600 })
  }
}
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
  restore()
  await sandbox.control('DELETE', 'weather')
  await sandbox.control('DELETE', 'log')
})

const json = async (...flags: string[]) => {
  const { code, stdout, stderr } = await world.run(['status', '--json', ...flags])
  return { code, accounts: JSON.parse(stdout), error: stderr ? JSON.parse(stderr).error : undefined }
}

describe('od-link status', () => {
  it('says who is linked, of which kind, since when, and how long the token is good', async () => {
    const { code, stdout, stderr } = await world.run(['status'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [first = '', second = ''] = stdout.split(/^(?=\S)/m)
    expect(first).toMatch(/^work: ada@contoso\.example · work account · default\n/)
    expect(first).toContain('Ada Lovelace')
    expect(first).toMatch(/linked +\d{4}-\d\d-\d\dT[\d:]+Z, renewed \d{4}-/)
    expect(first).toMatch(/token +good until \d{4}-\S+Z \(\d+ min\)/)
    expect(first).toMatch(/if unused +ends on \d{4}-\d\d-\d\d \(90 days after the last renewal\)/)
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
      clientId: sandbox.clientId,
      scope: expect.stringContaining('Files.ReadWrite.All'),
      graphOrigin: sandbox.origin,
      linkedAt: expect.stringMatching(time),
      lastRenewedAt: expect.stringMatching(time),
      expiresOn: expect.stringMatching(time),
      unusedUntil: expect.stringMatching(time),
      signInEverySeconds: null,
      signInBy: null,
      ended: null,
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

  it('asks nobody unless it is told to check', async () => {
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

  it('says that the token has ended, and that the next command renews it', async () => {
    const record = JSON.parse(readFileSync(recordOf(work), 'utf8'))
    writeFileSync(recordOf(work), JSON.stringify({ ...record, expiresAt: Date.now() - 60_000 }))
    const { code, stdout } = await world.run(['status', '--account', 'work'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/token +ended \S+; the next command renews it/)
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
      hint: 'od-link login',
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
    })
    expect(error).toMatchObject({
      kind: 'sign-in',
      code: 'AADSTS70000',
      hint: expect.stringContaining('od-link login'),
    })
    expect(readFileSync(recordOf(personal)).equals(before)).toBe(true)
  })
})

const refuseRenewals = (body: object, rule: object = {}) =>
  sandbox.control('POST', 'weather', { match: '/token', effect: { status: 400, body }, ...rule })
const frequency = (time: string) => ({
  error: 'invalid_grant',
  error_description: `AADSTS70043: The refresh token has expired or is invalid due to sign-in frequency checks by conditional access. The token was issued on 2026-11-01T14:42:14.4711064Z and the maximum allowed lifetime for this request is ${time}.\r\nTrace ID: 39de2a28-2749-4a6e-8aeb-f05d97ad0701`,
  error_codes: [70043],
  suberror: 'token_expired',
})
const rowOf = (stdout: string, what: string) => new RegExp(`^  ${what} +(.*)$`, 'm').exec(stdout)?.[1]

describe('status --check', () => {
  it('renews each link although its token is fresh, and uses the new token', async () => {
    const before = files()
    const log = async () =>
      (await sandbox.control('GET', 'log')).map(({ kind, status }: Seen) => `${kind} ${status}`)
    expect((await json('--check')).code).toBe(0)
    expect(await log()).toEqual(['token 200', 'graph 200', 'token 200', 'graph 200'])
    const changed = Object.entries(files()).filter(([path, text]) => text !== before[path])
    expect(changed.map(([path]) => path.split('/')[0])).toEqual(['links', 'links'])
  })

  it('works when no new refresh token comes back', async () => {
    await sandbox.control('POST', 'settings', { omitRefreshToken: true })
    const { code, accounts } = await json('--check')
    await sandbox.control('POST', 'settings', { omitRefreshToken: false })
    expect(code).toBe(0)
    expect(accounts).toMatchObject([{ works: true }, { works: true }])
  })

  it('ten at once renew the link at most once each, and all see that it works', async () => {
    const checks = Array.from({ length: 10 }, () => json('--check', '--account', 'work'))
    for (const { code, accounts } of await Promise.all(checks)) {
      expect({ code, works: accounts[0].works }).toEqual({ code: 0, works: true })
    }
    const renewals = (await sandbox.control('GET', 'log')).filter(({ kind }: Seen) => kind === 'token')
    expect(renewals.length).toBeLessThanOrEqual(10)
  })

  it('tells a service in trouble from a link that has ended', async () => {
    await sandbox.control('POST', 'weather', {
      match: '/token',
      count: 99,
      effect: { status: 503, headers: { 'retry-after': '0.01' } },
    })
    const { code, stdout, stderr } = await world.run(['status', '--check', '--account', 'work'])
    expect(code).toBe(6)
    expect(rowOf(stdout, 'checked')).toMatch(/^cannot tell now: .*HTTP 503/)
    expect(rowOf(stdout, 'if unused')).toMatch(/^ends on/)
    expect(rowOf(stdout, 'ended')).toBeUndefined()
    expect(stderr).toMatch(/next: Try again/)
    const { accounts } = await json('--check', '--account', 'work')
    expect(accounts[0]).toMatchObject({ works: false, problem: { kind: 'service' }, ended: null })
  })

  it('says of which kind the account is and that it has no OneDrive, though the link lives', async () => {
    await sandbox.control('POST', 'weather', {
      match: 'GET /v1.0/me/drive',
      effect: {
        status: 400,
        body: { error: { code: 'BadRequest', message: 'Tenant does not have a SPO license.' } },
      },
    })
    const { code, stdout, stderr } = await world.run(['status', '--check', '--account', 'work'])
    expect(code).toBe(9)
    expect(stdout).toMatch(/^work: ada@contoso\.example · work account/)
    expect(rowOf(stdout, 'checked')).toMatch(/^no: This account has no OneDrive here: .*SPO license/)
    expect(rowOf(stdout, 'ended')).toBeUndefined()
    expect(stderr).toMatch(/next: od-link login --tenant consumers/)
  })
})

describe('what Microsoft said when it ended a link', () => {
  it('is shown by plain status, with the claim dropped that the next command renews it', async () => {
    const record = JSON.parse(readFileSync(recordOf(work), 'utf8'))
    writeFileSync(recordOf(work), JSON.stringify({ ...record, expiresAt: Date.now() - 60_000 }))
    await refuseRenewals({ error: 'invalid_grant', error_description: 'AADSTS50173: Revoked.' })
    expect((await world.run(['mkdir', '--account', 'work', '/', 'ended'])).code).toBe(4)
    const { code, stdout, stderr } = await world.run(['status'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(rowOf(stdout, 'ended')).toMatch(
      /^\d{4}-\S+Z: The password was changed or the sign-in was revoked\.$/,
    )
    expect(rowOf(stdout, 'token')).toMatch(/^ended \S+Z$/)
    expect(stdout.match(/if unused/g)).toHaveLength(1)
    // Microsoft may change its mind: nothing but another refusal is believed for ever.
    expect((await world.run(['mkdir', '--account', 'work', '/', 'ended'])).code).toBe(0)
    const { accounts } = await json('--account', 'work')
    expect(accounts[0]).toMatchObject({ ended: null, unusedUntil: expect.stringMatching(time) })
  })

  it('of the sign-in frequency (AADSTS70043) outlives the next login', async () => {
    await refuseRenewals(frequency('604800'))
    const refused = await json('--check', '--account', 'work')
    expect(refused.accounts[0]).toMatchObject({ signInEverySeconds: 604_800, signInBy: null })
    await link(world)
    const { accounts } = await json('--account', 'work')
    const { signInBy, unusedUntil, linkedAt, ended } = accounts[0]
    expect({ ended, unusedUntil }).toEqual({ ended: null, unusedUntil: signInBy })
    expect(Date.parse(signInBy) - Date.parse(linkedAt)).toBe(604_800_000)
    const { stdout } = await world.run(['status', '--account', 'work'])
    expect(rowOf(stdout, 'sign in')).toBe(`every 7 days (the organisation's rule), next by ${signInBy}`)
    expect(rowOf(stdout, 'if unused')).toBeUndefined()
  })

  it('holds no more once a link was renewed beyond it', async () => {
    await refuseRenewals(frequency('3600'))
    await json('--check', '--account', 'work')
    const record = JSON.parse(readFileSync(recordOf(work), 'utf8'))
    const dayAgo = {
      linkedAt: record.linkedAt - 86_400_000,
      lastRenewedAt: record.lastRenewedAt - 86_400_000,
    }
    writeFileSync(recordOf(work), JSON.stringify({ ...record, ...dayAgo }))
    const due = (await world.run(['status', '--account', 'work'])).stdout
    expect(rowOf(due, 'sign in')).toMatch(/^every 1 hour \(the organisation's rule\), due since \d{4}-/)
    expect((await json('--check', '--account', 'work')).accounts[0]).toMatchObject({
      works: true,
      signInEverySeconds: null,
    })
  })

  it.each([
    [frequency('7.00:00:00'), 'sign in', /^every 7 days \(the organisation's rule\), next by/],
    [frequency('{time}'), 'if unused', /\(90 days after the last renewal\)/],
    [frequency('-5'), 'if unused', /\(90 days after the last renewal\)/],
    [frequency('0'), 'if unused', /\(90 days after the last renewal\)/],
    [frequency('9'.repeat(40)), 'if unused', /\(90 days after the last renewal\)/],
    [{ ...frequency('5'), error_description: { no: 'text' } }, 'if unused', /\(90 days after/],
    [
      {
        error: 'invalid_grant',
        error_description:
          'AADSTS700082: The refresh token has expired due to inactivity. The token was issued on 2026-04-13T16:27:38.9140000Z and was inactive for 14.00:00:00.',
      },
      'if unused',
      /\(14 days after the last renewal\)/,
    ],
    [
      {
        error: 'invalid_grant',
        error_description:
          'AADSTS700084: The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00, which cannot be extended.',
      },
      'sign in',
      /^every 1 day \(Microsoft's rule for single-page applications\), next by/,
    ],
  ])('is read tolerantly: %o', async (body, row, words) => {
    await refuseRenewals(body)
    await json('--check', '--account', 'work')
    await link(world)
    const { code, stdout } = await world.run(['status', '--account', 'work'])
    expect(code).toBe(0)
    expect(rowOf(stdout, row)).toMatch(words)
  })

  it('says of a link that was unused for too long that it should have ended, and how to know', async () => {
    const record = JSON.parse(readFileSync(recordOf(work), 'utf8'))
    const longAgo = Date.now() - 91 * 86_400_000
    writeFileSync(recordOf(work), JSON.stringify({ ...record, linkedAt: longAgo, lastRenewedAt: longAgo }))
    const { code, stdout } = await world.run(['status', '--account', 'work'])
    expect(code).toBe(0)
    expect(rowOf(stdout, 'unused')).toMatch(/^should have ended on \d{4}-\S+ \(90 days .*status --check$/)
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
  const { code, accounts, error } = await json('--check', '--account', 'work')
  expect({ code, kind: error.kind }).toEqual({ code: 7, kind: 'network' })
  expect(accounts).toMatchObject([{ username: ada, works: false }])
})
