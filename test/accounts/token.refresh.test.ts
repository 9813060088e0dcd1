import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { changeRecord, type Linked, recordFile, useLinked } from '../helpers/program/linked.ts'

/** The link's own record, as the file store keeps it. */
const recordOf = (at: Linked) => JSON.parse(readFileSync(recordFile(at.world), 'utf8'))
const renewals = async (at: Linked) => (await at.requests('token')).map(({ status }) => status)
/** As if the link's token had this long to live. */
const tokenEndsIn = (at: Linked, seconds: number) =>
  changeRecord(at.world, { expiresAt: Date.now() + seconds * 1000 })

describe('a token that is about to end', () => {
  const at = useLinked()
  beforeEach(async () => {
    await at.calm()
    await at.forgetRequests()
  })

  it('is used as it is while it has more than five minutes left', async () => {
    tokenEndsIn(at, 330)
    expect((await at.world.run(['mkdir', '/', 'fresh'])).code).toBe(0)
    expect(await renewals(at)).toEqual([])
  })

  it('is renewed before it is used when it has less', async () => {
    tokenEndsIn(at, 280)
    const before = recordOf(at)
    expect((await at.world.run(['mkdir', '/', 'renewed'])).code).toBe(0)
    expect((await at.requests()).map(({ kind, status }) => `${kind} ${status}`)).toEqual([
      'token 200',
      'graph 201',
    ])
    const after = recordOf(at)
    expect(after.accessToken).not.toBe(before.accessToken)
    expect(after.refreshToken).not.toBe(before.refreshToken)
    expect(after.lastRenewedAt).toBeGreaterThan(before.lastRenewedAt)
    expect(after).toMatchObject({ id: before.id, linkedAt: before.linkedAt, scope: before.scope })
  })

  it('is saved before it is used', async () => {
    tokenEndsIn(at, 60)
    const old = recordOf(at).accessToken
    await at.weather('POST /v1.0/', { hang: 'headers' })
    const running = at.world.start(['mkdir', '/', 'saved'])
    while (!(await at.requests('graph')).length) await sleep(30)
    const { accessToken, refreshToken } = recordOf(at)
    running.child.kill('SIGKILL')
    await running.ended
    expect(accessToken).not.toBe(old)
    await at.forgetRequests()
    expect((await at.world.run(['mkdir', '/', 'saved'])).code).toBe(0)
    expect(await renewals(at)).toEqual([])
    expect(recordOf(at)).toMatchObject({ accessToken, refreshToken })
  })

  it('is still used when Microsoft is in trouble and it has some minutes left', async () => {
    for (const effect of [{ status: 503, headers: { 'retry-after': '0.05' } }, { reset: true }]) {
      tokenEndsIn(at, 200)
      const before = readFileSync(recordFile(at.world), 'utf8')
      await at.weather('/oauth2/', effect, 'reset' in effect ? 1 : 99)
      const name = JSON.stringify(Object.keys(effect)[0]).slice(1, -1)
      const { code, stdout } = await at.world.run(['mkdir', '/', name])
      expect({ code, stdout }).toEqual({ code: 0, stdout: `/${name}\n` })
      if ('status' in effect) expect(readFileSync(recordFile(at.world), 'utf8')).toBe(before)
      await at.calm()
    }
  })

  it('is still used when the sign-in service cannot be reached at all', async () => {
    const { tokenEndpoint } = recordOf(at)
    tokenEndsIn(at, 200)
    changeRecord(at.world, { tokenEndpoint: 'http://localhost:9/common/oauth2/v2.0/token' })
    const { code } = await at.world.run(['mkdir', '/', 'unreachable'])
    const ended = await (async () => {
      tokenEndsIn(at, -10)
      return at.world.run(['mkdir', '/', 'ended'])
    })()
    changeRecord(at.world, { tokenEndpoint })
    expect(code).toBe(0)
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 7, stdout: '' })
    expect(ended.stderr).toContain('refuses the connection')
    expect((await at.world.run(['mkdir', '/', 'ended'])).code).toBe(0)
  })

  it('that has ended while Microsoft is in trouble is exit 6, and the link is kept', async () => {
    tokenEndsIn(at, -10)
    const before = readFileSync(recordFile(at.world), 'utf8')
    await at.weather('/oauth2/', { status: 503, headers: { 'retry-after': '0.05' } }, 99)
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', 'trouble'])
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' })
    expect(stderr).toMatch(/^od-link: Microsoft's sign-in service .*HTTP 503/m)
    expect(readFileSync(recordFile(at.world), 'utf8')).toBe(before)
    expect(await at.requests('graph')).toEqual([])
  })

  it('whose renewal was lost on the way is renewed again', async () => {
    tokenEndsIn(at, -10)
    await at.weather('/oauth2/', { lost: true })
    expect((await at.world.run(['mkdir', '/', 'lost'])).code).toBe(0)
    expect(await renewals(at)).toEqual(['lost', 200])
  })

  it('half an answer to a renewal is not believed, and the link is kept', async () => {
    tokenEndsIn(at, -10)
    const before = readFileSync(recordFile(at.world), 'utf8')
    await at.weather('/oauth2/', { truncate: true }, 9)
    const { code, stdout } = await at.world.run(['mkdir', '/', 'truncated'])
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' })
    expect(readFileSync(recordFile(at.world), 'utf8')).toBe(before)
  })
})

