import { describe, expect, it } from 'vitest'
import {
  aadstsNumber,
  ada,
  call,
  form,
  grace,
  graph,
  newRegistration,
  redirected,
  sandbox,
} from '../../helpers/sandbox/client.ts'

const blank = 'https://login.live.com/oauth20_desktop.srf'
const clientId = '000000004C12E85D'
const app = newRegistration({
  clientId,
  redirectUris: [{ uri: blank, platform: 'public' }],
  audience: 'PersonalMicrosoftAccount',
})

/** A sandbox with an application of the Live SDK, and the endpoints at `login.live.com`. */
async function live() {
  const to = await sandbox({ registrations: [app] })
  const authorize = (fields = {}) => {
    const asked = { client_id: clientId, response_type: 'code', redirect_uri: blank, scope, ...fields }
    return call(`${to.origin}/oauth20_authorize.srf?${form(asked)}`)
  }
  /** As requests-oauthlib does for a client without a secret. */
  const token = (fields: Record<string, string>) =>
    call(`${to.origin}/OAuth20_Token.srf`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:`).toString('base64')}` },
      body: form({ redirect_uri: blank, ...fields }),
    })
  return { to, authorize, token }
}
const scope = 'Files.ReadWrite User.Read offline_access'

describe('login.live.com', () => {
  it('signs in a personal account, and refreshes', async () => {
    const { to, authorize, token } = await live()
    const code = redirected(await authorize()).get('code') ?? ''
    const first = (await token({ grant_type: 'authorization_code', code })).json
    expect((await graph(to, first.access_token, 'GET', '/me')).json.userPrincipalName).toBe(grace)
    const { json } = await token({ grant_type: 'refresh_token', refresh_token: first.refresh_token })
    expect((await graph(to, json.access_token, 'GET', '/me/drive')).json.driveType).toBe('personal')
  })

  it('knows no work accounts and no scopes from before Graph', async () => {
    const { to, authorize } = await live()
    expect(aadstsNumber(await authorize({ login_hint: ada }))).toBe(50020)
    for (const old of ['wl.signin', 'onedrive.readwrite offline_access'])
      expect(redirected(await authorize({ scope: old })).get('error_description'), old).toMatch(
        /^The sandbox has no scopes of the Live SDK/,
      )
    const atWork = form({ client_id: clientId, redirect_uri: blank, response_type: 'code', scope })
    const refused = await call(`${to.origin}/common/oauth2/v2.0/authorize?${atWork}`)
    expect(aadstsNumber(refused)).toBe(9002331)
  })

  it('signs out, and leads back', async () => {
    const { to } = await live()
    const query = form({ client_id: clientId, redirect_uri: blank })
    const answer = await call(`${to.origin}/oauth20_logout.srf?${query}`)
    expect([answer.status, answer.headers.get('location')]).toEqual([302, blank])
  })
})
