import { expect, it } from 'vitest'
import { call, sandbox } from '../../helpers/sandbox/client.ts'

it('what Microsoft has at sign-in besides is said to be there, and what nobody has is not', async () => {
  const { origin } = await sandbox()
  for (const path of [
    '/common/saml2',
    '/contoso.example/wsfed',
    '/organizations/FederationMetadata/2007-06/FederationMetadata.xml',
    '/common/GetCredentialType?mkt=en-US',
    '/oauth20_connect.srf',
  ]) {
    const { status, json } = await call(`${origin}${path}`, { method: 'POST' })
    expect([status, json.error], path).toEqual([501, 'not_in_sandbox'])
    expect(json.error_description, path).toMatch(/^The sandbox has no .+; Microsoft does\. Trace ID: /)
    expect(json.error_codes, path).toBeUndefined()
  }
  for (const path of ['/common/oauth2/v3.0/token', '/common/saml3', '/oauth30_token.srf', '/saml2'])
    expect((await call(`${origin}${path}`, { method: 'POST' })).status, path).toBe(404)
  const page = await call(`${origin}/login.srf`, { headers: { accept: 'text/html' } })
  expect(page.headers.get('content-type')).toContain('text/html')
  expect(page.text).toContain('The sandbox has no sign-in page of Windows Live; Microsoft does.')
})
