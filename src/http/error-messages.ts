import type { Reason } from '../errors.ts'
import { longDuration } from '../text/format.ts'
import type { NextStep } from '../text/next-step.ts'
import { fromOutside } from '../text/sanitize.ts'
import { variableHint } from '../text/shell-quote.ts'
import { trustSteps, unknownAuthority } from './certificates.ts'
import { clockCommand, clockReading } from './clock-skew.ts'
import { NetworkError, TransportError } from './errors.ts'
import { proxyVariables } from './proxy-variables.ts'

type Explanation = [message: string, ...next: NextStep[]]

/** Where the request was going. */
export interface Route {
  url: URL
  /** Whether that is this machine. */
  isLoopback: boolean
  /** The proxy on the way, without its credentials. */
  proxy: { host: string; variable: string; hasCredentials: boolean; isTls?: boolean } | undefined
  /** Whether the system's certificate store was tried. */
  systemAsked: boolean
  /** How long it took to fail, in milliseconds. */
  waitedMs: number
}

/** What a row of the table needs to know. */
interface Failure extends Route {
  code: string
  detail: string
  cause: unknown
  /** The other side, as `host:port`: the proxy until its tunnel is open, then the server. */
  host: string
  /** The same at the beginning of a sentence; a proxy is called one. */
  peer: string
  /** The name that was looked up. */
  name: string
  /** Whether the request was sent, so that only the response is missing. */
  sent: boolean
  /** What to check if there was no connection. */
  check: NextStep
}

const tryAgain = 'Check the network and try again.'
const setProxy = variableHint('HTTPS_PROXY', 'http://proxy.example:8080')
const encoding = 'In a name or password, write % @ : / # as %25 %40 %3A %2F %23.'

/** What can fail, by the codes of Node, OpenSSL and `transport.ts`; the first row that matches counts. */
const failures: [codes: RegExp, reason: Reason, explain: (failure: Failure) => Explanation][] = [
  [
    /^ENOTFOUND$/,
    'dns',
    ({ name, check }) => [
      `The name ${name} could not be looked up, because it is not in the DNS (ENOTFOUND).`,
      check,
    ],
  ],
  [
    /^EAI_/,
    'dns',
    ({ name, code }) => [
      `The name ${name} could not be looked up, because the DNS server does not respond (${code}).`,
      'Check the network and the DNS server (a container may have its own), and try again.',
    ],
  ],
  [/^ECONNREFUSED$/, 'unreachable', ({ peer, check }) => [`${peer} refuses the connection.`, check]],
  [
    /^E(HOST|NET)(UNREACH|DOWN)$|^EADDRNOTAVAIL$/,
    'unreachable',
    ({ peer, code, check }) => [`${peer} cannot be reached from this machine (${code}).`, check],
  ],
  [
    /^ETIMEDOUT$/,
    'timeout',
    ({ peer, sent, check, waitedMs }) => {
      const limit = longDuration(Math.max(1, waitedMs / 1000))
      if (sent) return [`${peer} did not respond within ${limit}.`, tryAgain]
      return [`${peer} could not be reached within ${limit}.`, check]
    },
  ],
  [
    /^(ECONNRESET|EPIPE|ECONNABORTED)$/,
    'unreachable',
    ({ peer, sent, code, check }) =>
      sent
        ? [`${peer} closed the connection before the response was complete (${code}).`, tryAgain]
        : [`${peer} closed the connection before anything was sent (${code}).`, check],
  ],
  [
    unknownAuthority,
    'tls',
    ({ host, code, systemAsked }) => [
      `The certificate of ${host} is not trusted, because its issuer is unknown here (${code}).`,
      ...trustSteps(systemAsked),
    ],
  ],
  [
    /^CERT_HAS_EXPIRED$/,
    'tls',
    ({ host }) => [
      `The certificate of ${host} has expired, by this machine's clock (${clockReading()}).`,
      `If that time is wrong, set the clock: ${clockCommand()}`,
      `If it is right, the operator of ${host}, or of a proxy in between, has to renew the certificate.`,
    ],
  ],
  [
    /^CERT_NOT_YET_VALID$/,
    'tls',
    ({ host }) => [
      `The certificate of ${host} is not valid yet, by this machine's clock (${clockReading()}).`,
      `If that time is wrong, set the clock: ${clockCommand()}`,
    ],
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$|^HOSTNAME_MISMATCH$/,
    'tls',
    ({ host, cause }) => [
      `The certificate is not for ${host}, but for another name${namesIn(cause)}.`,
      "Something else responds in its place: the network's sign-in page (open any page in the browser to see it), a proxy, or a wrong entry in /etc/hosts or the DNS.",
    ],
  ],
  [
    /^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST))$/,
    'tls',
    ({ host, code, peer, proxy, sent }) =>
      proxy && !sent && peer.startsWith('The proxy')
        ? [
            `${peer} does not support TLS (${code}), although ${proxy.variable} begins with https://.`,
            `If it is a plain HTTP proxy: ${variableHint(proxy.variable, `http://${proxy.host}`)}`,
          ]
        : [
            `${host} does not support TLS as od-link needs it (${code}).`,
            "Check the port, and whether a proxy or the network's sign-in page is in between.",
          ],
  ],
  [
    /^(CERT_|ERR_TLS|ERR_SSL)/,
    'tls',
    ({ host, code }) => [
      `The TLS connection to ${host} is not trusted (${code}).`,
      'Check whether a proxy is in between.',
    ],
  ],
  // Tinyproxy uses 407 for a missing password and 401 for a wrong one.
  [/^EPROXY40[17]$/, 'proxy', proxyPassword],
  [
    /^EPROXY/,
    'proxy',
    ({ url, code, proxy }) => [
      `The proxy ${proxy?.host} does not allow connections to ${url.host} (${code.slice('EPROXY'.length)}).`,
      `Ask the operator of the proxy, or bypass it: ${variableHint('NO_PROXY', url.hostname)}`,
    ],
  ],
  [
    /^ERR_INVALID_URL$/,
    'proxy',
    () => [
      'HTTPS_PROXY (or ALL_PROXY) is not the address of an HTTP proxy.',
      setProxy,
      `Or with a name and a password: ${variableHint('HTTPS_PROXY', 'http://USER:PASSWORD@proxy.example:8080')}`,
      encoding,
    ],
  ],
  [
    /^ESOCKS$/,
    'proxy',
    () => [
      'The proxy variable names a SOCKS proxy, and od-link only supports HTTP proxies.',
      'Use the HTTP port of the proxy, or run one in front of it, such as privoxy:',
      setProxy,
    ],
  ],
  [
    /^ETOOBIG$/,
    'unreadable-answer',
    ({ url }) => [`The response from ${url.host} is too large.`, 'Try again.'],
  ],
]

