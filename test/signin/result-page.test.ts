import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { hostname } from 'node:os'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { failedPage, linkedPage, securityHeaders, waitingPage } from '../../src/signin/result-page.ts'

/** What the standard streams of this process are, as Linux tells; undefined where there is none. */
let streams: (string | undefined)[] = []
beforeEach(() => {
  streams = []
  const usual = fs.readlinkSync
  vi.spyOn(fs, 'readlinkSync').mockImplementation(((path: string) => {
    const [, stream] = /^\/proc\/self\/fd\/(\d)$/.exec(path) ?? []
    if (stream === undefined) return usual(path)
    const target = streams[Number(stream)]
    if (target === undefined) throw new Error('ENOENT')
    return target
  }) as typeof fs.readlinkSync)
  syncBuiltinESMExports()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  syncBuiltinESMExports()
})

const lastLine = (page: string) => /<p>(od-link on [^<]*)<\/p>\n<\/main>/.exec(page)?.[1]

describe('a page', () => {
  it.each([
    ['of success', linkedPage('Ada', 'work')],
    ['of a failure', failedPage('It did not.')],
    ['that waits', waitingPage('/result/x')],
  ])('%s shows its one style, and the browser takes no other', (_, page) => {
    const styles = [...page.matchAll(/<style>([^<]*)<\/style>/g)].map(([, style = '']) => style)
    expect(styles).toHaveLength(1)
    expect(styles[0]).toContain('color-scheme: light dark')
    const hash = createHash('sha256')
      .update(styles[0] ?? '')
      .digest('base64')
    expect(securityHeaders['content-security-policy']).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    )
  })

  it('that waits looks like it, and says what may be in the way', () => {
    const page = waitingPage('/result/x')
    expect(page).toContain('<html lang="en" class="waiting">')
    expect(page).toContain('<h1><span aria-hidden="true">…</span> One moment</h1>')
    expect(page).toContain(
      "<p>You're signed in; od-link is saving the link. If your keychain asks to be unlocked, unlock it.</p>",
    )
  })
})

describe('the way back from a page, among many windows,', () => {
  it.each([
    ['the terminal of its input', ['/dev/pts/3', '/dev/pts/4', '/dev/pts/5'], ', terminal pts/3'],
    ['that of its output, when the input is a pipe', ['pipe:[77]', '/dev/pts/12'], ', terminal pts/12'],
    ['that of its messages alone', [undefined, '/some/file', '/dev/pts/5'], ', terminal pts/5'],
    ['a console', ['/dev/tty1'], ', terminal tty1'],
    ['a serial line', ['/dev/ttyS0'], ', terminal ttyS0'],
    ['none, where there is none', ['/dev/null', 'pipe:[1]', 'socket:[2]'], ''],
    ['none, where the system tells nothing', [], ''],
    ['none, by a file in another place', ['/tmp/dev/pts/3', '/dev/pts/3/more', '/dev/tty1 (deleted)'], ''],
    ['none, by a device that is no terminal', ['/dev/pts/ptmx', '/dev/tty-'], ''],
  ])('names %s', (_, given, words) => {
    streams = given
    expect(lastLine(linkedPage('Ada', 'work'))).toMatch(/, started at \d{1,2}:\d\d$/)
    expect(lastLine(linkedPage('Ada', 'work'))?.replace(/, started at .*/, '')).toBe(
      `od-link on ${hostname()}${words}`,
    )
  })

  it('names the time at which the command began', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date(2026, 10, 24, 17, 10, 30) })
    vi.spyOn(process, 'uptime').mockReturnValue(65 * 60)
    expect(lastLine(failedPage('x'))).toBe(`od-link on ${hostname()}, started at 16:05`)
  })
})

describe('the page at the end', () => {
  it('tells who is linked, and nothing that could be markup', () => {
    const page = linkedPage('Ada <script>&"\'', 'work')
    expect(page).toContain('<title>OneDrive is linked · od-link</title>')
    expect(page).toMatch(
      /<link rel="icon" href="data:image\/svg\+xml,[^"]+">[\s\S]*<header><svg [^\n]+<\/svg> od-link<\/header>/,
    )
    expect(page).toContain('<html lang="en" class="ok">')
    expect(page).toContain('<h1><span aria-hidden="true">✓</span> OneDrive is linked</h1>')
    expect(page).toContain(
      '<p>Ada &#60;script&#62;&#38;&#34;&#39; (work account) is now linked to od-link.</p>',
    )
    expect(page).toContain(
      '<p>You can close this tab and go back to the terminal. Next, create a folder there:</p>\n<p><code>od-link mkdir /Hello</code></p>',
    )
    expect(page).toMatch(
      /<p>od-link on [^<]+(, terminal (pts\/\d+|tty\w+))?, started at \d+:\d\d<\/p>\n<\/main>/,
    )
  })

  it('tells what went wrong', () => {
    const page = failedPage('It did not.')
    expect(page).toContain('<title>OneDrive is not linked · od-link</title>')
    expect(page).toContain('class="failed"')
    expect(page).toContain('>✗</span>')
    expect(page).toContain(
      '<p>It did not.</p>\n<p>The terminal shows what to do next. You can close this tab.</p>',
    )
  })
})
