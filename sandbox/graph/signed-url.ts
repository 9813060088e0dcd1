import { createHmac } from 'node:crypto'
import { equal } from '../server/equal.ts'
import type { Incoming } from '../server/messages.ts'
import { refusals } from '../state/graph-error.ts'
import type { Item } from '../state/items.ts'
import type { World } from '../state/world.ts'

/** What a URL that needs no token may be for. */
export type Purpose = 'download' | 'upload'

const hour = 3_600_000

/** Where a file can be had for an hour without a token. Source: microsoft-graph-docs-contrib, resources/driveitem. */
export function downloadUrl(world: World, item: Item): string {
  // The same for a while, so that an item that has not changed reads the same twice.
  const begun = Math.floor(world.now() / hour) * hour
  return signedUrl(world, 'download', item.id, begun + 2 * hour)
}

/** A URL on the sandbox's own origin that opens one thing until a moment. */
export function signedUrl(world: World, purpose: Purpose, id: string, until: number): string {
  const signature = sign(world, purpose, id, String(until))
  return `${world.origin}/${purpose}/${encodeURIComponent(id)}?tempauth=${until}.${signature}`
}

/** The purpose of a path that such a URL has. */
export function purposeOf(path: string): Purpose | undefined {
  return /^\/(download|upload)\//.exec(path)?.[1] as Purpose | undefined
}

/** The id in such a URL. @throws GraphError for one that was not signed here, or is over. */
export function readSignedUrl(world: World, incoming: Incoming, purpose: Purpose): string {
  const id = decode(incoming.path.slice(purpose.length + 2))
  const [, until = '', signature = ''] = /^tempauth=(\d+)\.([\w-]+)$/.exec(incoming.query) ?? []
  if (!equal(signature, sign(world, purpose, id, until)) || Number(until) <= world.now())
    throw refusals.unauthenticated()
  return id
}

function sign(world: World, purpose: Purpose, id: string, until: string): string {
  return createHmac('sha256', world.urlKey).update(`${purpose} ${id} ${until}`).digest('base64url')
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw refusals.unauthenticated()
  }
}
