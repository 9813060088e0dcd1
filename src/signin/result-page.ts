/* What the person sees in the browser: plain HTML with one style, no script, nothing from elsewhere. */

import { createHash } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { sanitize } from '../text/sanitize.ts'

const style = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --paper: #f6f7f9; --card: #fff; --line: #dfe3e8; --mark: #14804a }
.failed { --mark: #b3261e }
.waiting { --mark: #2457b3 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ecf1; --soft: #a3adba; --paper: #14181d; --card: #1d232a; --line: #333c46; --mark: #5fd39a }
  .failed { --mark: #ff8a80 }
  .waiting { --mark: #8ab4f8 }
}
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.55 system-ui, -apple-system, "Segoe UI", sans-serif }
main { box-sizing: border-box; width: min(32rem, 100% - 2rem); margin: 1rem; padding: 2rem; background: var(--card);
  border: 1px solid var(--line); border-top: 4px solid var(--mark); border-radius: .5rem }
header { display: flex; align-items: center; gap: .5rem; margin: 0 0 1rem; color: var(--soft); font-weight: 600 }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25 }
h1 span { color: var(--mark) }
a { color: inherit }
code { font: .9375em ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; white-space: nowrap }
p { margin: 0 0 .75rem; overflow-wrap: anywhere }
p:last-child { margin: 1.25rem 0 0; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .9375rem }
`

/** Two links of a chain: od-link's own mark, and not Microsoft's. */
const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="#2f7de1" stroke-width="3" aria-hidden="true"><rect x="2" y="7" width="12" height="10" rx="5"/><rect x="10" y="7" width="12" height="10" rx="5"/></svg>'

/** The headers of every response of the listener: nothing is stored, framed, sniffed or sent on as a referrer. */
export const securityHeaders = {
  'content-security-policy': `default-src 'none'; style-src '${hashOf(style)}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
} as const satisfies Record<string, string>

/** Shown when the link is saved. */
export function linkedPage(who: string, kind: 'work' | 'personal'): string {
  return page('ok', '✓', 'OneDrive is linked', [
    escapeHtml(`${who} (${kind} account) is now linked to od-link.`),
    'You can close this tab and go back to the terminal. Next, create a folder there:',
    '<code>od-link mkdir /Hello</code>',
  ])
}

/** Shown when the sign-in came back, but no link was created. */
export function failedPage(message: string): string {
  return page('failed', '✗', 'OneDrive is not linked', [
    escapeHtml(message),
    'The terminal shows what to do next. You can close this tab.',
  ])
}

/** Shown when Microsoft asks for more proof after the sign-in came back. */
export function moreProofPage(): string {
  return page('waiting', '…', 'One more step', [
    'Your organisation asks for more proof of who you are. A new sign-in page opens now.',
    "If it doesn't, open the URL in the terminal. You can close this tab.",
  ])
}

/**
 * Shown while the link is being saved.
 * @param next the path of the page that follows; for browsers that do not load it by themselves.
 */
export function waitingPage(next: string): string {
  return page('waiting', '…', 'One moment', [
    "You're signed in; od-link is saving the link. If your keychain asks to be unlocked, unlock it.",
    `This page updates by itself. If it doesn't, <a href="${next}">show the result</a>.`,
  ])
}

/** @param paragraphs HTML. */
function page(
  state: 'ok' | 'failed' | 'waiting',
  mark: string,
  title: string,
  paragraphs: readonly string[],
): string {
  const text = [...paragraphs, escapeHtml(terminalInWords())].map((line) => `<p>${line}</p>`).join('\n')
  return `<!doctype html>
<html lang="en" class="${state}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · od-link</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
<style>${style}</style>
</head>
<body>
<main>
<header>${icon} od-link</header>
<h1><span aria-hidden="true">${mark}</span> ${title}</h1>
${text}
</main>
</body>
</html>
`
}

/** Which terminal to go back to: the machine, the terminal if it has a name, and when the command started. */
function terminalInWords(): string {
  const terminal = nameOfTerminal()
  const begun = new Date(Date.now() - process.uptime() * 1000)
  const time = `${begun.getHours()}:${String(begun.getMinutes()).padStart(2, '0')}`
  return `od-link on ${hostname()}${terminal ? `, terminal ${terminal}` : ''}, started at ${time}`
}

/** As `tty`, `who` and `w` call it, if the system says so: `pts/3`. */
function nameOfTerminal(): string | undefined {
  for (const stream of [0, 1, 2]) {
    try {
      const [, name] = /^\/dev\/(pts\/\d+|tty\w+)$/.exec(readlinkSync(`/proc/self/fd/${stream}`)) ?? []
      if (name) return name
    } catch {
      // No such stream, or no such system.
    }
  }
  return undefined
}

function escapeHtml(text: string): string {
  return sanitize(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
