import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'
import type { Sandbox } from '../../../sandbox/index.ts'
import { form } from '../sandbox/client.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const artifacts = fileURLToPath(new URL('../../artifacts/sign-in/', import.meta.url))

const options = {
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
}

/** Debian's Chromium, headless. */
export function launch(): Promise<Browser> {
  mkdirSync(artifacts, { recursive: true })
  return chromium.launch(options)
}

/** The same with a persistent profile. */
export function launchWithProfile(profile: string): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profile, options)
}

/** The same with all cookies blocked. */
export async function launchWithoutCookies(): Promise<{
  context: BrowserContext
  close: () => Promise<void>
}> {
  const profile = mkdtempSync(join(tmpdir(), 'od-link-chromium-'))
  mkdirSync(join(profile, 'Default'))
  const preferences = { profile: { default_content_setting_values: { cookies: 2 } } }
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences))
  const context = await launchWithProfile(profile)
  return {
    context,
    async close() {
      await context.close()
      rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    },
  }
}

/** Two viewers of each page: one at a desk, one with a small phone at night. */
const viewers = {
  desk: {
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
    checks: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  },
  // The page is the same; check again what depends on size and colours.
  phone: {
    viewport: { width: 360, height: 740 },
    colorScheme: 'dark',
    checks: ['color-contrast', 'target-size', 'link-in-text-block'],
  },
} as const

/**
 * Saves a screenshot for each viewer, and checks accessibility with axe-core. The page's policy forbids
 * scripts, but those of the debugger may run.
 */
export async function look(page: Page, name: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const run = async (expression: string) => {
    const options = { expression, awaitPromise: true, returnByValue: true }
    return (await session.send('Runtime.evaluate', options)).result.value
  }
  await run(axe)
  for (const [viewer, { viewport, colorScheme, checks }] of Object.entries(viewers)) {
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: `${artifacts}${name}-${viewer}.png`, fullPage: true })
    const width = await run('document.documentElement.scrollWidth')
    expect(width, `${name} fits`).toBeLessThanOrEqual(viewport.width)
    const { violations, passes } = await run(`axe.run({ runOnly: ${JSON.stringify(checks)} })`)
    const told = violations.map(({ id, nodes }: { id: string; nodes: object[] }) => [id, nodes])
    expect(told, `${name} for the ${viewer}`).toEqual([])
    expect(passes.length).toBeGreaterThan(0)
  }
  await session.detach()
}

/** Disables scripts on the page until the returned function is called. */
export async function withoutScripts(page: Page): Promise<() => Promise<void>> {
  const session = await page.context().newCDPSession(page)
  await session.send('Emulation.setScriptExecutionDisabled', { value: true })
  return () => session.detach()
}

/** A client's listener on loopback, and the answer that it received. */
export interface Listener {
  redirectUri: string
  came: Promise<{ method: string; fields: URLSearchParams; headers: IncomingHttpHeaders }>
  close: () => void
}

export async function listener(): Promise<Listener> {
  let got: (what: Awaited<Listener['came']>) => void = () => {}
  const came = new Promise<Awaited<Listener['came']>>((resolve) => {
    got = resolve
  })
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost')
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      response.setHeader('content-type', 'text/html; charset=utf-8')
      response.end('<!doctype html><html lang="en"><title>Back</title><h1>Back at the app</h1>')
      if (pathname !== '/') return
      const fields = new URLSearchParams(request.method === 'POST' ? body : search)
      got({ method: request.method ?? '', fields, headers: request.headers })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as AddressInfo
  return { redirectUri: `http://localhost:${port}`, came, close: () => server.close() }
}

/** The URL that a client would open. */
export function signInUrl(
  to: Sandbox,
  fields: Record<string, string | undefined>,
  tenant = 'common',
): string {
  const query = form({
    client_id: to.clientId,
    response_type: 'code',
    scope: 'openid profile offline_access User.Read Files.ReadWrite.All',
    state: 'a-state',
    ...fields,
  })
  return `${to.origin}/${tenant}/oauth2/v2.0/authorize?${query}`
}

/** Presses the button with this name, as a screen reader would read it. */
export async function press(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name }).click()
}

/** Uses only the keyboard: Tab until the button has the focus, then Enter. */
export async function pressByKeyboard(page: Page, name: string): Promise<void> {
  for (let steps = 0; steps < 20; steps++) {
    await page.keyboard.press('Tab')
    const focused = await page.locator(':focus').allTextContents()
    if (focused.join().includes(name)) {
      await page.keyboard.press('Enter')
      return
    }
  }
  throw new Error(`Tab never reached the button '${name}'.`)
}
