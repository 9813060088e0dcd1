import { describe, expect, it } from 'vitest'
import {
  aadstsNumber,
  ada,
  authorize,
  call,
  code,
  control,
  form,
  grace,
  pkce,
  redeem,
  redirected,
  redirectUri,
  sandbox,
  scope,
} from '../../helpers/sandbox/client.ts'

describe('authorize', () => {
  it('sends the browser back with code, state and session state, and an empty fragment', async () => {
    const to = await sandbox()
    const answer = await authorize(to)
    expect(answer.status).toBe(302)
    expect(answer.headers.get('location')).toMatch(
      /^http:\/\/localhost:8765\/\?code=.+&state=a-state&session_state=[0-9a-f-]{36}#$/,
    )
    expect(answer.headers.get('cache-control')).toContain('no-store')
  })

  it('accepts the request as a POST', async () => {
    const to = await sandbox()
    const body = form({
      client_id: to.clientId,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope,
      state: 's',
    })
    const answer = await call(`${to.origin}/common/oauth2/v2.0/authorize`, { method: 'POST', body })
    expect(redirected(answer).get('code')).toBeTruthy()
  })

  it('stops on a page, never a redirect, when the client or the redirect URI is unknown', async () => {
    const to = await sandbox()
    const cases = [
      [{ client_id: '00000000-1111-2222-3333-444444444444' }, 'AADSTS700016'],
      [{ client_id: undefined }, 'AADSTS900144'],
      [{ redirect_uri: undefined }, 'AADSTS900971'],
      [{ redirect_uri: 'http://localhost:8765/other' }, 'AADSTS50011'],
      [{ redirect_uri: 'http://localhost:8765/?x=1' }, 'AADSTS50011'],
      [{ redirect_uri: 'http://localhost:8765/../' }, 'AADSTS50011'],
      [{ redirect_uri: 'http://127.0.0.1:8765' }, 'AADSTS50011'],
      [{ redirect_uri: 'https://localhost:8765' }, 'AADSTS50011'],
      [{ redirect_uri: 'http://localhost@elsewhere.example' }, 'AADSTS50011'],
    ] as const
    for (const [fields, number] of cases) {
      const answer = await authorize(to, fields)
      expect([answer.status, answer.headers.get('location')], JSON.stringify(fields)).toEqual([400, null])
      expect(answer.text).toContain(number)
    }
    const tenant = await authorize(to, {}, 'nowhere.example')
    expect(tenant.text).toContain('AADSTS90002')
  })

  it('escapes input on a page', async () => {
    const to = await sandbox()
    const answer = await authorize(to, { redirect_uri: 'http://localhost/"><script>alert(1)</script>' })
    expect(answer.text).not.toContain('<script>')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  it('ignores the port for localhost, and treats an empty path and / as equal', async () => {
    const to = await sandbox()
    for (const uri of [
      'http://localhost',
      'http://localhost/',
      'http://localhost:1',
      'http://localhost:65535/',
    ]) {
      expect((await authorize(to, { redirect_uri: uri })).status, uri).toBe(302)
    }
    const web = { client_id: to.webClientId, redirect_uri: 'http://localhost:6001/post_onedrive' }
    expect((await authorize(to, web)).status).toBe(302)
    expect(
      (await authorize(to, { ...web, redirect_uri: 'http://localhost:6001/Post_OneDrive' })).status,
    ).toBe(400)
  })

  it('takes a parameter without a value for one that is missing', async () => {
    const to = await sandbox()
    const empty = { prompt: '', login_hint: '', domain_hint: '', response_mode: '', code_challenge: '' }
    const code = redirected(await authorize(to, { ...empty, claims: '' })).get('code') ?? ''
    const answer = await redeem(to, { code, client_secret: '', code_verifier: '', resource: '' })
    expect(answer.json.access_token).toBeTruthy()
    expect(aadstsNumber(await authorize(to, { scope: '' }))).toBe(900144)
  })

  it('reports every other error to the client, with the state', async () => {
    const to = await sandbox()
    const cases = [
      [{ response_type: undefined }, 'invalid_request', 'AADSTS900144'],
      [{ response_type: 'cookies' }, 'unsupported_response_type', 'AADSTS700054'],
      [{ scope: undefined }, 'invalid_request', 'AADSTS900144'],
      [{ scope: 'Files.Wash' }, 'invalid_client', 'AADSTS650053'],
      [{ scope: 'Files.Wash', login_hint: grace }, 'invalid_scope', 'AADSTS70011'],
      [{ scope: 'Files.Read; User.Read' }, 'invalid_scope', 'AADSTS70011'],
      [{ scope: 'https://graph.microsoft.com/.default User.Read' }, 'invalid_scope', 'AADSTS70011'],
      [{ response_mode: 'pigeon' }, 'invalid_request', 'AADSTS90023'],
      [{ code_challenge: 'short', code_challenge_method: 'S256' }, 'invalid_request', 'AADSTS50147'],
      [{ code_challenge: 'x'.repeat(129) }, 'invalid_request', 'AADSTS50147'],
      [{ code_challenge: pkce().challenge, code_challenge_method: 'S512' }, 'invalid_request', 'AADSTS50147'],
      [{ prompt: 'none' }, 'login_required', 'AADSTS50058'],
      [{ prompt: 'shout' }, 'invalid_request', 'AADSTS90023'],
    ] as const
    for (const [fields, error, number] of cases) {
      const answer = redirected(await authorize(to, fields))
      expect([answer.get('error'), answer.get('state'), answer.get('code')], number).toEqual([
        error,
        'a-state',
        null,
      ])
      expect(answer.get('error_description')).toMatch(
        new RegExp(
          `^${number}: .+ Trace ID: [0-9a-f-]{36} Correlation ID: [0-9a-f-]{36} Timestamp: \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\dZ$`,
          's',
        ),
      )
    }
  })

  it('chooses the account by hints and tenant', async () => {
    const to = await sandbox()
    const cases = [
      [{}, 'common', ada],
      [{ login_hint: grace.toUpperCase() }, 'common', grace],
      [{ domain_hint: 'consumers' }, 'common', grace],
      [{ domain_hint: 'organizations' }, 'common', ada],
      [{}, 'consumers', grace],
      [{}, '9188040d-6c67-4c5b-b112-36a304b66dad', grace],
      [{}, 'organizations', ada],
      [{}, 'contoso.example', ada],
    ] as const
    for (const [fields, tenant, username] of cases) {
      await authorize(to, fields, tenant)
      const log = (await control(to, 'GET', 'log')).json
      expect(log.at(-1).username, `${JSON.stringify(fields)} at ${tenant}`).toBe(username)
    }
  })

  it('stops on a page for an account that the tenant does not have', async () => {
    const to = await sandbox()
    const answer = await authorize(to, { login_hint: grace }, 'organizations')
    expect(answer.headers.get('location')).toBeNull()
    expect(answer.text).toContain('AADSTS50020')
  })

  it('puts the answer into the fragment on request', async () => {
    const to = await sandbox()
    const location = (await authorize(to, { response_mode: 'fragment' })).headers.get('location') ?? ''
    expect(new URL(location).search).toBe('')
    expect(new URLSearchParams(new URL(location).hash.slice(1)).get('code')).toBeTruthy()
  })

  it('answers form_post with a form that submits itself and works without scripts', async () => {
    const to = await sandbox()
    const answer = await authorize(to, { response_mode: 'form_post', state: `"'<&>x` })
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('<form method="POST" action="http://localhost:8765/">')
    expect(answer.text).toMatch(/<input type="hidden" name="code" value="[^"]+">/)
    // The tag in the state is removed, the rest escaped.
    expect(answer.text).toContain('name="state" value="&#34;&#39;x"')
    expect(answer.text).toContain('<button type="submit">')
    const [script] =
      /(?<=script-src ')sha256-[^']+/.exec(answer.headers.get('content-security-policy') ?? '') ?? []
    expect(script).toBeTruthy()
  })

  it('sends an error by form_post', async () => {
    const to = await sandbox()
    const answer = await authorize(to, { response_mode: 'form_post', response_type: 'token' })
    expect(answer.text).toContain('name="error" value="unsupported_response_type"')
  })

  it('gives client_info only on request', async () => {
    const to = await sandbox()
    expect(redirected(await authorize(to)).has('client_info')).toBe(false)
    const info = redirected(await authorize(to, { client_info: '1' })).get('client_info') ?? ''
    expect(Object.keys(JSON.parse(Buffer.from(info, 'base64url').toString()))).toEqual(['uid', 'utid'])
  })
})

describe('the next sign-in, set by the control API', () => {
  it('is another account, once', async () => {
    const to = await sandbox()
    await control(to, 'POST', 'next-sign-in', { username: grace })
    expect((await redeem(to, { code: await code(to) })).json.access_token).toMatch(/^Ew/)
    expect((await redeem(to, { code: await code(to) })).json.access_token).toMatch(/^ey/)
  })

  it('ends with the given error', async () => {
    const to = await sandbox()
    await control(to, 'POST', 'next-sign-in', { error: 'access_denied', error_subcode: 'cancel' })
    const answer = redirected(await authorize(to))
    expect(Object.fromEntries(answer)).toEqual({
      error: 'access_denied',
      error_subcode: 'cancel',
      state: 'a-state',
    })
  })

  it('stops on an error page', async () => {
    const to = await sandbox()
    await control(to, 'POST', 'next-sign-in', { page: 'AADSTS50105' })
    const answer = await authorize(to)
    expect([answer.status, answer.headers.get('location')]).toEqual([200, null])
    expect(answer.text).toContain('AADSTS50105')
  })

  it('is not used up by a request that fails earlier', async () => {
    const to = await sandbox()
    await control(to, 'POST', 'next-sign-in', { error: 'access_denied' })
    await authorize(to, { scope: undefined })
    expect(redirected(await authorize(to)).get('error')).toBe('access_denied')
  })
})
