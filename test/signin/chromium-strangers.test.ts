import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { lastPage, signInAsAda, useChromium } from '../helpers/chromium.ts'
import { press } from '../sandbox/identity-browser.ts'

const { installed, begin, freshTab } = useChromium('a login among other tabs and hostile pages')

/** A site that wants to end the login, to answer it with a code of its own, or to learn something of it. */
async function hostileSite(listener: string): Promise<{ origin: string; close: () => void }> {
  const forged = ['code=stolen', 'code=stolen&state=a-guess', 'error=access_denied', 'code=stolen&state=', '']
  const page = `<!doctype html><html lang="en"><title>A prize</title><h1>A prize</h1>
<iframe name="framed" src="${listener}/?code=stolen&state=a-guess"></iframe>
<iframe name="sink"></iframe>
<form method="post" action="${listener}/" target="sink">
<input name="code" value="stolen"><input name="state" value="a-guess"></form>
<script>
window.learned = []
window.rounds = 0
const learn = (what) => window.learned.push(what)
async function attack() {
  const tries = ${JSON.stringify(forged)}.flatMap((fields) => {
    const image = new Image()
    image.onload = () => learn('an image')
    image.src = '${listener}/?' + fields
    const post = { method: 'POST', body: new URLSearchParams(fields) }
    const json = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }
    const there = '${listener}/'
    return [
      fetch(there + '?' + fields).then((answer) => learn(answer.status)),
      fetch(there + '?' + fields, { mode: 'no-cors' }),
      fetch(there, { ...post, mode: 'no-cors', credentials: 'include' }),
      fetch(there, json).then((answer) => learn(answer.status)),
    ]
  })
  navigator.sendBeacon('${listener}/', new URLSearchParams('code=stolen&state=a-guess'))
  document.forms[0].submit()
  await Promise.allSettled(tries)
  window.rounds += 1
  setTimeout(attack, 200)
}
attack()
</script>`
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(page)
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { origin: `http://localhost:${port}`, close }
}

/** What the listener answered to the requests of this tab. */
function answersTo(page: Page, listener: string): Set<number> {
  const answers = new Set<number>()
  page.on('response', (response) => {
    if (response.url().startsWith(listener)) answers.add(response.status())
  })
  return answers
}

describe.runIf(installed)('a login in a browser', () => {
  it('waits on while a hostile page frames it and fires at it, and then succeeds beside that page', async () => {
    const { login, address, listener, waits } = await begin(['--json'])
    const site = await hostileSite(listener)
    onTestFinished(site.close)
    const hostile = await freshTab()
    const answers = answersTo(hostile, listener)
    await hostile.goto(site.origin)
    await expect.poll(() => hostile.evaluate('window.rounds'), { timeout: 10_000 }).toBeGreaterThan(1)
    const framed = hostile.frame('framed')
    expect(await framed?.evaluate('location.protocol')).toBe('chrome-error:')
    expect([...answers]).toEqual([400])
    expect(await hostile.evaluate('window.learned')).toEqual([])
    expect(waits()).toBe(true)
    const page = await hostile.context().newPage()
    await signInAsAda(page, address)
    await lastPage(page, 'OneDrive is linked')
    const { code, stdout } = await login.ended
    expect(code).toBe(0)
    expect(stdout).toContain('"event":"linked"')
    expect(stdout).toContain('ada@contoso.example')
    expect([...answers]).toEqual([400])
    expect(await hostile.evaluate('window.learned')).toEqual([])
  })

  it('is one login, though two tabs came to the same address and went the whole way', async () => {
    const { sandbox, world, login, address, listener } = await begin(['--json'])
    const first = await freshTab()
    const second = await first.context().newPage()
    for (const tab of [first, second]) await tab.goto(address)
    for (const tab of [first, second]) await press(tab, /Ada Lovelace/)
    for (const tab of [first, second]) await tab.getByRole('button', { name: 'Accept' }).waitFor()
    // Long enough for the second to come while the code of the first is being redeemed.
    await sandbox.control('POST', 'weather', { match: '/token', effect: { delayMs: 3000 } })
    const came = first.waitForRequest((one) => one.url().startsWith(listener))
    const accepted = press(first, 'Accept')
    await came
    const late = second.waitForResponse((one) => one.url().startsWith(listener))
    await press(second, 'Accept')
    await accepted
    for (const tab of [first, second]) await lastPage(tab, 'OneDrive is linked')
    expect((await late).status()).toBe(303)
    expect((await login.ended).code).toBe(0)
    const { stdout } = await world.run(['status', '--json'])
    expect(JSON.parse(stdout)).toMatchObject([{ username: 'ada@contoso.example' }])
    const log: { kind: string }[] = await sandbox.control('GET', 'log')
    expect(log.filter(({ kind }) => kind === 'token')).toHaveLength(1)
  })
})
