import type { Agent } from 'node:http'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { getProxyForUrl } from 'proxy-from-env'

export interface HttpProxy {
  agent: Agent
  /** Name and port, without credentials. */
  host: string
  /** The environment variable that named it. */
  variable: string
}

/**
 * The proxy that leads to `url` by the usual variables (`HTTPS_PROXY`, `NO_PROXY`, both cases), or nothing when none
 * applies.
 * @throws TypeError (ERR_INVALID_URL) when the variable is not the address of an HTTP proxy.
 */
export function findProxy(url: URL): HttpProxy | undefined {
  const found = getProxyForUrl(url.href)
  if (!found) return undefined
  // A variable without a scheme means plain HTTP to every other tool; the package takes the scheme of the target.
  const bare = found.replace(/^\w+:\/\//, '')
  const [variable = 'HTTPS_PROXY', written = found] =
    Object.entries(process.env).find(
      ([name, value]) => /^(https?|all)_proxy$/i.test(name) && (value === found || value === bare),
    ) ?? []
  const proxy = new URL(written === found ? found : `http://${bare}`)
  // SOCKS, for one, is another protocol.
  if (!/^https?:$/.test(proxy.protocol)) throw Object.assign(new TypeError(), { code: 'ERR_INVALID_URL' })
  return { agent: new HttpsProxyAgent(proxy), host: proxy.host, variable }
}
