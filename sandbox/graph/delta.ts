import type { Incoming, Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import { refusals } from '../state/graph-error.ts'
import { withDescendants } from '../state/items.ts'
import type { World } from '../state/world.ts'
import { driveItem } from './item.ts'
import { defaultPage } from './listing.ts'
import { select } from './query.ts'
import { graphJson } from './replies.ts'
import type { DriveRequest } from './request.ts'
import { listed } from './shortcuts.ts'

/** A position in a drive's history: changes after `since` are reported, continuing from `at`. */
interface Place {
  since: number
  until: number
  at: number
}

/**
 * `GET …/root/delta`: all items at first, with a link for later changes. Source:
 * microsoft-graph-docs-contrib, api/driveitem-delta.
 */
export function delta(world: World, incoming: Incoming, { drive, address, options }: DriveRequest): Reply {
  if (address.itemId !== 'root' || address.names.length > 0)
    throw refusals.invalidRequest('Delta is only supported for the root.')
  const token = /^token='([^']*)'$/.exec(address.argument ?? '')?.[1] ?? options.token
  const { since, until, at } = readToken(drive, token)
  const entries = [
    ...changedItems(world, incoming, drive, { since, chosen: options.select }),
    ...deletedItems(drive, since),
  ]
  const end = token === 'latest' ? entries.length : at + (options.top ?? defaultPage)
  const more = end < entries.length
  const next = more ? { since, until, at: end } : { since: until, until: -1, at: 0 }
  const link = `${world.origins.graph}${incoming.path.replace(/\/delta.*$/, '/delta')}?token=${writeToken(drive, next)}`
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#Collection(driveItem)`,
    [more ? '@odata.nextLink' : '@odata.deltaLink']: link,
    value: token === 'latest' ? [] : entries.slice(at, end),
  })
}

function changedItems(
  world: World,
  incoming: Incoming,
  drive: Drive,
  { since, chosen }: { since: number; chosen: string[] | undefined },
): object[] {
  return listed(drive, [...withDescendants(drive.root)], incoming)
    .filter((item) => item.sequence > since)
    .map((item) => select(driveItem(world, drive, item), chosen))
}

function deletedItems(drive: Drive, since: number): object[] {
  if (since < 0) return []
  return drive.history.deletions
    .filter(({ sequence }) => sequence > since)
    .map(({ id }) => ({ id, deleted: { state: 'deleted' } }))
}

function writeToken({ history }: Drive, { since, until, at }: Place): string {
  return Buffer.from(JSON.stringify([history.epoch, since, until, at])).toString('base64url')
}

/** @throws GraphError for a token of another history; the client has to start over. */
function readToken(drive: Drive, token: string | undefined): Place {
  if (token === undefined || token === 'latest') return { since: -1, until: drive.history.last, at: 0 }
  const [epoch, since, until, at] = parse(token)
  const tooOld = Number(since) >= 0 && Number(since) < drive.history.forgotten
  if (epoch !== drive.history.epoch || tooOld) throw refusals.resyncRequired()
  return {
    since: Number(since),
    until: Number(until) < 0 ? drive.history.last : Number(until),
    at: Number(at),
  }
}

function parse(token: string): unknown[] {
  try {
    const value = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
    if (Array.isArray(value)) return value
  } catch {}
  throw refusals.resyncRequired()
}
