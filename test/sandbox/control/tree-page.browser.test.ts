import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch, look } from '../../helpers/browser/pages.ts'
import { drive, grace } from '../../helpers/sandbox/client.ts'
import { hasRealPart } from '../../helpers/system/real-part.ts'

const chromium = hasRealPart('chromium', 'the page of the drives in a browser')

describe.runIf(chromium)('the page of the drives', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser.close())

  it('shows a new folder soon, and is accessible', async () => {
    const { to, make } = await drive(grace, { examples: true })
    const page = await browser.newPage()
    await page.goto(`${to.origin}/`)
    await make('/me/drive/root/children', 'Reports')
    await page.getByText('Reports', { exact: true }).nth(1).waitFor({ timeout: 10_000 })
    await page.getByRole('link', { name: 'Pause live updates' }).click()
    await page.getByRole('link', { name: 'Resume live updates' }).waitFor()
    await look(page, '16-drives')
    expect(await page.getByText('Reports', { exact: true }).count()).toBe(2)
    await page.getByRole('link', { name: 'General/' }).click()
    await page.getByRole('heading', { name: 'General' }).waitFor()
    await look(page, '17-place')
  })
})
