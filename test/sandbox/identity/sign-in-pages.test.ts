import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Registration, type Sandbox, startSandbox } from '../../../sandbox/index.ts'
import {
  type Answer,
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
  refresh,
  sandbox,
  signIn,
  token,
} from '../../helpers/sandbox/client.ts'

const workTenant = '5d1f0a3c-7be2-4c86-9d0e-2f6a41c7b893'
const day = 86_400

/** The AADSTS number of an answer, wherever it stands. */
function number(answer: Answer): number | undefined {
  if (answer.json?.error_codes) return answer.json.error_codes[0]
  const location = answer.headers.get('location')
  const found = /AADSTS(\d+)/.exec(location ? decodeURIComponent(location) : answer.text)?.[1]
  return found === undefined ? undefined : Number(found)
}

function app(more: Partial<Registration>): Registration {
  return {
    clientId: randomUUID(),
    name: 'Another app',
    redirectUris: [{ uri: 'http://localhost', platform: 'public' }],
    audience: 'AzureADandPersonalMicrosoftAccount',
    ...more,
  }
}

const deviceCode = (to: Sandbox, clientId: string, tenant = 'common') =>
  call(`${to.origin}/${tenant}/oauth2/v2.0/devicecode`, {
    method: 'POST',
    body: form({ client_id: clientId, scope: 'openid Files.Read' }),
  })

describe('the audience of a registration', () => {
  const one = app({ audience: 'AzureADMyOrg', tenant: workTenant.toUpperCase() })
  const elsewhere = app({ audience: 'AzureADMyOrg', tenant: randomUUID() })
  const orgs = app({ audience: 'AzureADMultipleOrgs' })
  const personal = app({ audience: 'PersonalMicrosoftAccount' })
  const registrations = [one, elsewhere, orgs, personal]

  it.each([
    ['one directory', one, 'common', 50194],
    ['one directory', one, 'organizations', 50194],
    ['one directory', one, 'consumers', 9002332],
    ['one directory', one, workTenant, undefined],
    ['one directory', elsewhere, workTenant, 700016],
    ['any directory', orgs, 'common', undefined],
    ['any directory', orgs, 'consumers', 9002332],
    ['personal accounts', personal, 'common', 9002331],
    ['personal accounts', personal, 'contoso.example', 9002331],
    ['personal accounts', personal, 'consumers', undefined],
  ] as const)('of %s is kept at each endpoint: %#', async (_, { clientId }, tenant, expected) => {
    const to = await sandbox({ registrations })
    expect(number(await authorize(to, { client_id: clientId }, tenant))).toBe(expected)
    expect(number(await deviceCode(to, clientId, tenant))).toBe(expected)
    const redemption = await token(
      to,
      { client_id: clientId, grant_type: 'refresh_token', refresh_token: 'x' },
      tenant,
    )
    expect(number(redemption)).toBe(expected ?? 9002313)
  })

  it('stops a personal account on a page when the app is for work alone', async () => {
    const to = await sandbox({ registrations })
    const answer = await authorize(to, { client_id: orgs.clientId, login_hint: grace })
    expect(answer.text).toContain('not enabled for consumers')
  })
})

