/* Answers of the device code endpoint, which tell the person to open a URL and enter a code. */

import type { Attack } from '../attack.ts'
import type { Json } from '../id-token.ts'
import { JsonText } from '../json-text.ts'
import { escapes, invisible } from '../poisons.ts'

const addresses: [string, unknown][] = [
  ['a script', 'javascript:alert(1)'],
  ['a script behind escape sequences', '\u001b[0mjavascript:alert(1)'],
  ['a file', 'file:///etc/passwd'],
  ['data', 'data:text/html,<script>alert(1)</script>'],
  ['plain http', 'http://microsoft.com/devicelogin'],
  ['another protocol', 'ssh://evil.example'],
  ['a host with a user name', 'https://microsoft.com@evil.example/devicelogin'],
  ['a host with a user name and a password', 'https://microsoft.com:443@evil.example/devicelogin'],
  ['not a URL', 'evil'],
  ['a URL without a host', 'https://'],
  ['a relative URL', '//evil.example/x'],
  ['10,000 characters', `https://microsoft.com/${'x'.repeat(10_000)}`],
  ['a URL and an option', '--help'],
  ['a list', ['https://microsoft.com/devicelogin']],
]
const accepted: [string, string, RegExp][] = [
  ['a host with homoglyphs', 'https://micr\u043esoft.com/devicelogin', /https:\/\/xn--/],
  ['escape sequences inside', `https://microsoft.com/${escapes}`, /https:\/\/microsoft\.com\/a%1B/],
  ['bidi overrides inside', `https://microsoft.com/${invisible}`, /https:\/\/microsoft\.com\/a%E2%80%AE/],
  ['line breaks inside', 'https://microsoft.com/de\nvice\r\nlogin', /https:\/\/microsoft\.com\/devicelogin/],
  ['backslashes', 'https:\\\\evil.example\\@microsoft.com', /https:\/\/evil\.example\/@microsoft\.com/],
]
const codes: [string, unknown][] = [
  ['escape sequences', escapes],
  ['bidi overrides', invisible],
  ['an extra line', 'ABCD\nEFGH'],
  ['a million characters', 'A'.repeat(1_000_000)],
  ['a number', 12345678],
]
const times: [string, unknown][] = [
  ['0', 0],
  ['negative', -1],
  ['huge', 1e300],
  ['infinite', new JsonText('1e999')],
  ['the string 900', '900'],
  ['not a number', 'soon'],
  ['absent', undefined],
  ['a list', [900]],
]

const attack = (
  name: string,
  change: (json: Json) => unknown,
  codes: number[],
  more: Partial<Attack> = {},
): Attack[] =>
  [[], ['--json']].map((flags) => ({
    group: 'Device codes',
    name,
    scene: 'device',
    kinds: ['device code'],
    flags,
    codes,
    tamper: ({ json }) => void change(json) as undefined,
    ...more,
  }))

export const deviceCases: Attack[] = [
  ...addresses.flatMap(([name, address]) =>
    attack(`the address is ${name}`, (json) => (json.verification_uri = address), [6], {
      wrong: ({ stdout }) => (stdout.includes('"device"') ? 'it showed the address' : undefined),
    }),
  ),
  ...addresses
    .slice(0, 5)
    .flatMap(([name, address]) =>
      attack(
        `the complete address, which is not used, is ${name}`,
        (json) => (json.verification_uri_complete = address),
        [0],
      ),
    ),
  ...accepted.flatMap(([name, address, shown]) =>
    attack(`the address has ${name}`, (json) => (json.verification_uri = address), [0], { stderr: shown }),
  ),
  ...codes.flatMap(([name, code]) =>
    attack(`the code is ${name}`, (json) => (json.user_code = code), [4, 6]),
  ),
  ...times.flatMap(([name, time]) =>
    attack(`the interval is ${name}`, (json) => (json.interval = time), [0, 4, 6]),
  ),
  ...times.flatMap(([name, time]) =>
    attack(`the lifetime is ${name}`, (json) => (json.expires_in = time), [0, 6]),
  ),
]
