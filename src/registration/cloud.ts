import { OdLinkError } from '../errors.ts'
import { isLoopback } from '../http/index.ts'
import { type Cloud, findCloud } from '../identity/clouds.ts'
import { variable } from '../settings/environment.ts'

/**
 * The cloud of that name, with the origins that `OD_LINK_AUTHORITY_HOST` and `OD_LINK_GRAPH_HOST` put in its place.
 * @throws OdLinkError (usage) for an unknown cloud, or an origin that is neither https nor http on loopback.
 */
export function cloudInUse(name: string): Cloud {
  const cloud = findCloud(name)
  return {
    ...cloud,
    login: originIn('OD_LINK_AUTHORITY_HOST') ?? cloud.login,
    graph: originIn('OD_LINK_GRAPH_HOST') ?? cloud.graph,
  }
}

/** Tokens and secrets will be sent there, so it is an origin and nothing else. */
function originIn(name: 'OD_LINK_AUTHORITY_HOST' | 'OD_LINK_GRAPH_HOST'): string | undefined {
  const value = variable(name)
  if (!value) return undefined
  const url = URL.canParse(value) ? new URL(value) : undefined
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  if (!url || !isSafe || url.username || url.pathname !== '/' || url.search || url.hash) {
    throw new OdLinkError('usage', `${name} must be an https origin, or http on loopback.`, {
      reason: 'invalid-setting',
      next: [`For example: ${name}=https://login.microsoftonline.com`],
    })
  }
  return url.origin
}
