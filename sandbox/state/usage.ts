import type { Incoming } from '../server/messages.ts'
import type { AccessToken } from './grants.ts'
import { errorOfStatus, GraphError } from './graph-error.ts'
import type { World } from './world.ts'

/** So many resource units in so many seconds, counted anew when they are over. */
export interface Limit {
  units: number
  seconds: number
}

/** How much of the limit each drive has used up since when. */
export class Usage {
  #windows = new Map<string, { since: number; used: number }>()

  /** @returns milliseconds until the next window when this one has too few units left, else nothing, and they are used. */
  use(owner: string, units: number, limit: Limit, now: number): number | undefined {
    const window = this.#windows.get(owner)
    const length = limit.seconds * 1000
    if (!window || now >= window.since + length) {
      this.#windows.set(owner, { since: now, used: units })
      return undefined
    }
    if (window.used + units > limit.units) return window.since + length - now
    window.used += units
    return undefined
  }
}

/**
 * Refuses what goes beyond the limit, if one is set. Each request of a batch counts by itself: an item 1 unit, a list
 * or a creation 2. Source: sp-dev-docs, how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online.
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