describe('the platform of a redirect URI', () => {
  const web = 'http://localhost:5000/web'
  const spa = 'http://localhost:3000/spa'
  const mixed = app({
    secret: 'a secret',
    redirectUris: [
      { uri: 'http://localhost:7000/', platform: 'public' },
      { uri: 'http://localhost:7001/', platform: 'web' },
      { uri: web, platform: 'web' },
      { uri: spa, platform: 'spa' },
    ],
  })
  const asked = (uri: string) => ({ client_id: mixed.clientId, redirect_uri: uri })

  async function redeemed(to: Sandbox, uri: string, fields: Record<string, string> = {}, headers = {}) {
    const value = await code(to, asked(uri))
    return token(
      to,
      { grant_type: 'authorization_code', ...asked(uri), code: value, ...fields },
      'common',
      headers,
    )
  }

  it('decides whether a secret is needed, and an entry with the very port comes first', async () => {
    const to = await sandbox({ registrations: [mixed] })
    const secret = { client_secret: 'a secret' }
    expect((await redeemed(to, 'http://localhost:7000/')).status).toBe(200)
    expect(number(await redeemed(to, 'http://localhost:7000/', secret))).toBe(700025)
    expect(number(await redeemed(to, 'http://localhost:7001/'))).toBe(7000218)
    expect((await redeemed(to, 'http://localhost:7001/', secret)).status).toBe(200)
    expect(number(await redeemed(to, web, {}, { origin: 'http://localhost:5000' }))).toBe(9002326)
  })

  it('lets a single-page application redeem from a browser alone, with PKCE, for a day', async () => {
    const to = await sandbox({ registrations: [mixed] })
    const origin = { origin: 'http://localhost:3000' }
    expect(number(await redeemed(to, spa))).toBe(9002327)
    expect(number(await redeemed(to, spa, {}, origin))).toBe(9002325)
    const { challenge, verifier } = pkce()
    const value = await code(to, { ...asked(spa), code_challenge: challenge, code_challenge_method: 'S256' })
    const grant = { grant_type: 'authorization_code', code: value, code_verifier: verifier }
    let last = await token(to, { ...grant, ...asked(spa) }, 'common', origin)
    expect(last.status).toBe(200)
    const renew = async (headers = {}) => {
      const fields = { client_id: mixed.clientId, grant_type: 'refresh_token' }
      return token(to, { ...fields, refresh_token: last.json.refresh_token }, 'common', headers)
    }
    expect(number(await renew())).toBe(9002327)
    await control(to, 'POST', 'settings', { clockSkewSeconds: day / 2 })
    last = await renew(origin)
    expect(last.status).toBe(200)
    await control(to, 'POST', 'settings', { clockSkewSeconds: day + 60 })
    expect(number(await renew(origin))).toBe(700084)
  })

  it('closes the device flow to a client that is not public: at once, or at work after the sign-in', async () => {
    const redirectUris = [{ uri: web, platform: 'web' as const }]
    const all = app({ redirectUris, secret: 's' })
    const work = app({ redirectUris, secret: 's', audience: 'AzureADMultipleOrgs' })
    const allowed = app({ redirectUris, secret: 's', allowPublicClientFlows: true })
    const to = await sandbox({ registrations: [all, work, allowed] })
    expect(number(await deviceCode(to, all.clientId))).toBe(70002)
    for (const [{ clientId }, expected] of [
      [work, 7000218],
      [allowed, undefined],
    ] as const) {
      const { json } = await deviceCode(to, clientId)
      const poll = () =>
        token(to, { client_id: clientId, grant_type: 'device_code', device_code: json.device_code })
      expect((await poll()).json.error).toBe('authorization_pending')
      await control(to, 'POST', 'device', { user_code: json.user_code, username: ada })
      expect(number(await poll())).toBe(expected)
    }
  })

  it.each([
    [{ clientId: 'x' }, 'registrations[0].clientId must be a GUID.'],
    [{ audience: 'AzureADMyOrg' }, 'registrations[0].tenant is missing.'],
    [{ tenant: 'x' }, 'registrations[0].tenant must be a GUID.'],
    [
      { redirectUris: [{ uri: 'localhost', platform: 'web' }] },
      'registrations[0] has an unusable redirect URI',
    ],
  ] as const)('is refused with a sentence where it makes no sense: %j', async (more, message) => {
    const registrations = [app(more as unknown as Partial<Registration>)]
    await expect(startSandbox({ registrations })).rejects.toThrow(message)
  })
})

describe('instance discovery', () => {
  const ask = (to: Sandbox, endpoint: string, version = '1.1') =>
    call(
      `${to.origin}/common/discovery/instance?api-version=${version}&authorization_endpoint=${encodeURIComponent(endpoint)}`,
    )

  it('knows the sandbox and Microsoft’s clouds by all their names', async () => {
    const to = await sandbox()
    const own = new URL(to.origin).host
    const { json } = await ask(to, `${to.origin}/contoso.example/oauth2/v2.0/authorize`)
    expect(json.tenant_discovery_endpoint).toBe(
      `${to.origin}/contoso.example/v2.0/.well-known/openid-configuration`,
    )
    expect((await call(json.tenant_discovery_endpoint)).status).toBe(200)
    expect(json['api-version']).toBe('1.1')
    expect(json.metadata.at(-1)).toMatchObject({ preferred_network: own, preferred_cache: own })
    expect(json.metadata.at(-1).aliases).toContain(own.replace('localhost', '127.0.0.1'))
    for (const host of ['login.microsoftonline.com', 'login.windows.net', 'login.chinacloudapi.cn'])
      expect((await ask(to, `https://${host}/common/oauth2/v2.0/authorize`)).status, host).toBe(200)
  })

  it('does not know anybody else', async () => {
    const to = await sandbox()
    for (const endpoint of [
      'https://login.evil.example/common/oauth2/v2.0/authorize',
      'http://login.microsoftonline.com/common/oauth2/v2.0/authorize',
      to.origin.replace('http', 'https'),
      'http://localhost:1/common',
      'nonsense',
    ]) {
      const answer = await ask(to, endpoint)
      expect([answer.status, answer.json.error, number(answer)], endpoint).toEqual([
        400,
        'invalid_instance',
        50049,
      ])
    }
    expect(number(await ask(to, to.origin, '2.0'))).toBe(90023)
    expect(number(await call(`${to.origin}/common/discovery/instance`))).toBe(900144)
  })

  it('is found in any case, as every endpoint is', async () => {
    const to = await sandbox()
    expect((await call(`${to.origin}/Common/V2.0/.well-known/OpenID-Configuration`)).status).toBe(200)
  })
})

