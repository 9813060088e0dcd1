import { describe, expect, it } from 'vitest'
import { ada, grace, sandbox } from '../../helpers/sandbox/client.ts'
import { msal } from '../../helpers/sandbox/msal.ts'

describe('MSAL Node, unchanged', () => {
  it('signs in with form_post, is refused, and finds its tokens in the cache', async () => {
    const to = await sandbox({ tls: true })
    const { interactive, refused } = await msal(to, ['interactive', 'refused'])
    const { first, cached } = interactive
    expect(first).toMatchObject({
      username: ada,
      name: 'Ada Lovelace',
      fromCache: false,
      issuer: `${to.origin}/${first.tenantId}/v2.0`,
    })
    expect(first.homeAccountId).toMatch(/^[0-9a-f-]{36}\.[0-9a-f-]{36}$/)
    expect(first.scopes).toEqual(expect.arrayContaining(['User.Read', 'Files.ReadWrite']))
    expect(cached).toMatchObject({ fromCache: true, accessToken: first.accessToken })
    expect(refused.refused).toMatchObject({ errorCode: 'access_denied' })
  })

  it('refreshes a token shortly before it expires, and reports a grant that was idle too long or revoked', async () => {
    const to = await sandbox({ tls: true, accessTtlSeconds: 120 })
    const { refresh } = await msal(to, ['refresh'])
    const { first, renewed, again, idle, revoked } = refresh
    expect(new Set([first, renewed, again].map(({ accessToken }) => accessToken)).size).toBe(3)
    expect([renewed.fromCache, renewed.username]).toEqual([false, ada])
    expect(idle).toMatchObject({ errorCode: 'invalid_grant', subError: 'bad_token', interaction: true })
    expect(idle.errorMessage).toContain('AADSTS700082')
    expect(revoked.errorCode).toBe('invalid_grant')
    expect(revoked.errorMessage).toContain('AADSTS50173')
  })

  it('signs in with a device code after a wait, and reports that the person declined', async () => {
    const to = await sandbox({ tls: true, slowDown: true })
    const { device, declined } = await msal(to, ['device', 'declined'], { username: grace })
    expect(device.shown.verificationUri).toBe(`${to.origin}/devicelogin`)
    expect(device.result).toMatchObject({
      username: grace,
      tenantId: '9188040d-6c67-4c5b-b112-36a304b66dad',
      accessToken: expect.stringMatching(/^Ew/),
    })
    expect(declined.declined.errorMessage).toContain('authorization_declined')
  })

  it('works as a confidential client with a code', async () => {
    const to = await sandbox({ tls: true })
    const { confidential } = await msal(to, ['confidential'], {
      clientId: to.webClientId,
      clientSecret: to.webClientSecret,
      redirectUri: 'http://localhost:5000/post_onedrive',
    })
    expect(confidential.first).toMatchObject({ username: ada, fromCache: false })
    expect(confidential.renewed.accessToken).not.toBe(confidential.first.accessToken)
  })

  it('asks instance discovery before it trusts an authority it does not know', async () => {
    const to = await sandbox({ tls: true })
    const { interactive } = await msal(to, ['interactive'], { microsoftIsHere: true })
    expect(interactive.first).toMatchObject({ username: ada, environment: new URL(to.origin).host })
  })

  it('works under Microsoft’s own host name, with its built-in metadata', async () => {
    const to = await sandbox({ tls: true })
    const { interactive } = await msal(to, ['interactive'], {
      microsoftIsHere: true,
      authority: 'https://login.microsoftonline.com/consumers',
    })
    expect(interactive.first).toMatchObject({ username: grace, environment: 'login.windows.net' })
  })
})
