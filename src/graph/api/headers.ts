import { OdLinkError } from '../../errors.ts'

/** Headers that the person cannot set, and why. */
const reserved: [names: RegExp, why: string][] = [
  [
    /^(proxy-)?authorization$/,
    'od-link only sends the token of the link. For another account: --account NAME',
  ],
  [/^host$/, 'the request only goes to the host of the link.'],
  [/^cookie$/, 'Microsoft Graph does not use cookies.'],
  [
    /^(content-length|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect)$/,
    'od-link manages the connection itself.',
  ],
]

/**
 * Reads the values of `-H`. The same name twice becomes one header with both values (RFC 9110 section 5.3).
 * @returns values by names in lower case.
 * @throws OdLinkError (usage) for an invalid header, or one that cannot be set.
 */
export function readHeaders(texts: string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const text of texts) {
    const [, written, value = ''] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*(.*?)[ \t]*$/s.exec(text) ?? []
    if (written === undefined || /[^\t\x20-\x7e]/.test(value)) {
      throw new OdLinkError('usage', `-H takes 'Name: value' on one line of plain ASCII, not "${text}".`, {
        reason: 'invalid-value',
        next: ["-H 'Prefer: respond-async'"],
      })
    }
    const name = written.toLowerCase()
    const [, why] = reserved.find(([names]) => names.test(name)) ?? []
    // Not the value: it may be a secret, typed by mistake.
    if (why)
      throw new OdLinkError('usage', `-H ${written} cannot be set: ${why}`, {
        reason: 'invalid-value',
        next: ['Leave it out.'],
      })
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
  }
  return headers
}
