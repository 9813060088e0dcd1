import type { Incoming } from '../server/messages.ts'
import type { AccessToken } from '../state/grants.ts'
import { errorOfStatus, GraphError } from '../state/graph-error.ts'
import type { World } from '../state/world.ts'

/**
 * Refuses requests beyond the limit, if one is set. Each request of a batch counts separately: an item 1
 * unit, a list or a creation 2. Source: sp-dev-docs,
 * how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online.
 * @throws GraphError
 */
export function stayBelowLimit(world: World, token: AccessToken, incoming: Incoming): void {
  const { limit } = world.settings
  if (!limit) return
  const isOne = incoming.method === 'GET' && !/\/children\/?$/.test(incoming.path)
  const wait = world.usage.use(token.account.objectId, isOne ? 1 : 2, limit, Date.now())
  if (wait === undefined) return
  const { status, code, message } = errorOfStatus(429)
  throw new GraphError(status, code, message, undefined, { 'retry-after': String(Math.ceil(wait / 1000)) })
}
