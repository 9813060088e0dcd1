import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  ada,
  authorize,
  call,
  form,
  graph,
  type Json,
  newRegistration,
  redeem,
  redirected,
  sandbox,
} from '../../helpers/sandbox/client.ts'

function claims(jwt: string | null): Json {
  return JSON.parse(Buffer.from(jwt?.split('.')[1] ?? '', 'base64url').toString())
}

const redirectUri = 'http://localhost:5001/signin-oidc'
const hybrid = newRegistration({
  redirectUris: [{ uri: redirectUri, platform: 'web' }],
  secrets: ['s'],
  implicit: ['id_token'],
})
const implicit = newRegistration({ implicit: ['id_token', 'token'] })
const halfHash = (value: string) =>
  createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url')

describe('the authorization endpoint', () => {
  it('gives a code and an ID token by form_post, as ASP.NET asks for them', async () => {
    const to = await sandbox({ registrations: [hybrid] })
    const client = { client_id: hybrid.clientId, redirect_uri: redirectUri }
    const asked = { ...client, response_type: 'code id_token', response_mode: 'form_post', nonce: 'n' }
    const page = await authorize(to, asked)
    const fields = Object.fromEntries(
      [...page.text.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]),
    )
    const { c_hash, nonce, aud } = claims(fields.id_token ?? null)
    expect([c_hash, nonce, aud]).toEqual([halfHash(fields.code ?? ''), 'n', hybrid.clientId])
    expect((await redeem(to, { ...client, client_secret: 's', code: fields.code })).status).toBe(200)
  })

  it('gives tokens in the fragment where the registration allows it', async () => {
    const to = await sandbox({ registrations: [implicit] })
    const asked = { client_id: implicit.clientId, response_type: 'id_token token', nonce: 'n' }
    const location = (await authorize(to, asked)).headers.get('location') ?? ''
    const fields = new URLSearchParams(new URL(location).hash.slice(1))
    const accessToken = fields.get('access_token') ?? ''
    expect(claims(fields.get('id_token')).at_hash).toBe(halfHash(accessToken))
    expect([fields.get('token_type'), fields.get('refresh_token'), fields.get('code')]).toEqual([
      ...['Bearer', null, null],
    ])
    expect((await graph(to, accessToken, 'GET', '/me')).json.userPrincipalName).toBe(ada)
  })

  it.each([
    [{ response_type: 'token' }, 700051],
    [{ response_type: 'id_token', nonce: 'n' }, 700054],
    [{ response_type: 'cookies' }, 700054],
  ])('refuses tokens to a registration that does not allow them: %j', async (fields, number) => {
    const to = await sandbox()
    const location = (await authorize(to, fields)).headers.get('location') ?? ''
    expect(decodeURIComponent(location)).toContain(`AADSTS${number}`)
  })

  it('refuses tokens in a query, and an ID token without a nonce', async () => {
    const to = await sandbox({ registrations: [implicit] })
    const asked = { client_id: implicit.clientId, response_type: 'id_token' }
    for (const [fields, number] of [
      [{ ...asked, nonce: 'n', response_mode: 'query' }, 70007],
      [asked, 900144],
      [{ ...asked, nonce: 'n', scope: 'User.Read' }, 70011],
    ] as const) {
      const location = (await authorize(to, fields)).headers.get('location') ?? ''
      expect(decodeURIComponent(new URL(location).hash)).toContain(`AADSTS${number}`)
    }
  })

  it('ends on a page for a program without a server, whose address holds the code', async () => {
    const to = await sandbox()
    const uri = `${to.origin}/common/oauth2/nativeclient`
    const answer = await authorize(to, { redirect_uri: uri })
    const page = await call(answer.headers.get('location') ?? '')
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('copy the URL of this page')])
    const code = redirected(answer).get('code') ?? ''
    expect((await redeem(to, { code, redirect_uri: uri })).status).toBe(200)
  })
})

describe('what the sandbox does not have', () => {
  it.each([
    [{ grant_type: 'password', username: ada, password: 'p', scope: 'User.Read' }, 'passwords'],
    [{ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: 'a' }, 'on-behalf-of flow'],
  ])('is refused as such, once the client is known: %j', async (fields, what) => {
    const to = await sandbox()
    const ask = (client_secret: string) =>
      call(`${to.origin}/contoso.example/oauth2/v2.0/token`, {
        method: 'POST',
        body: form({ client_id: to.webClientId, client_secret, ...fields }),
      })
    expect((await ask('wrong')).json.error_codes).toEqual([7000215])
    const { status, json } = await ask(to.webClientSecret)
    expect([status, json.error, json.error_codes]).toEqual([400, 'unsupported_grant_type', undefined])
    expect(json.error_description).toMatch(new RegExp(`^The sandbox has no ${what}.*; Microsoft does\\.`))
  })

  it('is refused for certificates of applications as well', async () => {
    const to = await sandbox()
    const body = form({ client_id: to.webClientId, grant_type: 'refresh_token', client_assertion: 'a.b.c' })
    const { json } = await call(`${to.origin}/common/oauth2/v2.0/token`, { method: 'POST', body })
    expect([json.error, json.error_description]).toEqual([
      'invalid_client',
      expect.stringMatching(/^The sandbox has no certificates/),
    ])
  })
})
