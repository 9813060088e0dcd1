import { longDuration } from '../text/format.ts'
import { fromOutside } from '../text/sanitize.ts'
import { trustHint, unknownAuthority } from './certificates.ts'
import { clockCure, clockReading } from './clock-skew.ts'
import { NetworkError, WireFailure } from './errors.ts'

type Words = [message: string, hint: string]

/** Where the request was going. */
export interface Route {
  url: URL
  /** Whether that is this machine. */
  isLoopback: boolean
  /** The proxy on the way, without its credentials. */
  proxy: { host: string; variable: string; hasCredentials: boolean } | undefined
  /** Whether the system's certificate store was asked. */
  systemAsked: boolean
  /** How long it took to fail, in milliseconds. */
  waitedMs: number
}

/** What a row of the table needs to know. */
interface Scene extends Route {
  code: string
  detail: string
  cause: unknown
  /** Who was spoken to: the proxy until its tunnel is open, then the server. As `host:port`, and with what it is. */
  host: string
  peer: string
  /** The name that was looked up. */
  name: string
  /** Whether an answer was awaited, and not only a connection. */
  sent: boolean
  /** What to check where no connection came about. */
  way: string
}

const again = 'Check the network and try again.'

/** Each trouble, by the code that Node, OpenSSL or `transport.ts` has for it; the first that fits is told. */
const troubles: [codes: RegExp, words: (scene: Scene) => Words][] = [
  [
    /^ENOTFOUND$/,
    ({ name, way }) => [
      `The name ${name} could not be looked up: the DNS does not know it (ENOTFOUND).`,
      way,
    ],
  ],
  [
    /^EAI_/,
    ({ name, code }) => [
      `The name ${name} could not be looked up: the DNS server does not answer (${code}).`,
      'Check the network and the DNS server (in a container: its own), and try again.',
    ],
  ],
  [/^ECONNREFUSED$/, ({ peer, way }) => [`${peer} refuses the connection.`, way]],
  [
    /^E(HOST|NET)(UNREACH|DOWN)$|^EADDRNOTAVAIL$/,
    ({ peer, code, way }) => [`No way leads from this machine to ${peer} (${code}).`, way],
  ],
  [
    /^ETIMEDOUT$/,
    ({ peer, sent, way, waitedMs }) => {
      const seconds = longDuration(Math.max(1, waitedMs / 1000))
      if (sent) return [`${peer} did not answer within ${seconds}.`, again]
      return [`${peer} could not be reached: no connection within ${seconds}.`, way]
    },
  ],
  [
    /^(ECONNRESET|EPIPE|ECONNABORTED)$/,
    ({ peer, sent, code, way }) =>
      sent
        ? [`${peer} closed the connection before its answer was complete (${code}).`, again]
        : [`${peer} closed the connection before anything was sent (${code}).`, way],
  ],
  [
    unknownAuthority,
    ({ host, code, systemAsked }) => [
      `The TLS connection to ${host} cannot be trusted: its certificate comes from an authority that is not known here (${code}).`,
      trustHint(systemAsked),
    ],
  ],
  [
    /^CERT_HAS_EXPIRED$/,
    ({ host }) => [
      `The TLS connection to ${host} cannot be trusted: its certificate has expired, by this machine's clock (${clockReading()}).`,
      `If that is not the time, set the clock: ${clockCure()}\nIf it is, whoever runs ${host}, or a proxy in between, has to renew the certificate.`,
    ],
  ],
  [
    /^CERT_NOT_YET_VALID$/,
    ({ host }) => [
      `The TLS connection to ${host} cannot be trusted: its certificate is not valid yet, by this machine's clock (${clockReading()}).`,
      `If that is not the time, set the clock: ${clockCure()}`,
    ],
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$|^HOSTNAME_MISMATCH$/,
    ({ host, cause }) => [
      `The TLS connection to ${host} cannot be trusted: the certificate is for another name${namesIn(cause)}.`,
      'Somebody else answers in its place: a sign-in page of the network (open any page in the browser to see it), a proxy, or a wrong entry in /etc/hosts or the DNS.',
    ],
  ],
  [
    /^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST))$/,
    ({ host, code }) => [
      `${host} does not speak TLS as od-link does (${code}).`,
      'Check the port, and whether a proxy or a sign-in page of the network is in between.',
    ],
  ],
  [
    /^(CERT_|ERR_TLS|ERR_SSL)/,
    ({ host, code }) => [
      `The TLS connection to ${host} cannot be trusted (${code}).`,
      'Check whether a proxy is in between.',
    ],
  ],
  // Tinyproxy has 407 for no password and 401 for a wrong one.
  [/^EPROXY40[17]$/, askedForPassword],
  [
    /^EPROXY/,
    ({ url, code, proxy }) => [
      `The proxy ${proxy?.host} does not let od-link through to ${url.host} (${code.slice('EPROXY'.length)}).`,
      `Ask whoever runs the proxy, or go around it: NO_PROXY=${url.hostname}`,
    ],
  ],
  [
    /^ERR_INVALID_URL$/,
    () => [
      'HTTPS_PROXY (or ALL_PROXY) does not hold the address of an HTTP proxy.',
      'HTTPS_PROXY=http://proxy.example:8080\n(with a name and a password: http://USER:PASSWORD@…, and each % @ : / in them as %25 %40 %3A %2F)',
    ],
  ],
  [/^ETOOBIG$/, ({ url }) => [`${url.host} sent more than od-link reads.`, 'Try again.']],
]

