import { OdLinkError } from './errors.ts'

/** No answer came. `sent` says whether the server may have seen the request, and so may have done the work. */
export class NetworkError extends OdLinkError {
  constructor(
    message: string,
    hint: string | undefined,
    readonly sent: boolean,
    cause: unknown,
  ) {
    super('network', message, { hint, cause })
  }
}

/** What went wrong on the wire, and whether the request had already left. */
export class WireFailure extends Error {
  constructor(
    readonly code: string,
    readonly sent: boolean,
    cause: unknown,
  ) {
    super(code, { cause })
  }
}

/** Where the request was going. */
export interface Route {
  url: URL
  /** The proxy on the way, without its credentials. */
  proxyHost: string | undefined
  /** How long the exchange was given, in milliseconds. */
  limitMs: number
}

const certificateCodes =
  /^(CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|HOSTNAME_MISMATCH|EPROTO|ERR_SSL)/

/** Tells DNS, refusal, TLS, silence and the proxy's own troubles apart, each with what to do about it. */
export function networkError(error: Error, { url, proxyHost, limitMs }: Route): NetworkError {
  const { code = error.message, sent = false } = error as Partial<WireFailure>
  const make = (message: string, hint: string) => new NetworkError(message, hint, sent, error)
  // Before the request has left, it is the proxy that was spoken to.
  const proxied = proxyHost !== undefined && !sent
  const peer = proxied ? `The proxy ${proxyHost}` : url.host
  const proxyHint = 'Check HTTPS_PROXY and NO_PROXY.'

  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const name = proxied ? `of the proxy, ${proxyHost},` : url.hostname
    return make(
      `The name ${name} could not be looked up (${code}).`,
      proxied ? proxyHint : 'Check the network and the DNS server.',
    )
  }
  if (code === 'ECONNREFUSED') {
    return make(
      `${peer} refuses the connection.`,
      proxied ? proxyHint : 'Check the network, a firewall, or whether a proxy is needed (HTTPS_PROXY).',
    )
  }
  if (certificateCodes.test(code)) {
    return make(
      `The TLS connection to ${url.host} cannot be trusted (${code}).`,
      'Behind a company proxy, name its certificate: NODE_EXTRA_CA_CERTS=/path/to/ca.pem',
    )
  }
  if (code === 'ETIMEDOUT') {
    return make(
      `${peer} did not answer within ${Math.round(limitMs / 1000)} s.`,
      proxied ? proxyHint : 'Check the network and try again.',
    )
  }
  if (code === 'EPROXY407') {
    return make(
      'The proxy asks for a user name and a password (407).',
      'Put them into the variable: HTTPS_PROXY=http://USER:PASSWORD@proxy.example:8080',
    )
  }
  if (code.startsWith('EPROXY')) {
    return make(
      `The proxy does not let od-link through to ${url.host} (${code.slice('EPROXY'.length)}).`,
      `Ask whoever runs the proxy, or go around it: NO_PROXY=${url.hostname}`,
    )
  }
  if (code === 'ERR_INVALID_URL') {
    return make(
      'HTTPS_PROXY (or HTTP_PROXY, ALL_PROXY) is not the address of an HTTP proxy.',
      'HTTPS_PROXY=http://proxy.example:8080',
    )
  }
  if (code === 'ETOOBIG') return make(`${url.host} sent more than od-link reads.`, 'Try again.')
  return make(
    `The connection to ${proxied ? `the proxy ${proxyHost}` : url.host} failed (${code}).`,
    proxied ? proxyHint : 'Check the network and try again.',
  )
}
