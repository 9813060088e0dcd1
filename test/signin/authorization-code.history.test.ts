import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { codeOnTheWay, lastPage, signInAsAda } from '../helpers/browser/chromium.ts'
import { launchWithProfile } from '../helpers/browser/pages.ts'
import { systemBrowser } from '../helpers/browser/system-browser.ts'
import { startSandbox } from '../helpers/microsoft/sandbox.ts'
import { newWorld } from '../helpers/program/world.ts'
import { filesOf } from '../helpers/program/world-files.ts'
import { hasRealPart } from '../helpers/system/real-part.ts'

const installed = hasRealPart('chromium', 'what a browser keeps of a login')

it.runIf(installed).each([
  // Chromium writes down where it was redirected from: that code was redeemed before the browser was sent on.
  { mode: 'query', kept: 'no secret but the spent code' },
  { mode: 'form_post', kept: 'no secret' },
])(
  'a browser opened at the start address keeps $kept with $mode, and passes none on as a referrer',
  async ({ mode }) => {
    const sandbox = await startSandbox('--sign-in', 'page')
    const world = newWorld(sandbox)
    const profile = mkdtempSync(join(tmpdir(), 'od-link-chromium-'))
    const browser = systemBrowser(world.dir)
    const login = world.start(['login', '--response-mode', mode], { env: browser.env })
    try {
      const start = await browser.address()
      const context = await launchWithProfile(profile)
      context.setDefaultTimeout(20_000)
      const { origin } = new URL(start)
      const referrers: Promise<string | null>[] = []
      context.on('request', (request) => {
        // What the authorize page tells itself is its own business.
        const toItself = new URL(request.url()).origin === sandbox.origin
        const told = request.headerValue('referer').catch(() => null)
        referrers.push(told.then((referrer) => (toItself && !referrer?.startsWith(origin) ? null : referrer)))
      })
      const page = await context.newPage()
      const coming = codeOnTheWay(page, origin)
      await signInAsAda(page, start)
      await lastPage(page, 'OneDrive is linked')
      const code = await coming
      expect((await login.ended).code).toBe(0)
      const told = (await Promise.all(referrers)).filter((referrer) => referrer !== null)
      for (const referrer of told) expect(referrer).not.toMatch(/state=|code=|\/start\/|\/result\//)
      await context.close()

      const files = filesOf(profile)
      expect(files['Default/History']).toContain('/result/')
      const secrets: string[] = await sandbox.control('GET', 'secrets')
      expect(secrets).toContain(code)
      const unspent = secrets.filter((secret) => mode === 'form_post' || secret !== code)
      const holding = Object.entries(files).filter(([, text]) =>
        unspent.some((secret) => text.includes(secret)),
      )
      expect(holding.map(([path]) => path)).toEqual([])
      // Whatever else it keeps, no other user can read it.
      expect(statSync(profile).mode & 0o077).toBe(0)
    } finally {
      login.child.kill()
      await login.ended
      browser.close()
      world.remove()
      await sandbox.stop()
      rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    }
  },
)
