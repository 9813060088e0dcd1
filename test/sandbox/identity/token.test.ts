import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  ada,
  call,
  code,
  control,
  form,
  grace,
  type Json,
  pkce,
  redeem,
  redirectUri,
  refresh,
  sandbox,
  signIn,
  token,
} from '../../helpers/sandbox/client.ts'

function claims(jwt: string): Json {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
}

describe('redeeming a code', () => {
  it('gives tokens shaped like those of a work account', async () => {
    const to = await sandbox()
    const { challenge, verifier } = pkce()
    const answer = await redeem(to, {
      code: await code(to, { code_challenge: challenge, code_challenge_method: 'S256', nonce: 'n' }),
      code_verifier: verifier,
      client_info: '1',
    })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toContain('no-store')
    expect(answer.headers.get('pragma')).toBe('no-cache')
    const body = answer.json
    expect(body.token_type).toBe('Bearer')
    expect(body.expires_in).toBeGreaterThanOrEqual(3600)
    expect(body.expires_in).toBeLessThanOrEqual(5400)
    expect(body.ext_expires_in).toBe(body.expires_in)
    expect(body.scope.split(' ').sort()).toEqual([
      'Files.ReadWrite.All',
      'User.Read',
      'email',
      'openid',
      'profile',
    ])
    expect(body.access_token.split('.')).toHaveLength(3)
    expect(body.access_token.length).toBeGreaterThan(2000)
    expect(body.refresh_token).toMatch(/^1\.A.{1000,}$/)
    expect(claims(body.id_token)).toMatchObject({
      ver: '2.0',
      iss: `${to.origin}/${claims(body.id_token).tid}/v2.0`,
      aud: to.clientId,
      nonce: 'n',
      name: 'Ada Lovelace',
      preferred_username: ada,
    })
    const info = JSON.parse(Buffer.from(body.client_info, 'base64url').toString())
    expect(info).toEqual({ uid: claims(body.id_token).oid, utid: claims(body.id_token).tid })
  })

  it('gives opaque tokens to a personal account', async () => {
    const to = await sandbox()
    const body = await signIn(to, grace)
    expect(body.access_token).toMatch(/^Ew[^.]{2000,}$/)
    expect(body.refresh_token).toMatch(/^M\.C5\d\d_BAY\.0\.U\.-/)
    for (const character of '!*$') expect(body.refresh_token).toContain(character)
    expect(body.expires_in).toBe(3600)
    expect(claims(body.id_token)).toMatchObject({
      tid: '9188040d-6c67-4c5b-b112-36a304b66dad',
      oid: expect.stringMatching(/^00000000-0000-0000-[0-9a-f]{4}-[0-9a-f]{12}$/),
    })
    expect(body.client_info).toBeUndefined()
  })

  it('leaves out what was not requested', async () => {
    const to = await sandbox()
    const body = await signIn(to, ada, { scope: 'Files.ReadWrite' })
    expect([body.refresh_token, body.id_token]).toEqual([undefined, undefined])
    expect(body.scope).not.toContain('offline_access')
  })

  it('redeems a code once', async () => {
    const to = await sandbox()
    const value = await code(to)
    expect((await redeem(to, { code: value })).status).toBe(200)
    expect((await redeem(to, { code: value })).json.error_codes).toEqual([54005])
  })

  it('redeems a code within a minute', async () => {
    const to = await sandbox()
    const value = await code(to)
    const another = await code(to)
    await control(to, 'POST', 'settings', { clockSkewSeconds: 58 })
    expect((await redeem(to, { code: another })).status).toBe(200)
    await control(to, 'POST', 'settings', { clockSkewSeconds: 61 })
    expect((await redeem(to, { code: value })).json.error_codes).toEqual([70008])
  })

  it('binds a code to tenant, client, redirect URI and verifier', async () => {
    const to = await sandbox()
    const { challenge, verifier } = pkce()
    const s256 = { code_challenge: challenge, code_challenge_method: 'S256' }
    const plain = { code_challenge: verifier }
    const number = async (answer: Promise<{ json: Json }>) => (await answer).json.error_codes?.[0]
    expect(await number(redeem(to, { code: await code(to) }, 'organizations'))).toBe(700005)
    const web = { client_id: to.webClientId, client_secret: to.webClientSecret }
    expect(await number(redeem(to, { code: await code(to), ...web }))).toBe(70000)
    expect(await number(redeem(to, { code: await code(to), redirect_uri: `${redirectUri}/` }))).toBe(500112)
    expect(await number(redeem(to, { code: await code(to, s256) }))).toBe(50148)
    expect(await number(redeem(to, { code: await code(to, s256), code_verifier: pkce().verifier }))).toBe(
      501481,
    )
    expect(await number(redeem(to, { code: await code(to), code_verifier: verifier }))).toBe(50148)
    expect(await number(redeem(to, { code: await code(to, plain), code_verifier: pkce().verifier }))).toBe(
      501481,
    )
    expect(await number(redeem(to, { code: await code(to, plain), code_verifier: verifier }))).toBeUndefined()
    expect(await number(redeem(to, { code: 'made-up' }))).toBe(9002313)
  })

  it('keeps a code valid after a failed request', async () => {
    const to = await sandbox()
    const { challenge, verifier } = pkce()
    const value = await code(to, { code_challenge: challenge, code_challenge_method: 'S256' })
    expect((await redeem(to, { code: value, code_verifier: pkce().verifier })).status).toBe(400)
    expect((await redeem(to, { code: value, code_verifier: verifier })).status).toBe(200)
  })

  it('treats consumers and its GUID, a domain and its GUID, as one tenant', async () => {
    const to = await sandbox()
    const personal = await code(to, {}, 'consumers')
    expect((await redeem(to, { code: personal }, '9188040d-6c67-4c5b-b112-36a304b66dad')).status).toBe(200)
    const { tid } = claims((await signIn(to)).id_token)
    expect((await redeem(to, { code: await code(to, {}, 'contoso.example') }, tid)).status).toBe(200)
  })

  it('refuses a scope that the person did not grant', async () => {
    const to = await sandbox()
    const answer = await redeem(to, {
      code: await code(to, { scope: 'User.Read' }),
      scope: 'Files.ReadWrite',
    })
    expect(answer.json).toMatchObject({
      error: 'invalid_grant',
      error_codes: [65001],
      suberror: 'consent_required',
    })
  })
})

