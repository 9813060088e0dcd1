import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { type SandboxProcess, startSandbox } from '../microsoft/sandbox.ts'
import type { Running } from '../program/od-link.ts'
import { newWorld, type World } from '../program/world.ts'
import { hasRealPart } from '../system/real-part.ts'
import { launch, look, press } from './pages.ts'

/**
 * A person at a terminal in which `od-link login` has printed a URL and waits, and a server with sign-in
 * pages.
 */
export interface Person {
  sandbox: SandboxProcess
  world: World
  login: Running
  /** The URL that the terminal shows. */
  address: string
  /** Where od-link listens. */
  listener: string
  /** Whether the login is still waiting. */
  waits: () => boolean
}

/** Debian's Chromium for the tests of a file; without it a line says what is skipped. */
export interface Chromium {
  installed: boolean
  /** Starts `od-link login` with these flags; it ends with the test. */
  begin: (flags?: string[], people?: object[]) => Promise<Person>
  /** A tab in a new browser without sessions. */
  freshTab: (options?: BrowserContextOptions) => Promise<Page>
}

export function useChromium(forWhat: string): Chromium {
  const installed = hasRealPart('chromium', forWhat)
  const endings: (() => Promise<unknown>)[] = []
  let browser: Browser
  if (installed) {
    beforeAll(async () => {
      browser = await launch()
    })
    afterAll(() => browser?.close())
    afterEach(async () => {
      for (const end of endings.splice(0).reverse()) await end()
    })
  }
  return {
    installed,
    async begin(flags = [], people = []) {
      const dir = mkdtempSync(join(tmpdir(), 'od-link-people-'))
      endings.push(async () => rmSync(dir, { recursive: true, force: true }))
      const users = join(dir, 'users.json')
      if (people.length > 0) writeFileSync(users, JSON.stringify(people))
      const known = people.length > 0 ? ['--users', users] : []
      const sandbox = await startSandbox('--sign-in', 'page', ...known)
      endings.push(sandbox.stop)
      const world = newWorld(sandbox, undefined, { OD_LINK_BROWSER: 'none' })
      endings.push(async () => world.remove())
      const login = world.start(['login', ...flags])
      endings.push(() => {
        login.child.kill()
        return login.ended
      })
      // With --json it is in the first event, otherwise on its own line.
      const [address] = await login.seen(/http:\/\/localhost:\d+\/[^"\s]*authorize[^"\s]*(?=["\s])/)
      return {
        sandbox,
        world,
        login,
        address,
        listener: new URL(new URL(address).searchParams.get('redirect_uri') ?? '').origin,
        waits: () => login.child.exitCode === null && login.child.signalCode === null,
      }
    },
    async freshTab(options = {}) {
      const context = await browser.newContext(options)
      endings.push(() => context.close())
      context.setDefaultTimeout(20_000)
      return context.newPage()
    },
  }
}

/** Opens the URL, picks Ada's account and accepts. */
export async function signInAsAda(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await press(page, /Ada Lovelace/)
  await press(page, 'Accept')
}

/** Waits for the last page, by its heading. */
export async function lastPage(page: Page, heading: 'OneDrive is linked' | 'OneDrive is not linked') {
  await page.getByRole('heading', { name: heading, exact: true }).waitFor()
}

const pictures = fileURLToPath(new URL('../../artifacts/signin/', import.meta.url))

/**
 * Saves screenshots of od-link's own page, light at 1280 pixels and dark at 360, and checks both with
 * axe-core.
 */
export async function lookAtOwnPage(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true })
  await look(page, `../signin/${name}`)
}

/** Saves another screenshot there. */
export function keepPicture(name: string, png: Buffer): void {
  mkdirSync(pictures, { recursive: true })
  writeFileSync(join(pictures, `${name}.png`), png)
}

/** The code that the browser sends back to od-link, for a test to search for. */
export async function codeOnTheWay(page: Page, listener: string): Promise<string> {
  const request = await page.waitForRequest(
    (one) => one.url().startsWith(listener) && codeOf(one.url(), one.postData()) !== undefined,
  )
  return codeOf(request.url(), request.postData()) ?? ''
}

function codeOf(url: string, body: string | null): string | undefined {
  return new URLSearchParams(body ?? new URL(url).search).get('code') ?? undefined
}

/** Every URL in the browser's history. */
export async function addressesBehind(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const { entries } = await session.send('Page.getNavigationHistory')
  await session.detach()
  return entries.flatMap(({ url, userTypedURL }) => [url, userTypedURL])
}

/** The layout width of the page, and whether its background is dark. */
export function layout(page: Page): Promise<{ width: number; dark: boolean }> {
  return page.evaluate(`({
    width: document.documentElement.scrollWidth,
    dark: Number(/\\d+/.exec(getComputedStyle(document.body).backgroundColor)?.[0] ?? 255) < 80,
  })`)
}
