import type { Agent } from 'node:http'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { getProxyForUrl } from 'proxy-from-env'
import { TransportError } from './errors.ts'
import { isExcluded } from './no-proxy.ts'
import { proxyVariables } from './proxy-variables.ts'
import { reuse } from './transport.ts'

export interface HttpProxy {
  agent: Agent
  /** Name and port, without credentials. */
  host: string
  /** The environment variable that it comes from. */
  variable: string
  hasCredentials: boolean
  /** Whether it is reached by `https://`. */
  isTls: boolean
}

/** The one that was used last, with its open connections. */
let last: { found: string; ca: string[] | undefined; proxy: HttpProxy } | undefined

/**
 * The proxy for `url` from the usual variables (`HTTPS_PROXY`, `NO_PROXY`, in either case), or undefined if none applies.
 * @param ca trusted CAs for a proxy that itself uses TLS; by default Node's.
 * @param isFresh whether a new connection is opened, and not kept.
 * @throws TransportError (ERR_INVALID_URL, ESOCKS) when the variable is not the address of an HTTP proxy.
 */
export function findProxy(url: URL, ca: string[] | undefined, isFresh = false): HttpProxy | undefined {
  const found = getProxyForUrl(url.href)
  if (!found || isExcluded(url)) return undefined
  if (isFresh) return open(found, ca, {})
  if (last?.found !== found || last.ca !== ca) last = { found, ca, proxy: open(found, ca, reuse) }
  return last.proxy
}

function open(found: string, ca: string[] | undefined, connections: Partial<typeof reuse>): HttpProxy {
  // For every other tool a variable without a scheme means plain HTTP; the package uses the scheme of the target.
  const bare = found.replace(/^\w+:\/\//, '')
  const [variable = 'HTTPS_PROXY', written = found] =
    proxyVariables().find(
      ([name, value]) => /^(https|all)_proxy$/i.test(name) && (value === found || value === bare),
    ) ?? []
  const proxy = parse(written === found ? found : `http://${bare}`)
  if (/^socks/.test(proxy.protocol)) throw new TransportError('ESOCKS', 'connecting')
  if (!/^https?:$/.test(proxy.protocol)) throw invalid()
  // A `#` or a `/` in a password ends the host early, and its beginning would be taken for the host.
  if (proxy.hash || proxy.search || proxy.pathname !== '/') throw invalid()
  const credentials = credentialsOf(proxy)
  // Only the header gets them: whatever has the address, such as the package's debug output, may print it.
  proxy.username = ''
  proxy.password = ''
  const agent = new HttpsProxyAgent(proxy, {
    ...connections,
    rejectUnauthorized: true,
    ...(ca ? { ca } : {}),
    ...(credentials ? { headers: { 'Proxy-Authorization': `Basic ${credentials}` } } : {}),
  })
  const isTls = proxy.protocol === 'https:'
  return { agent, host: proxy.host, variable, hasCredentials: credentials !== undefined, isTls }
}

/** Name and password for the header (RFC 7617 section 2), percent-decoded. */
function credentialsOf({ username, password }: URL): string | undefined {
  if (!username && !password) return undefined
  try {
    return Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  } catch {
    throw invalid()
  }
}

/** Without the URL in the error: it may contain a password. */
function parse(url: string): URL {
  if (URL.canParse(url)) return new URL(url)
  throw invalid()
}

function invalid(): TransportError {
  return new TransportError('ERR_INVALID_URL', 'connecting')
}
