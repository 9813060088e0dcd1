import { createHmac } from 'node:crypto'
import { equal } from '../server/equal.ts'
import type { Incoming } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import { refusals } from '../state/graph-error.ts'
import type { Item } from '../state/items.ts'
import { organisationOf } from '../state/origins.ts'
import { domainOf } from '../state/sites.ts'
import type { World } from '../state/world.ts'

/** What a pre-signed URL may be for. */
export type Purpose = 'download' | 'monitor' | 'upload'

const hour = 3_600_000

/**
 * A URL for downloading a file without a token, for an hour. Source: microsoft-graph-docs-contrib,
 * resources/driveitem.
 */
export function downloadUrl(world: World, drive: Drive, item: Item): string {
  // Rounded, so that an unchanged item has the same URL for a while.
  const begun = Math.floor(world.now() / hour) * hour
  return signedUrl(world, drive, { purpose: 'download', id: item.id, until: begun + 2 * hour })
}

/** The same for a version of a file. */
export function versionUrl(world: World, drive: Drive, item: Item, number: number): string {
  const begun = Math.floor(world.now() / hour) * hour
  return signedUrl(world, drive, { purpose: 'download', id: `${item.id} ${number}`, until: begun + 2 * hour })
}

/** A URL at the origin of a drive's content that gives access to one thing until it expires. */
export function signedUrl(
  { origins, urlKey }: World,
  { owner }: Drive,
  { purpose, id, until }: { purpose: Purpose; id: string; until: number },
): string {
  const signature = sign(urlKey, purpose, id, String(until))
  const origin =
    owner.kind === 'work' ? origins.workContent(organisationOf(domainOf(owner))) : origins.personalContent
  return `${origin}/${purpose}/${encodeURIComponent(id)}?tempauth=${until}.${signature}`
}

/** The purpose of a pre-signed URL, by its path. */
export function purposeOf(path: string): Purpose | undefined {
  return /^\/(download|monitor|upload)\//.exec(path)?.[1] as Purpose | undefined
}

/** The id in a pre-signed URL. @throws GraphError if the signature is wrong or has expired. */
export function readSignedUrl(world: World, incoming: Incoming, purpose: Purpose): string {
  const id = decode(incoming.path.slice(purpose.length + 2))
  const [, until = '', signature = ''] = /^tempauth=(\d+)\.([\w-]+)$/.exec(incoming.query) ?? []
  if (!equal(signature, sign(world.urlKey, purpose, id, until)) || Number(until) <= world.now())
    throw refusals.unauthenticated()
  return id
}

function sign(key: Buffer, purpose: Purpose, id: string, until: string): string {
  return createHmac('sha256', key).update(`${purpose} ${id} ${until}`).digest('base64url')
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw refusals.unauthenticated()
  }
}