describe('a client that goes too far', () => {
  it('is stopped at the sixteenth like request within five minutes, where that is switched on', async () => {
    const to = await sandbox({ loopDetection: true })
    const { refresh_token } = await signIn(to)
    for (let times = 0; times < 15; times++) expect((await refresh(to, refresh_token)).status).toBe(200)
    const stopped = await refresh(to, refresh_token)
    expect([stopped.json.error, number(stopped)]).toEqual(['invalid_grant', 50196])
    expect((await refresh(to, refresh_token, { scope: 'User.Read' })).status).toBe(200)
    await control(to, 'POST', 'settings', { clockSkewSeconds: 301 })
    expect((await refresh(to, refresh_token)).status).toBe(200)
    for (let times = 0; times < 15; times++) expect(redirected(await authorize(to)).has('code')).toBe(true)
    expect(number(await authorize(to))).toBe(50196)
  })

  it('may poll as it likes unless told otherwise', async () => {
    const to = await sandbox()
    const { json } = await deviceCode(to, to.clientId)
    const poll = async () =>
      (await token(to, { grant_type: 'device_code', device_code: json.device_code })).json.error
    for (let times = 0; times < 17; times++) expect(await poll()).toBe('authorization_pending')
    await control(to, 'POST', 'settings', { loopDetection: true, slowDown: true })
    for (let times = 0; times < 15; times++) expect(await poll()).toBe('slow_down')
    expect(await poll()).toBe('invalid_grant')
  })
})

describe('a refresh token', () => {
  it('is good for as long as it was told, counted anew with each use', async () => {
    const to = await sandbox({ refreshIdleSeconds: 3600 })
    const first = await signIn(to)
    await control(to, 'POST', 'settings', { clockSkewSeconds: 3000 })
    const second = (await refresh(to, first.refresh_token)).json
    await control(to, 'POST', 'settings', { clockSkewSeconds: 5000 })
    const over = await refresh(to, first.refresh_token)
    expect([number(over), over.json.suberror]).toEqual([700082, 'bad_token'])
    expect(over.json.error_description).toContain('was inactive for 01:00:00.')
    expect((await refresh(to, second.refresh_token)).status).toBe(200)
  })
})