const webUri = 'http://localhost:5000/post_onedrive'

describe('the client at the token endpoint', () => {
  it('is refused when it is unknown or authenticates in a wrong way', async () => {
    const to = await sandbox()
    const web = { client_id: to.webClientId, redirect_uri: webUri }
    const cases = [
      [{ client_id: randomUUID() }, 400, 'unauthorized_client', 700016],
      [{ client_secret: 'x' }, 401, 'invalid_client', 700025],
      [web, 401, 'invalid_client', 7000218],
      [{ ...web, client_secret: 'wrong' }, 401, 'invalid_client', 7000215],
    ] as const
    for (const [fields, status, error, number] of cases) {
      const answer = await redeem(to, { code: 'any', ...fields })
      expect([answer.status, answer.json.error, answer.json.error_codes]).toEqual([status, error, [number]])
    }
  })

  it('is accepted with its secret in the body or by HTTP Basic', async () => {
    const to = await sandbox()
    const asked = { client_id: to.webClientId, redirect_uri: webUri }
    const body = await redeem(to, {
      ...asked,
      code: await code(to, asked),
      client_secret: to.webClientSecret,
    })
    expect(body.status).toBe(200)
    const credentials = [to.webClientId, to.webClientSecret].map(encodeURIComponent).join(':')
    const basic = await token(
      to,
      {
        grant_type: 'authorization_code',
        code: await code(to, asked),
        redirect_uri: webUri,
        client_id: undefined,
      },
      'common',
      { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    )
    expect(basic.status).toBe(200)
  })

  it('has a secret of the letters that Microsoft’s have, or the one from the options', async () => {
    expect((await sandbox()).webClientSecret).toMatch(/^[\w~.-]{3}\dQ~[\w~.-]{34}$/)
    expect((await sandbox({ secret: 'open sesame' })).webClientSecret).toBe('open sesame')
  })
})

describe('the token endpoint', () => {
  it('writes errors as Microsoft does', async () => {
    const to = await sandbox()
    const id = randomUUID()
    const answer = await token(to, { grant_type: 'refresh_token', refresh_token: 'x' }, 'common', {
      'client-request-id': id,
    })
    expect(answer.json).toEqual({
      error: 'invalid_grant',
      error_description: expect.stringMatching(
        /^AADSTS9002313: .* Trace ID: \S+ Correlation ID: \S+ Timestamp: \S+ \S+Z$/,
      ),
      error_codes: [9002313],
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/),
      trace_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      correlation_id: id,
      error_uri: `${to.origin}/error?code=9002313`,
    })
    expect(answer.headers.get('client-request-id')).toBe(id)
    expect(answer.headers.get('x-ms-request-id')).toBe(answer.json.trace_id)
  })

  it('accepts only POST, not from a browser, as a form', async () => {
    const to = await sandbox()
    const url = `${to.origin}/common/oauth2/v2.0/token`
    const body = form({ client_id: to.clientId, grant_type: 'refresh_token', refresh_token: 'x' })
    const number = async (answer: Promise<{ json: Json }>) => (await answer).json.error_codes[0]
    expect(await number(call(url))).toBe(900561)
    expect(await number(call(url, { method: 'POST', body, headers: { origin: 'http://localhost' } }))).toBe(
      9002326,
    )
    expect(
      await number(
        call(url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }),
      ),
    ).toBe(900144)
    for (const raw of [
      'grant_type=refresh_token&grant_type=refresh_token',
      'grant_type=%zz',
      'grant_type=é',
    ]) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      expect(await number(call(url, { method: 'POST', body: raw, headers })), raw).toBe(9002313)
    }
  })

  it('takes a form whose values have spaces and other marks, as MSAL Node sent it for years', async () => {
    const to = await sandbox()
    const asked = { client_id: to.webClientId, redirect_uri: webUri, client_secret: to.webClientSecret }
    const fields = { ...asked, grant_type: 'authorization_code', code: await code(to, asked) }
    const marks = 'x-ms-lib-capability=retry-after, h429&x-client-current-telemetry=5|771,2,,,|,'
    const answer = await call(`${to.origin}/common/oauth2/v2.0/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' },
      body: `${marks}&${form(fields)}`,
    })
    expect(answer.json.access_token).toBeTruthy()
  })

  it('takes parameters in the URL as old programs send them, and counts that in the score', async () => {
    const to = await sandbox()
    const asked = { client_id: to.webClientId, redirect_uri: webUri }
    const secret = { ...asked, client_secret: to.webClientSecret, grant_type: 'authorization_code' }
    for (const body of [new URLSearchParams({}), form({ ...secret, code: await code(to, asked) })]) {
      const url = form({ ...secret, code: await code(to, asked) })
      const answer = await call(`${to.origin}/common/oauth2/v2.0/token?${url}`, { method: 'POST', body })
      expect(answer.json.access_token).toBeTruthy()
    }
    expect((await control(to, 'GET', 'score')).json.counts.secretInUrl).toBe(2)
    expect((await control(to, 'GET', 'log')).text).not.toContain(to.webClientSecret)
  })

  it('names the missing parameter and the unknown grant', async () => {
    const to = await sandbox()
    for (const [fields, parameter] of [
      [{}, 'grant_type'],
      [{ grant_type: 'refresh_token', client_id: undefined }, 'client_id'],
      [{ grant_type: 'refresh_token' }, 'refresh_token'],
      [{ grant_type: 'authorization_code', redirect_uri: redirectUri }, 'code'],
      [{ grant_type: 'authorization_code', code: 'x' }, 'redirect_uri'],
    ] as const) {
      const { json } = await token(to, fields)
      expect(json.error_codes).toEqual([900144])
      expect(json.error_description).toContain(`'${parameter}'`)
    }
    expect((await token(to, { grant_type: 'password' })).json.error).toBe('unsupported_grant_type')
    expect((await token(to, {}, 'nowhere.example')).json.error_codes).toEqual([90002])
  })
})

describe('refreshing', () => {
  it('gives a new refresh token and keeps the old one valid', async () => {
    const to = await sandbox()
    const first = await signIn(to)
    const second = (await refresh(to, first.refresh_token)).json
    expect(second.refresh_token).toBeTruthy()
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect(second.access_token).not.toBe(first.access_token)
    expect((await refresh(to, first.refresh_token)).status).toBe(200)
    expect((await refresh(to, second.refresh_token)).status).toBe(200)
  })

  it('refuses a revoked token with the message of its kind of account', async () => {
    const to = await sandbox()
    const [work, personal] = [await signIn(to, ada), await signIn(to, grace)]
    expect((await control(to, 'POST', 'revoke', { username: ada })).json).toEqual({ revoked: 1 })
    expect((await refresh(to, personal.refresh_token)).status).toBe(200)
    await control(to, 'POST', 'revoke')
    const refused = (await refresh(to, work.refresh_token)).json
    expect(refused).toMatchObject({ error: 'invalid_grant', error_codes: [50173] })
    const other = (await refresh(to, personal.refresh_token)).json
    expect(other).toMatchObject({ error: 'invalid_grant', error_codes: [70000], suberror: 'bad_token' })
  })

  it('refuses a token that was idle for 90 days', async () => {
    const to = await sandbox()
    const { refresh_token } = await signIn(to)
    await control(to, 'POST', 'settings', { clockSkewSeconds: 91 * 86_400 })
    expect((await refresh(to, refresh_token)).json).toMatchObject({
      error_codes: [700082],
      suberror: 'bad_token',
    })
  })

  it('refuses another client, and scopes that were not granted', async () => {
    const to = await sandbox()
    const { refresh_token } = await signIn(to, ada, { scope: 'offline_access Files.Read' })
    const web = { client_id: to.webClientId, client_secret: to.webClientSecret }
    expect((await refresh(to, refresh_token, web)).json.suberror).toBe('client_mismatch')
    expect((await refresh(to, refresh_token, { scope: 'Files.ReadWrite' })).json.error_codes).toEqual([65001])
    const personal = await signIn(to, grace, { scope: 'offline_access Files.Read' })
    expect(
      (await refresh(to, personal.refresh_token, { scope: 'Files.ReadWrite' })).json.error_codes,
    ).toEqual([70000])
  })

  it('with rotation, treats a replaced token as stolen after the grace period, and revokes its family', async () => {
    const to = await sandbox()
    await control(to, 'POST', 'settings', { refreshGraceSeconds: 30 })
    const other = await signIn(to)
    const first = (await signIn(to)).refresh_token
    const second = (await refresh(to, first)).json.refresh_token
    const third = (await refresh(to, first)).json.refresh_token
    expect(third).toBeTruthy()
    await control(to, 'POST', 'settings', { refreshGraceSeconds: 0 })
    for (const token of [first, second, third]) {
      expect((await refresh(to, token)).json).toMatchObject({ error: 'invalid_grant', error_codes: [50173] })
    }
    expect((await refresh(to, other.refresh_token)).status).toBe(200)
  })

  it('can answer without a refresh token, and with numbers as strings', async () => {
    const to = await sandbox({ accessTtlSeconds: 120 })
    const { refresh_token } = await signIn(to)
    await control(to, 'POST', 'settings', { omitRefreshToken: true, expiresInAsString: true })
    const { json } = await refresh(to, refresh_token)
    expect([json.refresh_token, json.expires_in]).toEqual([undefined, '120'])
  })
})
