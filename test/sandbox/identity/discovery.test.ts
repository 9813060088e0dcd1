import { createHash, createPublicKey, createVerify, X509Certificate } from 'node:crypto'
import { expect, it } from 'vitest'
import { ada, call, control, grace, type Json, sandbox, signIn } from '../../helpers/sandbox/client.ts'

const personalTenant = '9188040d-6c67-4c5b-b112-36a304b66dad'

it('gives a templated issuer for common and organizations, and a fixed one for a tenant', async () => {
  const to = await sandbox()
  const { tid } = JSON.parse(Buffer.from((await signIn(to)).id_token.split('.')[1], 'base64url').toString())
  const cases = [
    ['common', '{tenantid}', 'common'],
    ['organizations', '{tenantid}', 'organizations'],
    ['consumers', personalTenant, 'consumers'],
    [personalTenant, personalTenant, personalTenant],
    ['contoso.example', tid, tid],
    [tid, tid, tid],
  ]
  for (const [tenant, issuer, segment] of cases) {
    const { json } = await call(`${to.origin}/${tenant}/v2.0/.well-known/openid-configuration`)
    expect(json.issuer).toBe(`${to.origin}/${issuer}/v2.0`)
    expect(json.token_endpoint).toBe(`${to.origin}/${segment}/oauth2/v2.0/token`)
    expect(json.response_modes_supported).toContain('form_post')
  }
})

it('knows no other tenants', async () => {
  const to = await sandbox()
  for (const tenant of ['nowhere.example', '11111111-2222-3333-4444-555555555555', 'outlook.example']) {
    const answer = await call(`${to.origin}/${tenant}/v2.0/.well-known/openid-configuration`)
    expect([answer.status, answer.json.error, answer.json.error_codes]).toEqual([
      400,
      'invalid_tenant',
      [90002],
    ])
  }
})

it('signs an id_token with a key that is published for its issuer', async () => {
  const to = await sandbox()
  const { keys } = (await call(`${to.origin}/common/discovery/v2.0/keys`)).json
  for (const username of [ada, grace]) {
    const [header, payload, signature] = (await signIn(to, username)).id_token.split('.')
    const { kid, alg } = JSON.parse(Buffer.from(header, 'base64url').toString())
    const { iss, tid } = JSON.parse(Buffer.from(payload, 'base64url').toString())
    const key = keys.find((one: Json) => one.kid === kid)
    expect(alg).toBe('RS256')
    expect(key.issuer.replace('{tenantid}', tid)).toBe(iss)
    const verify = createVerify('sha256').update(`${header}.${payload}`)
    expect(verify.verify(createPublicKey({ key, format: 'jwk' }), signature, 'base64url')).toBe(true)
  }
})

it('publishes each key with its certificate', async () => {
  const to = await sandbox()
  const { keys } = (await call(`${to.origin}/common/discovery/v2.0/keys`)).json
  for (const { kid, x5t, x5c, n, e } of keys) {
    const certificate = new X509Certificate(Buffer.from(x5c[0], 'base64'))
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(certificate.publicKey.export({ format: 'jwk' })).toMatchObject({ kty: 'RSA', n, e })
    expect(createHash('sha1').update(certificate.raw).digest('base64url')).toBe(x5t)
    expect(kid).toBe(x5t)
  }
})

it('may publish the key of an application only to those who name it', async () => {
  const to = await sandbox()
  await control(to, 'POST', 'settings', { signingKeys: 'app' })
  const kids = async (query: string) => {
    const config = await call(`${to.origin}/common/v2.0/.well-known/openid-configuration${query}`)
    const { keys } = (await call(config.json.jwks_uri)).json
    return keys.map(({ kid }: Json) => kid)
  }
  const [header] = (await signIn(to)).id_token.split('.')
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
  const shared = await kids('')
  expect(shared).toHaveLength(2)
  expect(shared).not.toContain(kid)
  expect(await kids(`?appid=${to.clientId}`)).toContain(kid)
  await control(to, 'POST', 'settings', { signingKeys: 'shared' })
  expect(await kids('')).toContain(kid)
  expect(await kids(`?appid=${to.clientId}`)).toContain(kid)
})

it('serves the endpoints that discovery names: user info, sign-out', async () => {
  const to = await sandbox()
  const config = (await call(`${to.origin}/common/v2.0/.well-known/openid-configuration`)).json
  const { access_token, id_token } = await signIn(to)
  const { sub } = JSON.parse(Buffer.from(id_token.split('.')[1], 'base64url').toString())
  const info = await call(config.userinfo_endpoint, { headers: { authorization: `Bearer ${access_token}` } })
  expect(info.json).toMatchObject({ sub, name: 'Ada Lovelace', email: ada })
  expect((await call(config.end_session_endpoint)).text).toContain('You signed out')
})