/** Tells DNS, refusal, TLS, silence and the proxy's own troubles apart, each with what to do about it. */
export function networkError(error: Error, route: Route): NetworkError {
  const failure =
    error instanceof WireFailure
      ? error
      : new WireFailure((error as NodeJS.ErrnoException).code ?? error.message, 'connecting', error)
  const [message, hint] = wordsFor(failure, route)
  return new NetworkError(message, hint, failure.stage === 'sent', error)
}

/** What a failure means to a person, and what to do about it. */
function wordsFor({ code, stage, detail, cause }: WireFailure, route: Route): Words {
  const { url, proxy } = route
  const spokenTo = stage === 'connecting' ? proxy : undefined
  const host = spokenTo?.host ?? url.host
  const peer = spokenTo ? `The proxy ${host}` : host
  const scene: Scene = {
    ...route,
    ...{ code, detail, cause, host, peer },
    name: spokenTo ? `of the proxy, ${host},` : url.hostname,
    sent: stage === 'sent',
    way: spokenTo ? `Check ${spokenTo.variable} and NO_PROXY.` : wayOut(route),
  }
  const known = troubles.find(([codes]) => codes.test(code))
  return known ? known[1](scene) : [`The connection to ${peer} failed (${code}).`, scene.way]
}

/** What to check where there is no way to the server itself. */
function wayOut({ proxy, isLoopback }: Route): string {
  if (proxy) return again
  if (isLoopback)
    return 'Check whether the server on this machine, such as od-link sandbox, is still running.'
  const { HTTP_PROXY: upper, http_proxy: lower } = process.env
  if (upper || lower) {
    return 'HTTP_PROXY is for http:// alone; name the proxy for https:// as well: HTTPS_PROXY=http://proxy.example:8080'
  }
  return 'Check the network, a firewall, or whether a proxy is needed: HTTPS_PROXY=http://proxy.example:8080'
}

/** No password was given, a wrong one was, or the proxy wants none of its kind. */
function askedForPassword({ proxy, detail, code }: Scene): Words {
  const status = code.slice('EPROXY'.length)
  const kinds = detail.split(/\s*,\s*|\s+/).filter((word) => /^(negotiate|ntlm|kerberos|digest)$/i.test(word))
  if (kinds.length > 0 && !/\bbasic\b/i.test(detail)) {
    return [
      `The proxy ${proxy?.host} asks for a sign-in of a kind that od-link does not have: ${kinds.join(', ')} (${status}).`,
      'Run a helper that signs in to it, such as px or cntlm, and name that one: HTTPS_PROXY=http://127.0.0.1:3128',
    ]
  }
  if (proxy?.hasCredentials) {
    return [
      `The proxy ${proxy.host} refuses the name and the password that ${proxy.variable} holds (${status}).`,
      `Mend them in the variable: ${proxy.variable}=http://USER:PASSWORD@${proxy.host}\n(each % @ : / in them as %25 %40 %3A %2F)`,
    ]
  }
  return [
    `The proxy ${proxy?.host} asks for a name and a password (${status}).`,
    `Put them into the variable: ${proxy?.variable}=http://USER:PASSWORD@${proxy?.host}`,
  ]
}

/** The names in the certificate that was shown, for a hint of whose it is. */
function namesIn(cause: unknown): string {
  const { cert } = (cause ?? {}) as { cert?: { subjectaltname?: string; subject?: { CN?: string } } }
  const names = cert?.subjectaltname ?? cert?.subject?.CN
  return names ? ` (${fromOutside(names, 120)})` : ''
}
