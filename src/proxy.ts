import type { Agent } from 'node:http'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { getProxyForUrl } from 'proxy-from-env'

/**
 * The agent that tunnels to `url` through the proxy of the usual variables (`HTTPS_PROXY`, `NO_PROXY`, both
 * cases), or nothing when none applies. Loaded only where such a variable is set.
 */
export function proxyAgent(url: URL): Agent | undefined {
  const proxy = getProxyForUrl(url.href)
  return proxy ? new HttpsProxyAgent(proxy) : undefined
}
