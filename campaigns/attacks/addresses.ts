import { type Attack, get, http, type Known, mark, sent } from './attack.ts'

/** The genuine answer with a Host that is not the redirect URI's, as after DNS rebinding. */
const hosts: [string, (known: Known) => string][] = [
  ['a foreign host name', () => `${mark}.example`],
  ['a foreign host name, at the right port', ({ port }) => `${mark}.example:${port}`],
  ['a subdomain of localhost', ({ host }) => `${mark}.${host}`],
  ['a host name that begins with localhost', ({ port }) => `localhost.${mark}.example:${port}`],
  ['a public name that resolves to loopback', ({ port }) => `127.0.0.1.nip.io:${port}`],
  ['localhost with a trailing dot', ({ port }) => `localhost.:${port}`],
  ['localhost in full-width letters', ({ port }) => `ｌocalhost:${port}`],
  ['no port', ({ host }) => host.split(':')[0] ?? ''],
  ['another port', ({ host }) => host.replace(/\d+$/, '1')],
  ['an extra digit in the port', ({ host }) => `${host}0`],
  ['a leading zero in the port', ({ host }) => host.replace(':', ':0')],
  ['a plus sign before the port', ({ host }) => host.replace(':', ':+')],
  [
    'the other name of loopback',
    ({ host, port }) => `${host.startsWith('127.') ? 'localhost' : '127.0.0.1'}:${port}`,
  ],
  ['::1', ({ port }) => `[::1]:${port}`],
  ['::1 unabbreviated', ({ port }) => `[0:0:0:0:0:0:0:1]:${port}`],
  ['127.0.0.1 as an IPv6 address', ({ port }) => `[::ffff:127.0.0.1]:${port}`],
  ['::1 with a zone', ({ port }) => `[::1%25lo]:${port}`],
  ['0.0.0.0', ({ port }) => `0.0.0.0:${port}`],
  ['127.0.0.1 as one number', ({ port }) => `2130706433:${port}`],
  ['127.0.0.1 in hexadecimal', ({ port }) => `0x7f.1:${port}`],
  ['a user name before the host', ({ host }) => `${mark}@${host}`],
  ['a path after the port', ({ host }) => `${host}/${mark}`],
  ['a scheme before the host', ({ host }) => `http://${host}`],
  ['two host names in one header', ({ host }) => `${host}, ${mark}.example`],
  ['an empty Host header', () => ''],
]

const asked = ({ path, truth }: Known) => `${path}?${truth}`

export const hostAttacks: Attack[] = sent('the genuine answer with a wrong Host', [
  ...hosts.map(([what, name]): [string, number, (known: Known) => string] => [
    what,
    400,
    (known) => get(asked(known), { ...known, host: name(known) }),
  ]),
  ['no Host', 400, (k) => http(`GET ${asked(k)}`, [])],
  ['no Host, in HTTP/1.0', 400, (k) => http(`GET ${asked(k)}`, [], '', 'HTTP/1.0')],
  ['two Host headers, the right one first', 400, (k) => get(asked(k), k, `Host: ${mark}.example`)],
  [
    'two Hosts, the right one last',
    400,
    (k) => http(`GET ${asked(k)}`, [`Host: ${mark}`, `Host: ${k.host}`]),
  ],
  ['the right Host header twice', 400, (k) => get(asked(k), k, `Host: ${k.host}`)],
  [
    'a wrong Host, and the right one in other headers',
    400,
    (k) =>
      get(
        asked(k),
        { ...k, host: mark },
        `X-Forwarded-Host: ${k.host}`,
        `Forwarded: host="${k.host}"`,
        `X-Host: ${k.host}`,
      ),
  ],
])