describe('the sign-in pages, to a plain HTTP client', () => {
  const query = (to: Sandbox, fields: Record<string, string> = {}) =>
    form({
      client_id: to.clientId,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid Files.Read',
      state: 's',
      ...fields,
    })

  const cookiesOf = (answer: Answer) =>
    answer.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; ')

  async function begin(to: Sandbox, tenant = 'common') {
    const page = await call(`${to.origin}/${tenant}/oauth2/v2.0/authorize?${query(to)}`)
    const visit = /name="visit" value="([\w-]+)"/.exec(page.text)?.[1] ?? ''
    const cookie = cookiesOf(page)
    const step = (fields: Record<string, string>, headers: Record<string, string> = { cookie }) =>
      call(`${to.origin}/${tenant}/login`, { method: 'POST', body: form({ visit, ...fields }), headers })
    return { page, visit, cookie, step }
  }

  it('are under a policy that allows nothing but themselves and the way back', async () => {
    const to = await sandbox({ signIn: 'page' })
    const { page } = await begin(to)
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; frame-ancestors 'none'/,
    )
    expect(policy).toMatch(/; form-action 'self' http:\/\/localhost:8765$/)
    expect(policy).not.toContain('script-src')
    expect(page.headers.get('cache-control')).toContain('no-store')
    for (const cookie of page.headers.getSetCookie()) expect(cookie).toMatch(/; HttpOnly; SameSite=Lax/)
  })

  it('are switched on at run time too, and do not limit cookies to https without it', async () => {
    const to = await sandbox()
    await control(to, 'POST', 'settings', { signIn: 'page' })
    const { step } = await begin(to)
    for (const cookie of (await step({ account: ada })).headers.getSetCookie())
      expect(cookie).not.toContain('Secure')
  })

  it('obey a form only with the cookie of its own visit, and from their own origin', async () => {
    const to = await sandbox({ signIn: 'page' })
    const [mine, other] = [await begin(to), await begin(to)]
    const wrong: Record<string, string>[] = [
      {},
      { cookie: other.cookie },
      { cookie: `${mine.cookie}x` },
      { cookie: 'something=else', 'sec-fetch-site': 'same-origin' },
    ]
    for (const headers of wrong) {
      const answer = await mine.step({ account: ada }, headers)
      expect([answer.status, answer.text.includes('This sign-in is over')], JSON.stringify(headers)).toEqual([
        400,
        true,
      ])
    }
    const { cookie } = mine
    for (const headers of [
      { cookie, origin: 'http://localhost:8765' },
      { cookie, origin: 'null' },
    ]) {
      expect((await mine.step({ account: ada }, headers)).status).toBe(405)
    }
    expect((await mine.step({ account: ada }, { cookie, origin: to.origin })).status).toBe(303)
  })

  it('give one answer a visit', async () => {
    const to = await sandbox({ signIn: 'page' })
    const { step } = await begin(to)
    expect((await step({ action: 'accept' })).status).toBe(303)
    const picked = await step({ account: ada })
    expect(picked.headers.get('location')).toMatch(/^\/common\/login\?visit=/)
    const accepted = await step({ action: 'accept' })
    expect(redirected(accepted).get('code')).toBeTruthy()
    expect(accepted.headers.getSetCookie().join()).toContain('Max-Age=0')
    expect((await step({ action: 'accept' })).status).toBe(400)
    const log = (await control(to, 'GET', 'log')).json
    expect(JSON.stringify(log)).not.toMatch(/visit=[\w-]{10}/)
  })

  it('end after an hour', async () => {
    const to = await sandbox({ signIn: 'page' })
    const { step } = await begin(to)
    await control(to, 'POST', 'settings', { clockSkewSeconds: 3601 })
    expect((await step({ account: ada })).status).toBe(400)
  })

  it('escape what a person types, and tell a stranger to the directory', async () => {
    const users = [
      { username: 'eve@fabrikam.example', name: 'Eve <b>', kind: 'work' as const },
      { username: ada, name: 'Ada', kind: 'work' as const },
    ]
    const to = await sandbox({ signIn: 'page', users })
    const { page, cookie, step, visit } = await begin(to, 'contoso.example')
    expect(page.text).not.toContain('eve@fabrikam.example')
    await step({ username: '"><script>x' })
    const shown = await call(`${to.origin}/contoso.example/login?visit=${visit}`, { headers: { cookie } })
    expect(shown.text).toContain('value="&#34;&#62;&#60;script&#62;x"')
    const refused = await step({ username: ' eve@fabrikam.example ' })
    expect([refused.status, number(refused)]).toEqual([200, 50020])
    const all = await begin(to)
    expect(all.page.text).toContain('Eve &#60;b&#62;')
  })

  it('take an authorization request by POST as well', async () => {
    const to = await sandbox({ signIn: 'page' })
    const answer = await call(`${to.origin}/common/oauth2/v2.0/authorize`, {
      method: 'POST',
      body: query(to),
    })
    expect(answer.text).toContain('Pick an account')
  })

  it('tell the client what only the account shows to be wrong', async () => {
    const to = await sandbox({ signIn: 'page' })
    const scope = 'https://graph.microsoft.com/.default'
    const page = await call(`${to.origin}/common/oauth2/v2.0/authorize?${query(to, { scope })}`)
    const visit = /name="visit" value="([\w-]+)"/.exec(page.text)?.[1] ?? ''
    const answer = await call(`${to.origin}/common/login`, {
      method: 'POST',
      body: form({ visit, account: grace }),
      headers: { cookie: cookiesOf(page) },
    })
    expect(redirected(answer).get('error')).toBe('invalid_scope')
  })

  it('sign out where asked to, and lead back to a registered address alone', async () => {
    const to = await sandbox({ signIn: 'page' })
    const out = (back: string) =>
      call(`${to.origin}/common/oauth2/v2.0/logout?${form({ post_logout_redirect_uri: back, state: 'bye' })}`)
    expect((await out('http://localhost:9999/')).headers.get('location')).toBe(
      'http://localhost:9999/?state=bye',
    )
    const stranger = await out('http://elsewhere.example/')
    expect([stranger.status, stranger.headers.get('location')]).toEqual([200, null])
  })

  it('count a redemption for what the person granted', async () => {
    const to = await sandbox({ signIn: 'page' })
    const { step } = await begin(to)
    await step({ account: ada })
    const value = redirected(await step({ action: 'accept' })).get('code') ?? ''
    expect((await redeem(to, { code: value })).json.scope).toContain('Files.Read')
  })
})
