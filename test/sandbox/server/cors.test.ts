import { describe, expect, it } from 'vitest'
import {
  aadstsNumber,
  call,
  code,
  form,
  newRegistration,
  pkce,
  sandbox,
  signIn,
} from '../../helpers/sandbox/client.ts'

const origin = 'http://localhost:3000'
const spa = newRegistration({ redirectUris: [{ uri: `${origin}/spa`, platform: 'spa' }] })

const allowed = ({ headers }: { headers: Headers }) => headers.get('access-control-allow-origin')

describe('a script on another site', () => {
  it('redeems its code, reads discovery and keys, and calls Graph', async () => {
    const to = await sandbox({ registrations: [spa] })
    const { challenge, verifier } = pkce()
    const asked = { client_id: spa.clientId, redirect_uri: `${origin}/spa` }
    const challenged = { ...asked, code_challenge: challenge, code_challenge_method: 'S256' }
    const grant = { ...asked, grant_type: 'authorization_code', code_verifier: verifier }
    const token = await call(`${to.origin}/common/oauth2/v2.0/token`, {
      method: 'POST',
      headers: { origin },
      body: form({ ...grant, code: await code(to, challenged) }),
    })
    expect([token.status, allowed(token)]).toEqual([200, '*'])
    const headers = { origin, authorization: `Bearer ${token.json.access_token}` }
    for (const path of [
      '/common/v2.0/.well-known/openid-configuration',
      '/common/discovery/v2.0/keys',
      '/v1.0/me/drive',
      '/oidc/userinfo',
    ]) {
      const answer = await call(`${to.origin}${path}`, { headers })
      expect([answer.status, allowed(answer)], path).toEqual([200, '*'])
    }
  })

  it('reads why it was refused', async () => {
    const to = await sandbox()
    const body = form({ client_id: to.clientId, grant_type: 'refresh_token', refresh_token: 'x' })
    const url = `${to.origin}/common/oauth2/v2.0/token`
    const refused = await call(url, { method: 'POST', body, headers: { origin } })
    expect([aadstsNumber(refused), allowed(refused)]).toEqual([9002326, '*'])
  })

  it('is told before it sends a token that it may', async () => {
    const to = await sandbox()
    const preflight = {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization,content-type',
      },
    }
    const { access_token } = await signIn(to)
    for (const path of ['/v1.0/me/drive/root', '/common/oauth2/v2.0/token']) {
      const answer = await call(`${to.origin}${path}`, preflight)
      expect([answer.status, allowed(answer)], path).toEqual([200, '*'])
      expect(answer.headers.get('access-control-allow-headers')).toBe('authorization,content-type')
      expect(answer.headers.get('access-control-allow-methods')).toContain('PATCH')
    }
    // Without a preflight, OPTIONS is a method like any other.
    const headers = { authorization: `Bearer ${access_token}` }
    expect((await call(`${to.origin}/v1.0/me`, { method: 'OPTIONS', headers })).status).toBe(405)
  })

  it('cannot read the sign-in pages, device codes, the control API, or the drives', async () => {
    const to = await sandbox()
    const body = form({ client_id: to.clientId, scope: 'openid' })
    const answers = [
      await call(`${to.origin}/common/oauth2/v2.0/authorize`, { headers: { origin } }),
      await call(`${to.origin}/common/oauth2/v2.0/devicecode`, { method: 'POST', body, headers: { origin } }),
      await call(`${to.origin}/control/log`, { headers: { origin } }),
      await call(`${to.origin}/`, { headers: { origin } }),
    ]
    expect(answers.map(allowed)).toEqual([null, null, null, null])
  })
})
