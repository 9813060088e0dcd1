import { describe, expect, it } from 'vitest'
import { lastPage, useChromium } from '../helpers/browser/chromium.ts'
import { press } from '../helpers/browser/pages.ts'

const { installed, begin, freshTab } = useChromium('a login among other tabs and hostile pages')

describe.runIf(installed)('a login in a browser', () => {
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
