import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hasKeyring, startKeyring } from '../helpers/keychain/keyring.ts'
import { ada, grace, useLinked } from '../helpers/program/linked.ts'
import type { Running } from '../helpers/program/od-link.ts'
import { loginByHand } from '../helpers/program/waiting-login.ts'
import { newWorld } from '../helpers/program/world.ts'
import { filesOf, kept, putBack } from '../helpers/program/world-files.ts'

describe('while a token is being refreshed', () => {
  const at = useLinked()
  let before: Record<string, string>
  let renewing: Running

  /** A refresh with a slow server. */
  beforeEach(async () => {
    before = kept(at.world)
    await at.forgetRequests()
    await at.sandbox.control('POST', 'expire')
    await at.weather('/oauth2/v2.0/token', { delayMs: 1_500 })
    renewing = at.world.start(['mkdir', '-p', '/renewed'])
    while (!(await at.requests('token')).length) await sleep(20)
  })
  afterEach(async () => {
    await at.calm()
    putBack(at.world, before)
  })
  const links = () => Object.keys(kept(at.world)).filter((path) => path.startsWith('links/'))
  const token = async () => (await at.world.run(['token'])).stdout

  it('a login is the link afterwards, and the renewal has done its work', async () => {
    const [login, renewal] = await Promise.all([loginByHand(at.world), renewing.ended])
    expect([login.code, renewal.code], login.stderr + renewal.stderr).toEqual([0, 0])
    const [status] = JSON.parse((await at.world.run(['status', '--json'])).stdout)
    expect(status.linkedAt).toBe(status.lastRenewedAt)
    expect((await at.world.run(['mkdir', '-p', '/after'])).code).toBe(0)
  })

  it('a logout waits for it, and the link stays gone', async () => {
    const [logout, renewal] = await Promise.all([at.world.run(['logout']), renewing.ended])
    expect([logout.code, renewal.code]).toEqual([0, 0])
    expect(links()).toEqual([])
    expect((await at.world.run(['token'])).code).toBe(4)
  })

  it('use does not wait, and the link is the renewed one', async () => {
    const earlier = JSON.parse(Object.values(before).find((text) => text.includes('accessToken')) ?? '{}')
    const { code } = await at.world.run(['use', ada])
    expect(code).toBe(0)
    expect((await renewing.ended).code).toBe(0)
    expect((await token()).trim()).not.toBe(earlier.accessToken)
  })

  it.runIf(hasKeyring())('a move waits for it, and takes the renewed link along', async () => {
    const keyring = await startKeyring()
    const [move, renewal] = await Promise.all([
      at.world.run(['store', 'move', '--to', 'keychain'], { env: keyring.env }),
      renewing.ended,
    ])
    expect([move.code, renewal.code], move.stderr).toEqual([0, 0])
    expect(links()).toEqual([])
    await at.forgetRequests()
    const after = await at.world.run(['mkdir', '-p', '/moved'], { env: keyring.env })
    await keyring.stop()
    expect(after.code).toBe(0)
    expect(await at.requests('token')).toEqual([])
  })
})

describe('two logins at once', () => {
  const at = useLinked()

  it.each([
    ['of one account, leave one link', [ada, ada], [ada]],
    ['of two accounts, leave both', [ada, grace], [ada, grace]],
  ])('%s', async (_, people, linked) => {
    const world = newWorld(at.sandbox)
    const logins = await Promise.all(people.map((who) => loginByHand(world, ['--login-hint', who])))
    expect(logins.map(({ code }) => code)).toEqual([0, 0])
    const { code, stdout } = await world.run(['status', '--check', '--json'])
    expect(code).toBe(0)
    const told: { username: string; works: boolean }[] = JSON.parse(stdout)
    expect(told.map(({ username }) => username).sort()).toEqual(linked)
    expect(told.every(({ works }) => works)).toBe(true)
    expect(Object.keys(filesOf(world.dir)).filter((path) => path.includes('/links/'))).toHaveLength(
      linked.length,
    )
    world.remove()
  })
})

describe('a renewal whose answer is lost after the server has replaced the refresh token', () => {
  const at = useLinked()
  const grace = (seconds: number) => at.sandbox.control('POST', 'settings', { refreshGraceSeconds: seconds })
  beforeEach(async () => {
    await at.sandbox.control('POST', 'expire')
    await at.forgetRequests()
  })
  afterEach(() => at.calm())

  it('is repeated by the same run if the server has a grace period', async () => {
    await grace(60)
    await at.weather('/oauth2/v2.0/token', { lost: true })
    expect((await at.world.run(['mkdir', '-p', '/repeated'])).code).toBe(0)
    expect((await at.requests('token')).map(({ status }) => status)).toEqual(['lost', 200])
  })

  it('is repeated by the next run if the process was killed', async () => {
    await grace(60)
    await at.weather('/oauth2/v2.0/token', { hang: 'body' })
    const running = at.world.start(['mkdir', '-p', '/killed'])
    while (!(await at.requests('token')).some(({ status }) => status === 200)) await sleep(20)
    running.child.kill('SIGKILL')
    await running.ended
    expect((await at.world.run(['mkdir', '-p', '/killed'])).code).toBe(0)
  })

  it('leads to "sign in again" if the server treats it as theft, and the record stays unchanged', async () => {
    await grace(0)
    await at.weather('/oauth2/v2.0/token', { lost: true })
    const before = kept(at.world)
    const { code, stdout, stderr } = await at.world.run(['mkdir', '-p', '/stolen'])
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toContain('next: od-link login')
    const records = (files: Record<string, string>) =>
      Object.entries(files).filter(([path]) => path.startsWith('links/'))
    expect(records(kept(at.world))).toEqual(records(before))
    expect((await loginByHand(at.world)).code).toBe(0)
    expect((await at.world.run(['mkdir', '-p', '/stolen'])).code).toBe(0)
  })
})