export const targetAttacks: Attack[] = sent('the genuine answer at a wrong target', [
  ['an absolute URL of another host', 0, (k) => get(`http://${mark}.example${asked(k)}`, k)],
  ['an absolute https URL of another host', 0, (k) => get(`https://${mark}.example${asked(k)}`, k)],
  [
    'an absolute address here, with a wrong Host',
    0,
    (k) => get(`http://${k.host}${asked(k)}`, { ...k, host: mark }),
  ],
  [
    'an absolute address here, with a wrong state',
    0,
    (k) => get(`http://${k.host}${k.path}?code=${k.code}&state=${mark}`, k),
  ],
  ['only host and port', 0, (k) => get(`${k.host}`, k)],
  ['an asterisk', 0, (k) => get('*', k)],
  ['no path, but a query', 0, (k) => get(`?${k.truth}`, k)],
  ['another path', 404, (k) => get(`/${mark}?${k.truth}`, k)],
  ['a path below it', 404, (k) => get(`${k.path}${mark}?${k.truth}`, k)],
  ['a doubled slash', 404, (k) => get(`/${asked(k)}`, k)],
  ['a dot', 404, (k) => get(`/.${asked(k)}`, k)],
  ['an encoded dot', 404, (k) => get(`/%2e${asked(k)}`, k)],
  ['two dots', 404, (k) => get(`/${mark}/..${asked(k)}`, k)],
  ['two encoded dots', 404, (k) => get(`/${mark}/%2e%2e${asked(k)}`, k)],
  ['a path parameter', 404, (k) => get(`${k.path};${mark}?${k.truth}`, k)],
  ['a backslash', 0, (k) => get(`\\${k.path}?${k.truth}`, k)],
  ['an encoded question mark', 404, (k) => get(`${k.path}%3f${k.truth}`, k)],
  ['an encoded zero byte', 404, (k) => get(`${k.path}%00?${k.truth}`, k)],
  ['a zero byte', 0, (k) => get(`${k.path}\0?${k.truth}`, k)],
  ['two question marks', 0, (k) => get(`${asked(k)}?${mark}`, k)],
  [
    'bytes that are no UTF-8',
    0,
    (k) => Buffer.from(get(`${k.path}\xff\xfe?code=${k.code}&state=${mark}`, k), 'latin1'),
  ],
  ['a URL of 300 KB', 431, (k) => get(`${asked(k)}&x=${mark.repeat(22_000)}`, k)],
  ['a favicon', 404, (k) => get('/favicon.ico', k)],
  ['a file on the machine', 404, (k) => get('/../../../../etc/passwd', k)],
  ['a guessed URL of the result page', 404, (k) => get(`/result/${mark}`, k)],
  ['a guessed URL of the start page', 404, (k) => get(`/start/${mark}`, k)],
])

const refusedMethods = ['HEAD', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND', 'M-SEARCH', 'OPTIONS']

export const methodAttacks: Attack[] = sent('the genuine answer with a wrong method', [
  ...refusedMethods.map((method): [string, number, (known: Known) => string] => [
    method,
    405,
    (known) => http(`${method} ${asked(known)}`, [`Host: ${known.host}`]),
  ]),
  ['an unknown method', 0, (k) => http(`BREW ${asked(k)}`, [`Host: ${k.host}`])],
  ['a method in lower case', 0, (k) => http(`get ${asked(k)}`, [`Host: ${k.host}`])],
  ['a method of 10 KB', 0, (k) => http(`${'G'.repeat(10_000)} ${asked(k)}`, [`Host: ${k.host}`])],
  ['no method', 0, (k) => http(asked(k), [`Host: ${k.host}`])],
  [
    'HEAD that calls itself GET',
    405,
    (k) => http(`HEAD ${asked(k)}`, [`Host: ${k.host}`, 'X-HTTP-Method-Override: GET']),
  ],
  ['OPTIONS *', 0, ({ host }) => http('OPTIONS *', [`Host: ${host}`])],
  ['a tunnel', 0, () => http(`CONNECT ${mark}.example:443`, [`Host: ${mark}.example:443`])],
  ['a tunnel to the redirect URI', 0, ({ host }) => http(`CONNECT ${host}`, [`Host: ${host}`])],
  [
    'a preflight of another site',
    405,
    ({ host, path }) =>
      http(`OPTIONS ${path}`, [
        `Host: ${host}`,
        `Origin: https://${mark}.example`,
        'Access-Control-Request-Method: POST',
        'Access-Control-Request-Private-Network: true',
      ]),
  ],
])