describe('what a renewal may answer', () => {
  const at = useLinked()
  const settings = (change: object) => at.sandbox.control('POST', 'settings', change)
  beforeEach(() => at.forgetRequests())

  it('without a new refresh token, the old one stays', async () => {
    const { refreshToken } = recordOf(at)
    await settings({ omitRefreshToken: true })
    for (const name of ['first', 'second']) {
      tokenEndsIn(at, 0)
      expect((await at.world.run(['mkdir', '/', name])).code).toBe(0)
      expect(recordOf(at).refreshToken).toBe(refreshToken)
    }
    await settings({ omitRefreshToken: false })
    expect(await renewals(at)).toEqual([200, 200])
  })

  it.each([
    ['a number', false],
    ['a text', true],
  ])('believes the lifetime whether it is a number or a text: %s', async (_, expiresInAsString) => {
    await settings({ expiresInAsString, accessTtlSeconds: 4321 })
    tokenEndsIn(at, 0)
    const { code, stdout } = await at.world.run(['token', '--json'])
    expect(code).toBe(0)
    const left = Date.parse(JSON.parse(stdout).expiresOn) - Date.now()
    expect(left).toBeGreaterThan(4_321_000 - 20_000)
    expect(left).toBeLessThanOrEqual(4_321_000)
  })

  it('a lifetime shorter than five minutes is a token that is used once', async () => {
    await settings({ accessTtlSeconds: 120 })
    tokenEndsIn(at, 0)
    expect((await at.world.run(['mkdir', '/', 'short', 'shorter'])).code).toBe(0)
    await settings({ accessTtlSeconds: 3600 })
    expect(await at.drive()).toEqual(expect.arrayContaining(['/short', '/shorter']))
  })

  it('a refusal is believed only of the refresh token that is stored now', async () => {
    tokenEndsIn(at, 0)
    const good = readFileSync(recordFile(at.world), 'utf8')
    changeRecord(at.world, { refreshToken: 'another, which is refused' })
    await at.weather('/oauth2/', { delayMs: 700 })
    const running = at.world.start(['mkdir', '/', 'replaced'])
    while (!(await at.requests('token')).length) await sleep(30)
    writeFileSync(recordFile(at.world), good)
    const { code, stdout } = await running.ended
    expect({ code, stdout }).toEqual({ code: 0, stdout: '/replaced\n' })
    expect(await renewals(at)).toEqual([400, 200])
  })

  it('that the link is revoked is exit 4 with advice, and the record stays byte for byte', async () => {
    await at.sandbox.control('POST', 'revoke')
    tokenEndsIn(at, 0)
    const before = readFileSync(recordFile(at.world))
    const { code, stdout, stderr } = await at.world.run(['mkdir', '/', 'revoked'])
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toMatch(/^od-link: .*revoked\.$/m)
    expect(stderr).toContain('next: od-link login')
    expect(stderr).toMatch(/code: AADSTS50173 · request [\da-f-]{36} · \d{4}-/)
    expect(readFileSync(recordFile(at.world)).equals(before)).toBe(true)
    expect(await renewals(at)).toEqual([400])
    expect(await at.requests('authorize')).toEqual([])
    await at.world.login()
    expect((await at.world.run(['mkdir', '/', 'revoked'])).code).toBe(0)
  })
})
