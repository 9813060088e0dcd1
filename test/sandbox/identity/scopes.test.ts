import { describe, expect, it } from 'vitest'
import {
  ada,
  authorize,
  code,
  control,
  grace,
  graph,
  redeem,
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

describe('the scopes of a token answer', () => {
  const graphHost = 'https://graph.microsoft.com'

  it.each([ada, grace])('are named as %s was asked for them', async (username) => {
    const to = await sandbox()
    const files = `${graphHost}/Files.ReadWrite`
    const asked = `openid profile offline_access ${files}`
    const first = await signIn(to, username, { scope: asked })
    expect(first.scope.split(' ')).toContain(files)
    expect(first.scope.split(' ')).not.toContain('Files.ReadWrite')
    const named = async (scope?: string) =>
      (await refresh(to, first.refresh_token, { scope })).json.scope.split(' ')
    expect(await named()).toContain(files)
    expect(await named('Files.ReadWrite')).toContain('Files.ReadWrite')
    expect(await named(`${graphHost}//files.readwrite`)).toContain(`${graphHost}//Files.ReadWrite`)
    expect(await named(files)).toEqual(expect.arrayContaining([files, 'openid']))
    expect((await graph(to, first.access_token, 'GET', '/me/drive')).status).toBe(200)
  })

  it('hold .default where it was asked for, beside what it means', async () => {
    const to = await sandbox()
    const { scope } = await signIn(to, ada, { scope: `${graphHost}/.default offline_access` })
    expect(scope.split(' ').sort()).toEqual([
      ...['email', `${graphHost}/.default`, `${graphHost}/Files.ReadWrite.All`, `${graphHost}/User.Read`],
      ...['openid', 'profile'],
    ])
  })

  it('are those of Graph alone, and so is a resource beside them', async () => {
    const to = await sandbox()
    const named = (resource: string) => authorize(to, { resource })
    expect(redirected(await named('https://graph.microsoft.com/')).get('code')).toBeTruthy()
    expect(redirected(await named('https://mcp.example')).get('error_description')).toMatch(
      /^AADSTS9010010: /,
    )
    const redeemed = await redeem(to, { code: await code(to), resource: 'https://mcp.example' })
    expect(redeemed.json.error).toBe('invalid_target')
    const { error, error_description } = Object.fromEntries(
      redirected(await authorize(to, { scope: 'https://management.azure.com/.default' })),
    )
    expect(error).toBe('invalid_resource')
    expect(error_description).toMatch(
      /^AADSTS500011: .*https:\/\/management\.azure\.com .*no API but Microsoft Graph/,
    )
  })
})

describe('a permission of Graph that the sandbox has nothing for', () => {
  it('is granted beside the others, and opens nothing', async () => {
    const to = await sandbox()
    const scope = 'openid Mail.Read Calendars.ReadWrite Notes.Create'
    for (const username of [ada, grace]) {
      const answer = await signIn(to, username, { scope })
      expect(answer.scope.split(' ')).toEqual(
        expect.arrayContaining(['Mail.Read', 'Calendars.ReadWrite', 'Notes.Create']),
      )
      expect((await graph(to, answer.access_token, 'GET', '/me/drive')).status).toBe(403)
      expect((await graph(to, answer.access_token, 'GET', '/me')).status).toBe(403)
    }
  })

  it('is refused to a personal account where it is for organisations', async () => {
    const to = await sandbox()
    const scope = 'openid Group.Read.All'
    expect((await signIn(to, ada, { scope })).scope).toContain('Group.Read.All')
    const personal = redirected(await authorize(to, { scope, login_hint: grace }))
    expect(personal.get('error')).toBe('invalid_scope')
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
