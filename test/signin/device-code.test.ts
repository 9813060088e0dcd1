import { describe, expect, it } from 'vitest'
import type { SignInEvent } from '../../src/signin/attempt.ts'
import { signInByDeviceCode } from '../../src/signin/device-code.ts'
import { methods } from '../../src/signin/methods.ts'
import { useAttempts } from '../helpers/microsoft/attempts.ts'
import { startServer } from '../helpers/network/server.ts'
import { useOwnSettings } from '../helpers/program/own-settings.ts'
import { control } from '../helpers/sandbox/client.ts'

useOwnSettings()
const attempts = useAttempts()
const { attempt } = attempts

describe('a sign-in', () => {
  it('by a code is told with its page, and kept when the person is done', async () => {
    await control(attempts.sandbox, 'POST', 'settings', { deviceIntervalSeconds: 1 })
    const account = methods['device-code'].signIn(await attempt({ timeoutSeconds: undefined }))
    await expect.poll(() => attempts.events[0]).toMatchObject({ event: 'device' })
    const { address, code, expiresAt } = attempts.events[0] as Extract<SignInEvent, { event: 'device' }>
    expect(address).toBe(`${attempts.sandbox.origin}/devicelogin`)
    expect(Math.round((expiresAt - Date.now()) / 60_000)).toBe(15)
    await control(attempts.sandbox, 'POST', 'device', { user_code: code, username: 'grace@outlook.example' })
    expect((await account).username).toBe('grace@outlook.example')
    for (const { event } of attempts.events.slice(1)) expect(event).toBe('countdown')
  })

  it('by a code that nobody uses ends in time', async () => {
    const late = signInByDeviceCode(await attempt({ timeoutSeconds: 1.2 }))
    await expect(late).rejects.toMatchObject({
      kind: 'sign-in',
      message: 'Nobody entered the code in time.',
      hint: expect.stringMatching(
        /^To get a new one: od-link login --device\nIf the page said .* expired, your organisation .* personal accounts\)\.\nSign in with a browser instead: od-link login$/,
      ),
    })
    expect(attempts.events.filter(({ event }) => event === 'countdown')).toEqual([
      { event: 'countdown', seconds: 0 },
    ])
  })

  it('by a code that expires counts down to that', async () => {
    const code = { device_code: 'a', user_code: 'ABCD1234', verification_uri: 'https://login.example/device' }
    const server = await startServer(({ url }) =>
      url === '/devicecode'
        ? { status: 200, body: { ...code, expires_in: 10, interval: 1.2 } }
        : { status: 400, body: { error: 'expired_token' } },
    )
    await expect(signInByDeviceCode(await byCodeAt(server.origin))).rejects.toMatchObject({
      kind: 'sign-in',
      message: 'The code has expired before anyone entered it.',
      hint: expect.stringMatching(/^To get a new one: od-link login --device\n/),
    })
    expect(attempts.events.slice(1)).toEqual([{ event: 'countdown', seconds: 9 }])
    await server.stop()
  })

  it('by a code may be refused when the person is done, too', async () => {
    const code = { device_code: 'a', user_code: 'ABCD1234', verification_uri: 'https://login.example/device' }
    const refusal = { error: 'invalid_grant', error_description: 'AADSTS53003: No.' }
    const server = await startServer(({ url }) =>
      url === '/devicecode'
        ? { status: 200, body: { ...code, expires_in: 10, interval: 1 } }
        : { status: 400, body: refusal },
    )
    await expect(signInByDeviceCode(await byCodeAt(server.origin))).rejects.toMatchObject({
      code: 'AADSTS53003',
      message: 'The organisation does not allow signing in with a device code.',
    })
    await server.stop()
  })

  const byCodeAt = async (origin: string) => {
    const whole = await attempt({ timeoutSeconds: undefined })
    const authority = {
      ...whole.authority,
      deviceCodeEndpoint: `${origin}/devicecode`,
      tokenEndpoint: `${origin}/token`,
    }
    return { ...whole, authority }
  }

  it.each([
    [
      '53003',
      /^The organisation does not allow signing in with a device code\.$/,
      /^Sign in with a browser, .*od-link login\n\(paste/,
    ],
    ['50131', /^The organisation does not allow/, /^Sign in with a browser/],
    ['530035', /^The organisation does not allow/, /^Sign in with a browser/],
    ['530036', /^The organisation does not allow/, /^Sign in with a browser/],
    [
      '53000',
      /^The organisation requires a device that it manages, which a device code cannot prove\.$/,
      /^Sign in with a browser/,
    ],
    ['53001', /^The organisation requires a device/, /^Sign in/],
    ['50097', /^The organisation requires a device/, /^Sign in/],
    ['530032', /^The organisation requires a device/, /^Sign in/],
    [
      '7000218',
      /^The app registration does not allow signing in with a device code\.$/,
      /^https:\/\/entra.*\n> Authentication > Advanced.*\nThen Save\.\nA "Web" registration cannot .*: od-link login$/,
    ],
    [
      "70002: The client application must be marked as 'mobile.'",
      /^The app registration does not allow/,
      /Then Save/,
    ],
    [
      '70002: The client does not exist or is not enabled for consumers.',
      /^Microsoft knows no app for personal accounts/,
      /> Overview\n[\s\S]*> Authentication > Supported account types/,
    ],
    ['50057', /^The account is disabled\.$/, /^Ask the administrator\.$/],
  ])('by a code may be refused by AADSTS%s', async (refusal, message, hint) => {
    const [code, words = 'No.'] = refusal.split(': ')
    const body = {
      error: 'invalid_grant',
      error_description: `AADSTS${code}: ${words} Trace ID: 1-2 Timestamp: 2026-11-24 17:00:00Z`,
    }
    const server = await startServer(() => ({ status: 400, body }))
    const whole = await attempt()
    const authority = { ...whole.authority, deviceCodeEndpoint: `${server.origin}/devicecode` }
    await expect(signInByDeviceCode({ ...whole, authority })).rejects.toMatchObject({
      kind: 'sign-in',
      code: `AADSTS${code}`,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
      requestId: '1-2',
      timestamp: '2026-11-24 17:00:00Z',
    })
    await server.stop()
  })
})
