import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  launch,
  launchWithoutCookies,
  listener,
  look,
  press,
  pressByKeyboard,
  signInUrl,
  withoutScripts,
} from '../../helpers/browser/pages.ts'
import {
  ada,
  call,
  control,
  form,
  grace,
  type Json,
  redeem,
  sandbox,
  token,
} from '../../helpers/sandbox/client.ts'
import { msal } from '../../helpers/sandbox/msal.ts'
import { hasRealPart } from '../../helpers/system/real-part.ts'

const chromium = hasRealPart('chromium', 'the sign-in pages in a browser')
let browser: Browser
if (chromium) {
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser.close())
}

/** A new browser for each test, without cookies. */
async function open(): Promise<Page> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  context.setDefaultTimeout(20_000)
  return context.newPage()
}

/** A sandbox with pages, a listening client, and a browser on the sign-in page. */
async function begin(fields: Record<string, string> = {}, tenant?: string) {
  const to = await sandbox({ signIn: 'page' })
  const client = await listener()
  const page = await open()
  const url = signInUrl(to, { redirect_uri: client.redirectUri, ...fields }, tenant)
  await page.goto(url)
  return { to, client, page, url }
}

const many = ['Mail.Read', 'Calendars.Read', 'Contacts.Read', 'Notes.Read', 'Tasks.Read', 'People.Read']

describe.runIf(chromium)('a person', () => {
  it.each([
    ['the usual permissions', 'openid profile offline_access User.Read Files.ReadWrite.All'],
    ['many permissions', `openid profile offline_access Files.Read Sites.Read.All ${many.join(' ')}`],
  ])('sees the buttons of the consent page in a small window, whatever it asks: %s', async (what, scope) => {
    const { client, page } = await begin({ scope })
    await press(page, /Ada Lovelace/)
    await page.getByRole('heading', { name: 'Permissions requested' }).waitFor()
    await look(page, `consent-${what.split(' ').join('-')}`)
    await page.setViewportSize({ width: 1100, height: 720 })
    for (const name of ['Accept', 'Cancel']) {
      const box = await page.getByRole('button', { name }).boundingBox()
      expect(box?.y, name).toBeGreaterThan(0)
      expect((box?.y ?? 0) + (box?.height ?? 0), name).toBeLessThanOrEqual(720)
    }
    // They hide nothing: the last line comes out from under them.
    await page.evaluate('scrollTo(0, document.body.scrollHeight)')
    const [line, button] = await Promise.all(
      [page.getByText('You can remove these permissions'), page.getByRole('button', { name: 'Accept' })].map(
        (one) => one.boundingBox(),
      ),
    )
    expect((line?.y ?? 0) + (line?.height ?? 0)).toBeLessThanOrEqual(button?.y ?? 0)
    client.close()
  })

  it('picks an account, accepts, and returns to the client with a valid code', async () => {
    const { to, client, page } = await begin()
    expect(await page.title()).toBe('Pick an account · Sandbox')
    await look(page, '1-pick')
    await press(page, /Ada Lovelace/)
    await page.getByRole('heading', { name: 'Permissions requested' }).waitFor()
    for (const words of ['Have full access to all files you have access to', 'Maintain access to data'])
      expect(await page.getByText(words).count()).toBe(1)
    await look(page, '2-consent')
    await press(page, 'Accept')
    await page.getByText('Back at the app').waitFor()
    const { fields } = await client.came
    expect(fields.get('state')).toBe('a-state')
    const answer = await redeem(to, { code: fields.get('code') ?? '', redirect_uri: client.redirectUri })
    expect(answer.json.scope).toContain('Files.ReadWrite.All')
    client.close()
  })

  it('sees another consent page with a personal account', async () => {
    const { client, page } = await begin({ domain_hint: 'consumers', login_hint: 'someone@outlook.example' })
    expect(await page.getByText(ada).count()).toBe(0)
    await look(page, '3-unknown-hint')
    await press(page, /Grace Hopper/)
    await page.getByRole('heading', { name: 'Let this app access your info?' }).waitFor()
    await look(page, '4-consent-personal')
    await press(page, 'Cancel')
    const { fields } = await client.came
    expect(Object.fromEntries(fields)).toEqual({
      error: 'access_denied',
      error_description: 'The user has denied access to the scope requested by the client application.',
      state: 'a-state',
    })
    client.close()
  })

  it('sees the other pages: welcome, username, error, signed out, expired', async () => {
    const { to, client, page, url } = await begin({ login_hint: ada }, 'organizations')
    await page.getByRole('heading', { name: 'Sign in as Ada Lovelace' }).waitFor()
    await look(page, '5-welcome')
    await press(page, 'Use another account')
    await page.getByLabel('Email or username').fill('nobody@contoso.example')
    await press(page, 'Next')
    expect(await page.getByRole('alert').textContent()).toContain('may be incorrect')
    await look(page, '6-name')
    await page.getByLabel('Email or username').fill(grace)
    await press(page, 'Next')
    expect(await page.getByRole('alert').textContent()).toContain('personal account')
    await page.goto(url.replace('localhost%3A', 'elsewhere.example%3A'))
    expect(await page.getByRole('alert').textContent()).toContain('AADSTS50011')
    await look(page, '7-error')
    await page.goto(`${to.origin}/common/oauth2/v2.0/logout`)
    await look(page, '8-signed-out')
    await page.goto(`${to.origin}/common/login`)
    await look(page, '9-over')
    client.close()
  })

  it('enters a device code and confirms the application', async () => {
    const to = await sandbox({ signIn: 'page' })
    const started = await device(to)
    const page = await open()
    await page.goto(started.verification_uri)
    await look(page, '10-code')
    await page.keyboard.type('wrong')
    await press(page, 'Next')
    expect(await page.getByRole('alert').textContent()).toContain('didn’t work')
    await look(page, '11-code-wrong')
    await page.getByLabel('Code').fill(started.user_code.toLowerCase())
    await press(page, 'Next')
    await press(page, /Ada Lovelace/)
    await press(page, 'Accept')
    await page.getByRole('heading', { name: 'Are you trying to sign in to Sandbox CLI?' }).waitFor()
    await look(page, '12-confirm')
    await press(page, 'Continue')
    expect(await page.getByRole('status').textContent()).toContain('You have signed in')
    await look(page, '13-device-done')
    expect((await started.poll()).status).toBe(200)
    await page.goto(`${to.origin}/myapps`)
    await look(page, '14-apps')
  })

  it('sends the form_post with a button when scripts are off', async () => {
    const { client, page } = await begin({ response_mode: 'form_post', login_hint: ada })
    const allowScripts = await withoutScripts(page)
    await press(page, 'Sign in')
    await press(page, 'Accept')
    await page.getByText('If nothing happens').waitFor()
    await allowScripts()
    await look(page, '15-form-post')
    await press(page, 'Continue')
    const { method, fields } = await client.came
    expect([method, fields.has('code')]).toEqual(['POST', true])
    client.close()
  })
})

