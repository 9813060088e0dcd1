import { createHash } from 'node:crypto'
import type { Reply } from './messages.ts'

/** Escapes text for an HTML element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
}

export interface Page {
  status?: number
  title: string
  /** HTML; the caller escapes foreign text in it. */
  body: string
  style?: string
  script?: string
  head?: string
  /** Where its forms may be sent, redirects included; default: anywhere. */
  formAction?: string[]
}

const baseStyle = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 44rem; margin: 3rem auto; padding: 0 1rem; overflow-wrap: anywhere }
h1 { font-size: 1.4rem; font-weight: 600 }
button { font: inherit; padding: .4rem 1.2rem }
html { background: #fff; color: #1a1f27 }
a { color: #0b5cad }
@media (prefers-color-scheme: dark) {
  html { background: #14181d; color: #e8ecf1 }
  a { color: #8ab8ff }
}
`

/** The ring of the masthead, so that a tab of the sandbox is told from one of Microsoft's. */
const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="none" stroke="#2f7de1" stroke-width="3"/></svg>'

/** A page whose content security policy allows only its own style and script, by their hashes. */
export function page({ status = 200, title, body, style = '', script, head = '', formAction }: Page): Reply {
  const css = baseStyle + style
  const policy = [
    "default-src 'none'",
    `style-src '${hash(css)}'`,
    'img-src data:',
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  if (formAction) policy.push(`form-action ${formAction.join(' ')}`)
  if (script) policy.push(`script-src '${hash(script)}'`)
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'cache-control': 'no-store, no-cache',
      pragma: 'no-cache',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      // Not `no-referrer`: it would turn the Origin of a form_post into `null`, unlike Microsoft's.
      'referrer-policy': 'strict-origin-when-cross-origin',
    },
    body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
${head}<style>${css}</style>
</head>
<body>
${body}
${script ? `<script>${script}</script>\n` : ''}</body>
</html>
`,
  }
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