/** The error for a failed request: DNS, refusal, TLS, timeout and proxy failures differ in reason and next steps. */
export function networkError(error: Error, route: Route): NetworkError {
  const failed =
    error instanceof TransportError
      ? error
      : new TransportError((error as NodeJS.ErrnoException).code ?? error.message, 'connecting', error)
  const failure = failureOf(failed, route)
  const { code, peer, check, sent } = failure
  const [
    ,
    reason = 'unreachable',
    explain = (): Explanation => [`The connection to ${peer} failed (${code}).`, check],
  ] = failures.find(([codes]) => codes.test(code)) ?? []
  const [message, ...next] = explain(failure)
  return new NetworkError(message, sent, { reason, next, cause: error })
}

function failureOf({ code, stage, detail, cause }: TransportError, route: Route): Failure {
  const { url, proxy } = route
  const proxyPeer = stage === 'connecting' ? proxy : undefined
  const host = proxyPeer?.host ?? url.host
  return {
    ...route,
    ...{ code, detail, cause, host },
    peer: proxyPeer ? `The proxy ${host}` : host,
    name: proxyPeer ? `of the proxy, ${host},` : url.hostname,
    sent: stage === 'sent',
    check: proxyPeer ? proxyCheck(proxyPeer) : connectionCheck(route),
  }
}

/** A proxy that expects plain HTTP may wait for ever for the rest of what it takes for a request. */
function proxyCheck({ host, variable, isTls }: NonNullable<Route['proxy']>): NextStep {
  return isTls
    ? `If it is a plain HTTP proxy: ${variableHint(variable, `http://${host}`)}`
    : `Check ${variable} and NO_PROXY.`
}

/** What to check if the server itself cannot be reached. */
function connectionCheck({ proxy, isLoopback }: Route): NextStep {
  if (proxy) return tryAgain
  if (isLoopback)
    return 'Check whether the server on this machine (such as od-link sandbox) is still running.'
  if (proxyVariables().some(([name]) => /^http_proxy$/i.test(name))) {
    return `HTTP_PROXY applies to http:// only. Set the proxy for https:// as well: ${setProxy}`
  }
  return `Check the network and the firewall. If a proxy is needed: ${setProxy}`
}

/** The proxy got no password, or a wrong one, or it does not accept passwords. */
function proxyPassword({ proxy, detail, code }: Failure): Explanation {
  const status = code.slice('EPROXY'.length)
  const kinds = detail.split(/\s*,\s*|\s+/).filter((word) => /^(negotiate|ntlm|kerberos|digest)$/i.test(word))
  if (kinds.length > 0 && !/\bbasic\b/i.test(detail)) {
    return [
      `The proxy ${proxy?.host} requires a sign-in that od-link does not support: ${kinds.join(', ')} (${status}).`,
      `Run a helper that signs in to it, such as px or cntlm, and use that as the proxy: ${variableHint('HTTPS_PROXY', 'http://127.0.0.1:3128')}`,
    ]
  }
  if (proxy?.hasCredentials) {
    return [
      `The proxy ${proxy.host} refuses the name and password in ${proxy.variable} (${status}).`,
      `Fix them in the variable: ${variableHint(proxy.variable, `http://USER:PASSWORD@${proxy.host}`)}`,
      encoding,
    ]
  }
  return [
    `The proxy ${proxy?.host} requires a name and a password (${status}).`,
    `Add them to the variable: ${variableHint(proxy?.variable ?? 'HTTPS_PROXY', `http://USER:PASSWORD@${proxy?.host}`)}`,
  ]
}

/** The names in the certificate that was received, as a clue to whose it is. */
function namesIn(cause: unknown): string {
  const { cert } = (cause ?? {}) as { cert?: { subjectaltname?: string; subject?: { CN?: string } } }
  const names = cert?.subjectaltname ?? cert?.subject?.CN
  return names ? ` (${fromOutside(names, 120)})` : ''
}
