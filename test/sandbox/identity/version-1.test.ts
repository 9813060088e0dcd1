import { createPublicKey, createVerify } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Sandbox } from '../../../sandbox/index.ts'
import {
  aadstsNumber,
  ada,
  call,
  control,
  form,
  grace,
  graph,
  type Json,
  sandbox,
} from '../../helpers/sandbox/client.ts'

const resource = 'https://graph.microsoft.com'

function claims(jwt: string): Json {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
}

function post(to: Sandbox, path: string, fields: Record<string, string>) {
  return call(`${to.origin}/${path}`, { method: 'POST', body: form({ client_id: to.clientId, ...fields }) })
}

async function codeFrom(to: Sandbox, fields: Record<string, string> = {}, tenant = 'common') {
  const asked = { client_id: to.clientId, response_type: 'code', redirect_uri: 'http://localhost', resource }
  const answer = await call(`${to.origin}/${tenant}/oauth2/authorize?${form({ ...asked, ...fields })}`)
  return { answer, query: new URL(answer.headers.get('location') ?? 'x:').searchParams }
}

describe('version 1.0 of the protocol', () => {
  it('gives tokens for a resource, in the shape that old programs read', async () => {
    const to = await sandbox()
    const code = (await codeFrom(to)).query.get('code') ?? ''
    const grant = { grant_type: 'authorization_code', redirect_uri: 'http://localhost', code, resource }
    const { status, json } = await post(to, 'common/oauth2/token', grant)
    expect(status).toBe(200)
    expect(json).toMatchObject({ token_type: 'Bearer', resource: to.origin })
    for (const name of ['expires_in', 'ext_expires_in', 'expires_on', 'not_before'])
      expect(json[name], name).toMatch(/^\d+$/)
    expect(json.scope.split(' ').sort()).toEqual(['Files.ReadWrite.All', 'User.Read'])
    const { tid, ...idToken } = claims(json.id_token)
    expect(idToken).toMatchObject({
      iss: `https://sts.windows.net/${tid}/`,
      ver: '1.0',
      upn: ada,
      unique_name: ada,
    })
    expect((await graph(to, json.access_token, 'GET', '/me/drive')).status).toBe(200)

    const refresh = { grant_type: 'refresh_token', refresh_token: json.refresh_token, resource }
    const renewed = await post(to, 'common/oauth2/token', refresh)
    expect(renewed.json.access_token).not.toBe(json.access_token)
    // Either version takes the refresh tokens of the other.
    expect((await post(to, 'common/oauth2/v2.0/token', refresh)).json.expires_in).toBeTypeOf('number')
  })

  it('publishes its own discovery, and the key behind an ID token', async () => {
    const to = await sandbox()
    const { json } = await call(`${to.origin}/common/.well-known/openid-configuration`)
    expect(json).toMatchObject({
      issuer: 'https://sts.windows.net/{tenantid}/',
      token_endpoint: `${to.origin}/common/oauth2/token`,
      authorization_endpoint: `${to.origin}/common/oauth2/authorize`,
      userinfo_endpoint: `${to.origin}/common/openid/userinfo`,
    })
    const code = (await codeFrom(to)).query.get('code') ?? ''
    const grant = { grant_type: 'authorization_code', redirect_uri: 'http://localhost', code }
    const tokens = (await post(to, 'common/oauth2/token', grant)).json
    const [header, payload, signature] = tokens.id_token.split('.')
    const { x5t } = JSON.parse(Buffer.from(header, 'base64url').toString())
    const { keys } = (await call(json.jwks_uri)).json
    const key = createPublicKey({ key: keys.find((one: Json) => one.x5t === x5t), format: 'jwk' })
    const verify = createVerify('sha256').update(`${header}.${payload}`)
    expect(verify.verify(key, signature, 'base64url')).toBe(true)
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    expect((await call(json.userinfo_endpoint, { headers })).json).toMatchObject({ email: ada })
  })

  it('signs in with a device code', async () => {
    const to = await sandbox()
    const started = (await post(to, 'common/oauth2/devicecode', { resource })).json
    expect(started).toMatchObject({
      verification_url: `${to.origin}/devicelogin`,
      expires_in: '900',
      interval: '5',
    })
    const poll = () =>
      post(to, 'common/oauth2/token', { grant_type: 'device_code', code: started.device_code, resource })
    expect((await poll()).json.error).toBe('authorization_pending')
    await control(to, 'POST', 'device', { user_code: started.user_code, username: ada })
    expect((await poll()).json.resource).toBe(to.origin)
  })

  it('is for work accounts, and for Graph', async () => {
    const to = await sandbox()
    expect(aadstsNumber((await codeFrom(to, {}, 'consumers')).answer)).toBe(500201)
    expect(aadstsNumber((await codeFrom(to, { login_hint: grace })).answer)).toBe(50020)
    const { query } = await codeFrom(to, { resource: 'https://management.core.windows.net/' })
    expect(query.get('error')).toBe('invalid_resource')
    const refused = await post(to, 'common/oauth2/devicecode', { resource: 'https://vault.azure.net' })
    expect(aadstsNumber(refused)).toBe(500011)
  })
})
