import { describe, expect, it } from 'vitest'
import type { Sandbox } from '../../../sandbox/index.ts'
import {
  type Answer,
  aadstsNumber,
  ada,
  call,
  control,
  form,
  grace,
  redeem,
  redirected,
  redirectUri,
  sandbox,
} from '../../helpers/sandbox/client.ts'

describe('the sign-in pages, with a plain HTTP client', () => {
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

  it('have a policy that allows only themselves and the redirect URI', async () => {
    const to = await sandbox({ signIn: 'page' })
    const { page } = await begin(to)
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; img-src data:; base-uri 'none'; frame-ancestors 'none'/,
    )
    expect(policy).toMatch(/; form-action 'self' http:\/\/localhost:8765$/)
    expect(policy).not.toContain('script-src')
    expect(page.headers.get('cache-control')).toContain('no-store')
    for (const cookie of page.headers.getSetCookie()) expect(cookie).toMatch(/; HttpOnly; SameSite=Lax/)
  })

  it('can be switched on at run time, and limit cookies to https only with TLS', async () => {
    const to = await sandbox()
    await control(to, 'POST', 'settings', { signIn: 'page' })
    const { step } = await begin(to)
    for (const cookie of (await step({ account: ada })).headers.getSetCookie())
      expect(cookie).not.toContain('Secure')
  })

  it('accept a form only with the cookie of its visit and from their own origin', async () => {
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
      expect([answer.status, answer.text.includes('Sign-in expired')], JSON.stringify(headers)).toEqual([
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

  it('give one answer per visit', async () => {
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

  it('escape what a person types, and refuse a user of another directory', async () => {
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
    expect([refused.status, aadstsNumber(refused)]).toEqual([200, 50020])
    const all = await begin(to)
    expect(all.page.text).toContain('Eve &#60;b&#62;')
  })

  it('accept an authorization request by POST', async () => {
    const to = await sandbox({ signIn: 'page' })
    const answer = await call(`${to.origin}/common/oauth2/v2.0/authorize`, {
      method: 'POST',
      body: query(to),
    })
    expect(answer.text).toContain('Pick an account')
  })

  it('report to the client what is only wrong for the chosen account', async () => {
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

  it('sign out, and redirect only to a registered URI', async () => {
    const to = await sandbox({ signIn: 'page' })
    const out = (back: string) =>
      call(`${to.origin}/common/oauth2/v2.0/logout?${form({ post_logout_redirect_uri: back, state: 'bye' })}`)
    expect((await out('http://localhost:9999/')).headers.get('location')).toBe(
      'http://localhost:9999/?state=bye',
    )
    const stranger = await out('http://elsewhere.example/')
    expect([stranger.status, stranger.headers.get('location')]).toEqual([200, null])
  })

  it('redeem a code for the scopes that the person granted', async () => {
    const to = await sandbox({ signIn: 'page' })
    const { step } = await begin(to)
    await step({ account: ada })
    const value = redirected(await step({ action: 'accept' })).get('code') ?? ''
    expect((await redeem(to, { code: value })).json.scope).toContain('Files.Read')
  })
})
