import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
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
  world = newWorld(sandbox)
  await link(world)
  await link(world, '--login-hint', grace, '--as', 'home')
})
afterAll(async () => {
  world?.remove()
  await sandbox?.stop()
})
beforeEach(async () => {
  await sandbox.control('DELETE', 'weather')
  await sandbox.control('POST', 'settings', { accessTtlSeconds: 3600 })
  await sandbox.control('DELETE', 'log')
})

async function whoseIs(token: string): Promise<string> {
  const answer = await fetch(`${sandbox.origin}/v1.0/me`, { headers: { authorization: `Bearer ${token}` } })
  const body = (await answer.json()) as { userPrincipalName?: string }
  return body.userPrincipalName ?? `nobody's (${answer.status})`
}

const refreshes = async () =>
  ((await sandbox.control('GET', 'log')) as { grant?: string }[]).filter(
    ({ grant }) => grant === 'refresh_token',
  ).length

describe('od-link token', () => {
  it('prints only a token that Graph accepts, without requesting another', async () => {
    const { code, stdout, stderr } = await world.run(['token'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^\S+\n$/)
    expect(await sandbox.control('GET', 'log')).toEqual([])
    expect(await whoseIs(stdout.trim())).toBe(ada)
  })

  it('tells programs when it ends and whose it is', async () => {
    const { code, stdout, stderr } = await world.run(['token', '--json', '--account', 'home'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const told = JSON.parse(stdout)
    expect(told).toEqual({
      accessToken: expect.any(String),
      expiresOn: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      account: 'home',
    })
    expect(await whoseIs(told.accessToken)).toBe(grace)
    const left = Date.parse(told.expiresOn) - Date.now()
    expect(left).toBeGreaterThan(50 * 60_000)
    expect(left).toBeLessThanOrEqual(60 * 60_000)
  })

  it.each([
    ['a number', false],
    ['a text', true],
  ])(
    'renews a token that is about to end, and believes an end that comes as %s',
    async (_, expiresInAsString) => {
      await sandbox.control('POST', 'settings', { accessTtlSeconds: 120, expiresInAsString })
      await link(world)
      const old = JSON.parse((await world.run(['token', '--json'])).stdout)
      await sandbox.control('POST', 'settings', { accessTtlSeconds: 1800 })
      await sandbox.control('DELETE', 'log')
      const renewed = JSON.parse((await world.run(['token', '--json'])).stdout)
      await sandbox.control('POST', 'settings', { expiresInAsString: false })
      expect(renewed.accessToken).not.toBe(old.accessToken)
      expect(Date.parse(renewed.expiresOn) - Date.now()).toBeLessThanOrEqual(1800_000)
      expect(Date.parse(renewed.expiresOn) - Date.now()).toBeGreaterThan(1700_000)
      expect((await world.run(['token'])).stdout).toBe(`${renewed.accessToken}\n`)
      expect(await refreshes()).toBe(1)
    },
  )

  it('keeps the old refresh token when none comes with the new token', async () => {
    await sandbox.control('POST', 'settings', { accessTtlSeconds: 60, omitRefreshToken: true })
    await link(world)
    const tokens = [await world.run(['token']), await world.run(['token'])]
    await sandbox.control('POST', 'settings', { omitRefreshToken: false })
    for (const { code } of tokens) expect(code).toBe(0)
    expect(tokens[0]?.stdout).not.toBe(tokens[1]?.stdout)
    expect(await refreshes()).toBe(2)
  })

  it('says how to go on when Microsoft ends the link, and the link stays', async () => {
    await sandbox.control('POST', 'settings', { accessTtlSeconds: 60 })
    await link(world)
    await sandbox.control('POST', 'revoke', { username: ada })
    const records = () => Object.entries(kept(world)).filter(([path]) => path.startsWith('links'))
    const before = records()
    const { code, stdout, stderr } = await world.run(['token'])
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toMatch(/next: od-link login/)
    expect(stderr).toContain('AADSTS50173')
    expect(records()).toEqual(before)
    expect(await refreshes()).toBe(1)
    await link(world)
    expect((await world.run(['token'])).code).toBe(0)
  })

  it('fails in a blink without an account, and asks nobody', async () => {
    const empty = newWorld(sandbox, undefined, {
      OD_LINK_STORE: 'keychain',
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/x',
    })
    const { code, stdout, stderr, milliseconds } = await empty.run(['token'])
    empty.remove()
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toMatch(/next: od-link login/)
    // A call to a keychain that is not there would take three seconds.
    expect(milliseconds).toBeLessThan(2500)
    expect(await sandbox.control('GET', 'log')).toEqual([])
  })
})
