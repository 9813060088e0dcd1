import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Sandbox, startSandbox } from '../../sandbox/index.ts'
import { findAuthority } from '../../src/identity/authority.ts'
import { type DeviceCode, pollDeviceCode, startDeviceCode } from '../../src/identity/device-code.ts'
import { type Answer, closedPort, startServer, type TestServer } from '../helpers/network/server.ts'
import { control } from '../helpers/sandbox/client.ts'

let server: TestServer | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
})

/** A sign-in service that gives these answers in turn, and the last one for ever. */
async function at(...answers: (Answer | object)[]) {
  let count = 0
  const whole = answers.map((one) => ('status' in one ? one : { status: 400, body: one }) as Answer)
  server = await startServer(() => whole[Math.min(count++, whole.length - 1)] as Answer)
  return aboutAt(server.origin)
}
const aboutAt = (origin: string) => ({
  authority: {
    authorizationEndpoint: '',
    tokenEndpoint: `${origin}/common/oauth2/v2.0/token`,
    deviceCodeEndpoint: `${origin}/common/oauth2/v2.0/devicecode`,
    jwksUri: '',
    issuer: 'https://login.example/{tenantid}/v2.0',
  },
  registration: { clientId: 'an-id', tenant: 'common' } as {
    clientId: string
    tenant: string
    clientSecret?: string
  },
  context: { loginOrigin: origin, tenant: 'common', clientId: 'an-id', scope: 'openid User.Read' },
})

describe('a device code', () => {
  const answer = {
    device_code: 'a-device-code',
    user_code: 'ABCD1234',
    verification_uri: 'https://login.example/device',
    expires_in: 900,
    interval: 7,
  }
  const start = async (change: object = {}) =>
    startDeviceCode(await at({ status: 200, body: { ...answer, ...change } }))
  const lasts = ({ expiresAt }: DeviceCode) => Math.round((expiresAt - Date.now()) / 1_000)

  it('is asked for with the scopes, and has a page and a code for the person', async () => {
    const code = await start()
    expect(code).toEqual({
      verificationUri: 'https://login.example/device',
      userCode: 'ABCD1234',
      deviceCode: 'a-device-code',
      expiresAt: expect.any(Number),
      intervalMs: 7_000,
    })
    expect(lasts(code)).toBe(900)
    expect(Object.fromEntries(new URLSearchParams(server?.seen[0]?.body))).toEqual({
      client_id: 'an-id',
      scope: 'openid User.Read',
    })
    expect(server?.seen[0]?.url).toBe('/common/oauth2/v2.0/devicecode')
  })

  it.each([
    ['no interval is polled for every 5 s', { interval: undefined }, 5_000],
    ['an interval of 0 is polled for every 5 s', { interval: 0 }, 5_000],
    ['a negative interval is polled for every 5 s', { interval: -3 }, 5_000],
    ['an interval in words is polled for every 5 s', { interval: 'often' }, 5_000],
    ['an interval as a text is that', { interval: '9' }, 9_000],
    ['an interval below a second is polled for every second', { interval: 0.1 }, 1_000],
  ])('with %s', async (_, change, intervalMs) => {
    expect((await start(change)).intervalMs).toBe(intervalMs)
  })

  it('lasts as long as a text says, and an hour at most', async () => {
    expect(lasts(await start({ expires_in: '600' }))).toBe(600)
    await server?.stop()
    expect(lasts(await start({ expires_in: 999_999 }))).toBe(3_600)
  })

  it.each([
    [{ verification_uri: undefined, verification_url: 'https://older.example/d' }, 'https://older.example/d'],
    [{ verification_url: 'https://older.example/d' }, 'https://login.example/device'],
    [{ verification_uri: 'http://localhost:5000/d' }, 'http://localhost:5000/d'],
  ])('is typed into the page that the server names: %j', async (change, page) => {
    expect((await start(change)).verificationUri).toBe(page)
  })

  it.each([
    ...['http://login.example/device', 'file:///etc/passwd', 'javascript:alert(1)', 'no address'],
    ...['https://microsoft.com@evil.example/', 'https://:microsoft.com@evil.example/', 'ftp://localhost/'],
    `https://login.example/${'x'.repeat(2_000)}`,
  ])('is not typed into %.50s', async (verification_uri) => {
    await expect(start({ verification_uri })).rejects.toMatchObject({
      kind: 'service',
      message:
        'The response of the sign-in service cannot be trusted: the URL for the code is neither https nor on this machine.',
    })
  })

  it.each([
    ['only of what a terminal would hide', '\u001b\u202e'],
    ['too long', 'x'.repeat(65)],
  ])('is none when it is %s', async (_, user_code) => {
    await expect(start({ user_code })).rejects.toMatchObject({
      kind: 'service',
      message: 'The response of the sign-in service cannot be trusted: nobody could type the code.',
    })
  })

  it('may have 64 characters', async () => {
    expect((await start({ user_code: 'x'.repeat(64) })).userCode).toHaveLength(64)
  })

  it.each([{ user_code: undefined }, { device_code: undefined }, { expires_in: 'soon' }])(
    'is not believed with %j',
    async (change) => {
      await expect(start(change)).rejects.toMatchObject({ kind: 'service' })
    },
  )

  it('may be refused, with advice', async () => {
    const about = await at({
      error: 'invalid_client',
      error_description: 'AADSTS7000218: The body must contain it.',
    })
    await expect(startDeviceCode(about)).rejects.toMatchObject({ kind: 'sign-in', code: 'AADSTS7000218' })
  })

  it('may be refused, without the secret that was sent', async () => {
    const about = await at({ error: 'invalid_client', error_description: 'No hush.' })
    about.registration.clientSecret = 'hush'
    await expect(startDeviceCode(about)).rejects.toMatchObject({ message: 'Microsoft answered: No ….' })
  })

  it('is asked for again while the service is in trouble, with the secret of the app', async () => {
    const about = await at({ status: 503, headers: { 'retry-after': '0.01' } }, { status: 200, body: answer })
    about.registration.clientSecret = 'hush'
    expect((await startDeviceCode(about)).userCode).toBe('ABCD1234')
    expect(new URLSearchParams(server?.seen[1]?.body).get('client_secret')).toBe('hush')
  })
})

