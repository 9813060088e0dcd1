import type { Agent } from 'node:http'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { getProxyForUrl } from 'proxy-from-env'

export interface HttpProxy {
  agent: Agent
  /** Name and port, without credentials. */
  host: string
  /** The environment variable that named it. */
  variable: string
  hasCredentials: boolean
}

/**
 * The proxy that leads to `url` by the usual variables (`HTTPS_PROXY`, `NO_PROXY`, both cases), or nothing when none
 * applies.
 * @param ca the authorities that a proxy that is spoken to over TLS may have its certificate from; default: Node's.
 * @throws TypeError (ERR_INVALID_URL) when the variable is not the address of an HTTP proxy.
 */
export function findProxy(url: URL, ca: string[] | undefined): HttpProxy | undefined {
  const found = getProxyForUrl(url.href)
  if (!found) return undefined
  // A variable without a scheme means plain HTTP to every other tool; the package takes the scheme of the target.
  const bare = found.replace(/^\w+:\/\//, '')
  const [variable = 'HTTPS_PROXY', written = found] =
    Object.entries(process.env).find(
      ([name, value]) => /^(https|all)_proxy$/i.test(name) && (value === found || value === bare),
    ) ?? []
  const proxy = new URL(written === found ? found : `http://${bare}`)
  // SOCKS, for one, is another protocol.
  if (!/^https?:$/.test(proxy.protocol)) throw invalid()
  const credentials = credentialsOf(proxy)
  // They travel in the header alone: what holds the address, such as a debugging aid of the package, may print it.
  proxy.username = ''
  proxy.password = ''
  const agent = new HttpsProxyAgent(proxy, {
    ...(ca ? { ca } : {}),
    ...(credentials ? { headers: { 'Proxy-Authorization': `Basic ${credentials}` } } : {}),
  })
  return { agent, host: proxy.host, variable, hasCredentials: credentials !== undefined }
}

/** Name and password for the header (RFC 7617 section 2), with their percent encoding undone. */
function credentialsOf({ username, password }: URL): string | undefined {
  if (!username && !password) return undefined
  try {
    return Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')
  } catch {
    throw invalid()
  }
}

function invalid(): TypeError {
  return Object.assign(new TypeError(), { code: 'ERR_INVALID_URL' })
}
