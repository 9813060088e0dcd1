import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { waitingPage } from '../../src/signin/result-page.ts'
import {
  addressesBehind,
  codeOnTheWay,
  keepPicture,
  lastPage,
  layout,
  lookAtOwnPage,
  signInAsAda,
  useChromium,
} from '../helpers/browser/chromium.ts'
import { launchWithoutCookies, press } from '../helpers/browser/pages.ts'

const { installed, begin, freshTab } = useChromium('a whole login in a browser')

/** The last event that the command printed, or its error. */
const lastLine = (output: string) => JSON.parse(output.trim().split('\n').at(-1) ?? '')

describe.runIf(installed)('a person who logs in with a browser', () => {
  it('picks an account, agrees, is told so in the browser, and reads in the terminal who is linked', async () => {
    const { login, world, address, listener } = await begin()
    const page = await freshTab()
    const code = codeOnTheWay(page, listener)
    await signInAsAda(page, address)
    await lastPage(page, 'OneDrive is linked')
    expect(await page.getByText('Ada Lovelace, ada@contoso.example (work account) is now').count()).toBe(1)
    expect(page.url()).toMatch(new RegExp(`^${listener}/result/[\\w-]+$`))
    expect(await page.content()).not.toContain(await code)
    const ended = await login.ended
    expect(ended).toMatchObject({ code: 0, signal: null })
    expect(ended.stdout).toBe('✓ Linked ada@contoso.example (work account, Ada Lovelace).\n')
    expect(ended.stderr).toContain('so no browser is opened here')
    expect(ended.stdout + ended.stderr).not.toContain(await code)
    expect((await world.run(['status'])).stdout).toContain('ada@contoso.example')
    await lookAtOwnPage(page, 'success')

    await page.goBack()
    await page.getByRole('heading', { name: 'Sign-in expired' }).waitFor()
    expect(await page.content()).not.toContain(await code)
    const behind = await addressesBehind(page)
    expect(behind).toContainEqual(expect.stringMatching(new RegExp(`^${listener}/result/`)))
    for (const place of behind) expect(place).not.toContain(await code)
    expect((await world.run(['token'])).code).toBe(0)
  })

  it('sees a page that asks for patience while the link takes long, and then the outcome', async () => {
    const { login, sandbox, address, listener } = await begin()
    const page = await freshTab()
    const screen = await page.context().newCDPSession(page)
    await page.goto(address)
    await press(page, /Ada Lovelace/)
    await sandbox.control('POST', 'settings', { latencyMs: 3_500 })
    const asked = page.waitForResponse((response) => response.url().startsWith(`${listener}/waiting/`))
    await page.getByRole('button', { name: 'Accept' }).click({ noWaitAfter: true })
    expect((await asked).status()).toBe(200)
    await sleep(500)
    // What a person sees meanwhile; of a page that is about to go, a browser tells its tools nothing else.
    const { data } = await screen.send('Page.captureScreenshot')
    await lastPage(page, 'OneDrive is linked')
    keepPicture('waiting-as-seen', Buffer.from(data, 'base64'))
    expect((await addressesBehind(page)).some((place) => place.includes('/waiting/'))).toBe(false)
    await sandbox.control('POST', 'settings', { latencyMs: 0 })
    expect((await login.ended).code).toBe(0)

    await page.setContent(waitingPage('/result/x'))
    await lookAtOwnPage(page, 'waiting')
  })

  it('does the same on a small dark screen, with a name and an address that have no end', async () => {
    const username = `${'wolfeschlegelstein'.repeat(3)}@outlook.example`
    const person = { username, name: 'Hausenbergerdorff'.repeat(6), kind: 'personal' }
    const { login, address } = await begin(['--json'], [person])
    const small = { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true }
    const page = await freshTab({ ...small, colorScheme: 'dark' })
    await page.goto(address)
    expect(await layout(page)).toEqual({ width: 360, dark: true })
    await page.getByRole('button', { name: new RegExp(username) }).tap()
    await page.getByRole('heading', { name: 'Let this app access your info?' }).waitFor()
    expect(await layout(page)).toEqual({ width: 360, dark: true })
    await page.getByRole('button', { name: 'Accept' }).tap()
    await lastPage(page, 'OneDrive is linked')
    expect(await layout(page)).toEqual({ width: 360, dark: true })
    expect(await page.getByText(`${username} (personal account)`).count()).toBe(1)
    await lookAtOwnPage(page, 'success-long-name')
    const { code, stdout } = await login.ended
    expect(code).toBe(0)
    expect(lastLine(stdout)).toMatchObject({ event: 'linked', account: { username } })
  })

  it('comes back by a form_post where cookies are blocked, and leaves no code behind the back button', async () => {
    const { login, world, address, listener } = await begin(['--json', '--response-mode', 'form_post'])
    const { context, close } = await launchWithoutCookies()
    try {
      context.setDefaultTimeout(20_000)
      const page = await context.newPage()
      const came = page.waitForRequest((one) => one.url().startsWith(listener) && one.method() === 'POST')
      await signInAsAda(page, address)
      await lastPage(page, 'OneDrive is linked')
      expect(page.url()).toMatch(new RegExp(`^${listener}/result/[\\w-]+$`))
      expect(await context.cookies()).toEqual([])
      const code = new URLSearchParams((await came).postData() ?? '').get('code') ?? ''
      expect(code).not.toBe('')
      expect((await login.ended).code).toBe(0)
      await page.goBack()
      await page.getByRole('heading', { name: 'Sign-in expired' }).waitFor()
      expect(await page.content()).not.toContain(code)
      for (const place of await addressesBehind(page)) expect(place).not.toContain(code)
      expect((await world.run(['token'])).code).toBe(0)
    } finally {
      await close()
    }
  })

  it.each([
    ['picks no account', []],
    ['does not agree at work', [/Ada Lovelace/]],
    ['does not agree at home', [/Grace Hopper/]],
  ])('who %s is told so, in the browser and in the terminal', async (what, before) => {
    const { login, world, address, listener } = await begin(['--json'])
    const page = await freshTab()
    await page.goto(address)
    for (const button of before) await press(page, button)
    await press(page, 'Cancel')
    await lastPage(page, 'OneDrive is not linked')
    expect(page.url()).toMatch(new RegExp(`^${listener}/result/[\\w-]+$`))
    expect(await page.getByText('The terminal shows what to do next').count()).toBe(1)
    const { code, stdout, stderr } = await login.ended
    expect(code).toBe(4)
    expect(stdout).not.toContain('linked')
    const { error } = lastLine(stderr)
    expect(error).toMatchObject({ exitCode: 4, message: expect.any(String), hint: expect.any(String) })
    expect(await page.getByText(error.message).count()).toBe(1)
    expect((await world.run(['status'])).code).toBe(4)
    if (what === 'does not agree at work') await lookAtOwnPage(page, 'failure')
  })
})
