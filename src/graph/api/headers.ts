import { OdLinkError } from '../../errors.ts'

/** Headers that are not the person's to choose, and why. */
const reserved: [names: RegExp, why: string][] = [
  [
    /^(proxy-)?authorization$/,
    'od-link sends the token of the link, and of nothing else. Another account: --account NAME',
  ],
  [/^host$/, 'the request goes to the host of the link, and to no other.'],
  [/^cookie$/, 'Microsoft Graph knows no cookies.'],
  [
    /^(content-length|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect)$/,
    'it belongs to the connection, which od-link sees to itself.',
  ],
]

/**
 * Reads what `-H` was given. The same name twice becomes one header with both values (RFC 9110 section 5.3).
 * @returns values by the names in lower case.
 * @throws OdLinkError (usage) for what is no header, or one that is not to be chosen.
 */
export function readHeaders(texts: string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const text of texts) {
    const [, written, value = ''] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*(.*?)[ \t]*$/s.exec(text) ?? []
    if (written === undefined || /[^\t\x20-\x7e]/.test(value)) {
      throw new OdLinkError('usage', `-H takes 'Name: value' on one line of plain ASCII, not "${text}".`, {
        hint: "-H 'Prefer: respond-async'",
      })
    }
    const name = written.toLowerCase()
    const [, why] = reserved.find(([names]) => names.test(name)) ?? []
    // Not the value: it may be a secret, typed by mistake.
    if (why)
      throw new OdLinkError('usage', `-H ${written} cannot be given: ${why}`, { hint: 'Leave it out.' })
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
  }
  return headers
}