async function device(
  to: Awaited<ReturnType<typeof sandbox>>,
  fields: Record<string, string> = {},
): Promise<Json> {
  const asked = { client_id: to.clientId, scope: 'openid offline_access Files.ReadWrite' }
  const body = form({ ...asked, ...fields })
  const { json } = await call(`${to.origin}/common/oauth2/v2.0/devicecode`, { method: 'POST', body })
  const poll = () => token(to, { grant_type: 'device_code', device_code: json.device_code, ...fields })
  return { ...json, poll }
}

describe.runIf(chromium)('in a browser', () => {
  it('can use the keyboard only', async () => {
    const { client, page } = await begin()
    await pressByKeyboard(page, 'Grace Hopper')
    await page.getByRole('heading', { name: 'Let this app' }).waitFor()
    await pressByKeyboard(page, 'Accept')
    expect((await client.came).fields.has('code')).toBe(true)
    client.close()
  })

  it('is asked once: then the browser has a session, and consent is remembered', async () => {
    const { to, client, page } = await begin()
    await press(page, /Ada Lovelace/)
    await press(page, 'Accept')
    await client.came
    const next = await listener()
    const again = (fields: Record<string, string>) =>
      page.goto(signInUrl(to, { redirect_uri: next.redirectUri, ...fields }))
    for (const [prompt, heading] of [
      ['login', 'Pick an account'],
      ['select_account', 'Pick an account'],
      ['consent', 'Permissions requested'],
    ] as const) {
      await again({ prompt })
      await page.getByRole('heading', { name: heading }).waitFor()
    }
    await again({ scope: 'openid Sites.Read.All' })
    await page.getByText('Read items in all site collections').waitFor()
    expect(await page.getByText('Have full access to all files').count()).toBe(0)
    await again({})
    expect((await next.came).fields.has('code')).toBe(true)
    for (const one of [client, next]) one.close()
  })

  it('gets a silent answer if the browser has a session', async () => {
    const { to, client, page } = await begin()
    const silently = async (fields: Record<string, string> = {}) => {
      const back = await listener()
      await page.goto(signInUrl(to, { redirect_uri: back.redirectUri, prompt: 'none', ...fields }))
      const answer = (await back.came).fields
      back.close()
      return [answer.get('error'), /AADSTS\d+/.exec(answer.get('error_description') ?? '')?.[0] ?? null]
    }
    expect(await silently()).toEqual(['login_required', 'AADSTS50058'])
    await page.goto(signInUrl(to, { redirect_uri: client.redirectUri }))
    await press(page, /Ada Lovelace/)
    await press(page, 'Accept')
    await client.came
    expect(await silently()).toEqual([null, null])
    expect(await silently({ scope: 'Sites.Read.All' })).toEqual(['interaction_required', 'AADSTS65001'])
    expect(await silently({ login_hint: grace })).toEqual(['login_required', 'AADSTS50058'])
    await page.goto(signInUrl(to, { redirect_uri: client.redirectUri, prompt: 'select_account' }))
    await press(page, /Grace Hopper/)
    expect(await silently()).toEqual(['interaction_required', 'AADSTS16000'])
    expect(await silently({ login_hint: ada })).toEqual([null, null])
    await page.goto(`${to.origin}/common/oauth2/v2.0/logout?logout_hint=${ada}`)
    expect(await silently({ login_hint: ada })).toEqual(['login_required', 'AADSTS50058'])
    client.close()
  })

  it('cancels with a work account, without a description', async () => {
    for (const first of [/Ada Lovelace/, 'Cancel']) {
      const { client, page } = await begin()
      await press(page, first)
      if (first !== 'Cancel') await press(page, 'Cancel')
      const { fields } = await client.came
      expect(Object.fromEntries(fields)).toEqual({
        error: 'access_denied',
        error_subcode: 'cancel',
        state: 'a-state',
      })
      client.close()
    }
  })

  it('finishes each visit once: two tabs do not interfere, and Back repeats nothing', async () => {
    const { to, client, page } = await begin()
    const second = await listener()
    const tab = await page.context().newPage()
    await tab.goto(signInUrl(to, { redirect_uri: second.redirectUri, state: 'second' }))
    await press(page, /Ada Lovelace/)
    await press(tab, /Grace Hopper/)
    await press(page, 'Accept')
    expect((await client.came).fields.get('state')).toBe('a-state')
    await press(tab, 'Accept')
    expect((await second.came).fields.get('state')).toBe('second')
    await page.goBack()
    await page.getByRole('heading', { name: 'Sign-in expired' }).waitFor()
    for (const one of [client, second]) one.close()
  })

  it('can sign in with cookies blocked, form_post included', async () => {
    const to = await sandbox({ signIn: 'page' })
    const client = await listener()
    const { context, close } = await launchWithoutCookies()
    const page = await context.newPage()
    await page.goto(signInUrl(to, { redirect_uri: client.redirectUri, response_mode: 'form_post' }))
    await press(page, /Ada Lovelace/)
    await press(page, 'Accept')
    const { method, fields, headers } = await client.came
    expect([method, headers['content-type'], headers.cookie]).toEqual([
      'POST',
      'application/x-www-form-urlencoded',
      undefined,
    ])
    expect(fields.get('code')).toMatch(/^1\.A/)
    expect(await context.cookies()).toEqual([])
    await close()
    client.close()
  })

  it('is safe from forms of other sites', async () => {
    const { to, client, page } = await begin()
    const visit = await page.locator('input[name=visit]').getAttribute('value')
    await page.goto(`${client.redirectUri}/elsewhere`)
    await page.setContent(`<form method="post" action="${to.origin}/common/login">
      <input name="visit" value="${visit}"><button name="account" value="${ada}">Win</button></form>`)
    const answer = page.waitForResponse(/login/)
    await press(page, 'Win')
    expect((await answer).status()).toBe(405)
    client.close()
  })

  it('removes consent, and the next refresh fails', async () => {
    const { to, client, page } = await begin()
    await press(page, /Ada Lovelace/)
    await press(page, 'Accept')
    const code = (await client.came).fields.get('code') ?? ''
    const first = await redeem(to, { code, redirect_uri: client.redirectUri })
    const renew = () => token(to, { grant_type: 'refresh_token', refresh_token: first.json.refresh_token })
    expect((await renew()).status).toBe(200)
    await page.goto(`${to.origin}/myapps`)
    await press(page, /Remove access/)
    expect(await page.getByRole('status').textContent()).toContain('can no longer access')
    expect((await renew()).json.error_codes).toEqual([65001])
    client.close()
  })

  it('declines a device code', async () => {
    const to = await sandbox({ signIn: 'page' })
    const started = await device(to)
    const page = await open()
    await page.goto(`${started.verification_uri}?otc=${started.user_code}`)
    await press(page, 'Next')
    await press(page, 'Cancel')
    expect(await page.getByRole('status').textContent()).toContain('You declined')
    expect((await started.poll()).json.error).toBe('authorization_declined')
  })

  it('is not asked when the control API sets the next sign-in', async () => {
    const { to, client, page, url } = await begin()
    await control(to, 'POST', 'next-sign-in', { username: grace })
    await page.goto(url)
    expect((await client.came).fields.has('code')).toBe(true)
    client.close()
  })

  it('signs in to MSAL, which listens for a form_post', async () => {
    const to = await sandbox({ signIn: 'page', tls: true })
    const page = await open()
    const { interactive } = await msal(to, ['interactive'], {}, async (url) => {
      await page.goto(url)
      await press(page, /Grace Hopper/)
      await press(page, 'Accept')
      await page.getByText('Auth code was successfully acquired').waitFor()
    })
    expect(interactive.first.username).toBe(grace)
    expect(interactive.cached.fromCache).toBe(true)
  })
})