describe('waiting for the person', () => {
  const code = (change: Partial<DeviceCode> = {}): DeviceCode => ({
    verificationUri: '',
    userCode: '',
    deviceCode: 'a-device-code',
    expiresAt: Date.now() + 60_000,
    intervalMs: 20,
    ...change,
  })
  const pending = { error: 'authorization_pending' }
  const soon = (ms = 60_000) => Date.now() + ms
  const polls = () => server?.seen.length ?? 0

  it('goes on until the code has ended, by whatever name', async () => {
    for (const error of ['expired_token', 'code_expired', 'bad_verification_code']) {
      const about = await at(pending, pending, { error })
      expect(await pollDeviceCode(about, code(), soon())).toBeUndefined()
      expect(polls()).toBe(3)
      await server?.stop()
    }
    server = undefined
  })

  it('asks for the token of that code', async () => {
    const about = await at({ error: 'expired_token' })
    await pollDeviceCode(about, code(), soon())
    expect(Object.fromEntries(new URLSearchParams(server?.seen[0]?.body))).toEqual({
      client_id: 'an-id',
      device_code: 'a-device-code',
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    })
  })

  it('never asks more often than it was told', async () => {
    const about = await at(pending)
    const started = Date.now()
    expect(await pollDeviceCode(about, code({ intervalMs: 100 }), soon(450))).toBeUndefined()
    expect(Date.now() - started).toBeGreaterThanOrEqual(450)
    expect(polls()).toBeGreaterThan(0)
    expect(polls()).toBeLessThanOrEqual(4)
  })

  it('ends at the deadline, or with the code, before another question', async () => {
    const about = await at(pending)
    const started = Date.now()
    expect(await pollDeviceCode(about, code({ intervalMs: 5_000 }), soon(60))).toBeUndefined()
    expect(
      await pollDeviceCode(about, code({ intervalMs: 5_000, expiresAt: soon(60) }), soon()),
    ).toBeUndefined()
    expect(Date.now() - started).toBeLessThan(3_000)
    expect(polls()).toBe(0)
  })

  it.each([
    ['the service is in trouble', { status: 503 }],
    ['the service says so of itself', { error: 'temporarily_unavailable' }],
  ])('is slower after %s, and says so at the end', async (_, answer) => {
    const about = await at(answer, { error: 'access_denied' })
    await expect(pollDeviceCode(about, code(), soon(400))).rejects.toMatchObject({ kind: 'service' })
    expect(polls()).toBe(1)
  })

  it.each([
    ['of the service', { status: 503 }, undefined],
    ['of the network', undefined, 'nowhere'],
  ])('goes on after trouble %s, however it ends', async (_, answer, elsewhere) => {
    const about = await at(...(answer ? [answer] : []), { error: 'expired_token' })
    const { tokenEndpoint } = about.authority
    if (elsewhere) about.authority.tokenEndpoint = `http://localhost:${await closedPort()}`
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      let settled = false
      const outcome = pollDeviceCode(about, code(), soon()).finally(() => {
        settled = true
      })
      outcome.catch(() => {})
      await sleep(30)
      vi.setSystemTime(Date.now() + 20)
      await sleep(200)
      expect(settled).toBe(false)
      about.authority.tokenEndpoint = tokenEndpoint
      vi.setSystemTime(Date.now() + 5_020)
      expect(await outcome).toBeUndefined()
      expect(polls()).toBe(elsewhere ? 1 : 2)
    } finally {
      vi.useRealTimers()
    }
  })

  it('is slower after it is asked to slow down', async () => {
    const about = await at({ error: 'slow_down' }, { error: 'access_denied' })
    expect(await pollDeviceCode(about, code(), soon(400))).toBeUndefined()
    expect(polls()).toBe(1)
  })

  it('is slower while there is no network, and says so at the end', async () => {
    const about = aboutAt(`http://localhost:${await closedPort()}`)
    await expect(pollDeviceCode(about, code(), soon(200))).rejects.toMatchObject({ kind: 'network' })
  })

  it.each(['authorization_declined', 'access_denied'])('ends when the person declines: %s', async (error) => {
    await expect(pollDeviceCode(await at({ error }), code(), soon())).rejects.toMatchObject({
      kind: 'sign-in',
      code: error,
      message: 'The sign-in was declined in the browser, so nothing was linked.',
      hint: 'If that was a mistake: od-link login --device',
    })
  })

  it('ends with a refusal, which does not show what was sent', async () => {
    const about = await at({ error: 'invalid_grant', error_description: 'No a-device-code, no hush.' })
    about.registration.clientSecret = 'hush'
    await expect(pollDeviceCode(about, code(), soon())).rejects.toMatchObject({
      kind: 'sign-in',
      message: 'Microsoft answered: No …, no ….',
    })
  })
})

describe('a person who types the code', () => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await startSandbox()
  })
  afterAll(() => sandbox?.close())

  it('is linked', async () => {
    const { clientId, origin } = sandbox
    const authority = await findAuthority(origin, 'common', clientId)
    const scope = 'openid profile offline_access User.Read'
    const context = { loginOrigin: origin, tenant: 'common', clientId, scope }
    const about = { authority, registration: { clientId, tenant: 'common' }, context }
    const code = await startDeviceCode(about)
    await control(sandbox, 'POST', 'device', { user_code: code.userCode, username: 'grace@outlook.example' })
    const made = await pollDeviceCode(about, { ...code, intervalMs: 10 }, Date.now() + 10_000)
    expect(made).toMatchObject({ username: 'grace@outlook.example', kind: 'personal', scope })
  })
})
