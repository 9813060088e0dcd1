import type { Incoming, Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import { refusals } from '../state/graph-error.ts'
import { type Folder, type Item, isWithin } from '../state/items.ts'
import type { Role } from '../state/rights.ts'
import type { World } from '../state/world.ts'
import type { Address } from './address.ts'
import { driveItem } from './item.ts'
import { type QueryOptions, select } from './query.ts'
import { graphJson } from './replies.ts'

/** A request to a drive, with its address parsed and its item looked up. */
export interface DriveRequest {
  drive: Drive
  address: Address
  /** Where the path starts: the root, an item by id, or a special folder. */
  start: Item | undefined
  /** The addressed item, if it exists. */
  item: Item | undefined
  options: QueryOptions
  /** The application's own folder, if the token is limited to it. */
  confinedTo: Folder | undefined
  /** Whether the token opens what others share. */
  opensShared: boolean
  /** What the person may do with an item of the drive. */
  roleAt: (item: Item) => Role | undefined
}

/** @throws GraphError if the item does not exist. */
export function requireItem({ item }: DriveRequest): Item {
  if (!item) throw refusals.itemNotFound()
  return item
}

/** @throws GraphError if the token does not cover the item. */
export function requireWithin(confinedTo: Folder | undefined, item: Item | undefined): void {
  if (confinedTo && !(item && isWithin(item, confinedTo))) throw refusals.accessDenied()
}

/** @throws GraphError 403 if the person may not change what is there. */
export function requireWrite(role: Role | undefined): void {
  if (role !== 'write' && role !== 'owner') throw refusals.accessDenied()
}

/** An answer with one item. */
export function itemReply(
  world: World,
  incoming: Incoming,
  status: number,
  { drive, options }: DriveRequest,
  item: Item,
): Reply {
  return graphJson(incoming, world, status, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#drives('${encodeURIComponent(drive.id)}')/items/$entity`,
    ...select(driveItem(world, drive, item), options.select),
  })
}
