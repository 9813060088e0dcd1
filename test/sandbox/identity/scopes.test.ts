import { describe, expect, it } from 'vitest'
import {
  ada,
  authorize,
  control,
  grace,
  graph,
  redirected,
  refresh,
  sandbox,
  signIn,
  startDeviceFlow,
  token,
} from '../../helpers/sandbox/client.ts'

describe('a scope that Graph does not have', () => {
  it('is refused by account: invalid_client for work, invalid_scope for personal', async () => {
    const to = await sandbox()
    for (const scope of ['Files.Wash', 'https://graph.microsoft.com/Files.Wash']) {
      const work = redirected(await authorize(to, { scope: `openid ${scope}`, login_hint: ada }))
      expect(work.get('error')).toBe('invalid_client')
      expect(work.get('error_description')).toMatch(
        /^AADSTS650053: The application 'Sandbox CLI' asked for scope 'Files.Wash' that doesn't exist on the resource/,
      )
      const personal = redirected(await authorize(to, { scope, login_hint: grace }))
      expect(personal.get('error')).toBe('invalid_scope')
      expect(personal.get('error_description')).toMatch(/^AADSTS70011: /)
    }
  })
})

describe('withheld scopes', () => {
  it('are not granted, though the sign-in succeeds', async () => {
    const to = await sandbox()
    await control(to, 'POST', 'settings', { withheldScopes: ['Files.ReadWrite.All'] })
    for (const [username, answered] of [
      [ada, 'profile openid email User.Read'],
      [grace, 'User.Read openid profile'],
    ] as const) {
      const { scope, access_token, refresh_token } = await signIn(to, username)
      expect(scope).toBe(answered)
      expect((await graph(to, access_token, 'GET', '/me/drive')).status).toBe(403)
      const renewed = await refresh(to, refresh_token, { scope: 'User.Read Files.ReadWrite.All' })
      expect([renewed.status, renewed.json.scope]).toEqual([200, answered])
    }
  })

  it('are not granted to a device either', async () => {
    const to = await sandbox()
    await control(to, 'POST', 'settings', { withheldScopes: ['Files.Read'], deviceIntervalSeconds: 1 })
    const { device_code, user_code } = (await startDeviceFlow(to, to.clientId)).json
    await control(to, 'POST', 'device', { user_code, username: grace })
    const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
    expect((await token(to, { grant_type, device_code })).json.scope).toBe('openid profile')
  })
})
