import { describe, expect, it } from 'vitest'
import { type Registration, type Sandbox, startSandbox } from '../../../sandbox/index.ts'
import {
  aadstsNumber,
  ada,
  code,
  control,
  newRegistration,
  pkce,
  sandbox,
  startDeviceFlow,
  token,
} from '../../helpers/sandbox/client.ts'

const day = 86_400

describe('the platform of a redirect URI', () => {
  const web = 'http://localhost:5000/web'
  const spa = 'http://localhost:3000/spa'
  const mixed = newRegistration({
    secrets: ['a secret'],
    redirectUris: [
      { uri: 'http://localhost:7000/', platform: 'public' },
      { uri: 'http://localhost:7001/', platform: 'web' },
      { uri: web, platform: 'web' },
      { uri: spa, platform: 'spa' },
    ],
  })
  const asked = (uri: string) => ({ client_id: mixed.clientId, redirect_uri: uri })

  async function redeemed(to: Sandbox, uri: string, fields: Record<string, string> = {}, headers = {}) {
    const value = await code(to, asked(uri))
    return token(
      to,
      { grant_type: 'authorization_code', ...asked(uri), code: value, ...fields },
      'common',
      headers,
    )
  }

  it('decides whether a secret is needed; an entry with the exact port comes first', async () => {
    const to = await sandbox({ registrations: [mixed] })
    const secret = { client_secret: 'a secret' }
    expect((await redeemed(to, 'http://localhost:7000/')).status).toBe(200)
    expect(aadstsNumber(await redeemed(to, 'http://localhost:7000/', secret))).toBe(700025)
    expect(aadstsNumber(await redeemed(to, 'http://localhost:7001/'))).toBe(7000218)
    expect((await redeemed(to, 'http://localhost:7001/', secret)).status).toBe(200)
    expect(aadstsNumber(await redeemed(to, web, {}, { origin: 'http://localhost:5000' }))).toBe(9002326)
  })

  it('lets a single-page application redeem only from a browser, with PKCE, for a day', async () => {
    const to = await sandbox({ registrations: [mixed] })
    const origin = { origin: 'http://localhost:3000' }
    expect(aadstsNumber(await redeemed(to, spa))).toBe(9002327)
    expect(aadstsNumber(await redeemed(to, spa, {}, origin))).toBe(9002325)
    const { challenge, verifier } = pkce()
    const value = await code(to, { ...asked(spa), code_challenge: challenge, code_challenge_method: 'S256' })
    const grant = { grant_type: 'authorization_code', code: value, code_verifier: verifier }
    let last = await token(to, { ...grant, ...asked(spa) }, 'common', origin)
    expect(last.status).toBe(200)
    const renew = async (headers = {}) => {
      const fields = { client_id: mixed.clientId, grant_type: 'refresh_token' }
      return token(to, { ...fields, refresh_token: last.json.refresh_token }, 'common', headers)
    }
    expect(aadstsNumber(await renew())).toBe(9002327)
    await control(to, 'POST', 'settings', { clockSkewSeconds: day / 2 })
    last = await renew(origin)
    expect(last.status).toBe(200)
    await control(to, 'POST', 'settings', { clockSkewSeconds: day + 60 })
    expect(aadstsNumber(await renew(origin))).toBe(700084)
  })

  it('closes the device flow to a client that is not public: at once, or for work accounts after the sign-in', async () => {
    const redirectUris = [{ uri: web, platform: 'web' as const }]
    const all = newRegistration({ redirectUris, secrets: ['s'] })
    const work = newRegistration({ redirectUris, secrets: ['s'], audience: 'AzureADMultipleOrgs' })
    const allowed = newRegistration({ redirectUris, secrets: ['s'], allowPublicClientFlows: true })
    const to = await sandbox({ registrations: [all, work, allowed] })
    expect(aadstsNumber(await startDeviceFlow(to, all.clientId))).toBe(70002)
    for (const [{ clientId }, expected] of [
      [work, 7000218],
      [allowed, undefined],
    ] as const) {
      const { json } = await startDeviceFlow(to, clientId)
      const poll = () =>
        token(to, { client_id: clientId, grant_type: 'device_code', device_code: json.device_code })
      expect((await poll()).json.error).toBe('authorization_pending')
      await control(to, 'POST', 'device', { user_code: json.user_code, username: ada })
      expect(aadstsNumber(await poll())).toBe(expected)
    }
  })

  it.each([
    [{ clientId: 'x' }, 'registrations[0].clientId must be a GUID.'],
    [{ audience: 'AzureADMyOrg' }, 'registrations[0].tenant is missing.'],
    [{ tenant: 'x' }, 'registrations[0].tenant must be a GUID, or the domain of one of the users.'],
    [{ tenant: 'nowhere.example' }, 'No work account is in nowhere.example'],
    [
      { redirectUris: [{ uri: 'localhost', platform: 'web' }] },
      'registrations[0] has an invalid redirect URI',
    ],
  ] as const)('is refused with a sentence where it makes no sense: %j', async (more, message) => {
    const registrations = [newRegistration(more as unknown as Partial<Registration>)]
    await expect(startSandbox({ registrations })).rejects.toThrow(message)
  })
})
