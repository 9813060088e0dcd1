import { header, type Incoming, type Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import { refusals } from '../state/graph-error.ts'
import { type Folder, type Item, isWithin } from '../state/items.ts'
import type { World } from '../state/world.ts'
import type { Address } from './address.ts'
import { driveItem, eTag } from './item.ts'
import { type QueryOptions, select } from './query.ts'
import { graphJson } from './replies.ts'

/** A request to a drive, its address read and its item looked up. */
export interface DriveRequest {
  drive: Drive
  address: Address
  /** Where the path begins: the root, the item of the id, a special folder. */
  start: Item | undefined
  /** The item addressed, where there is one. */
  item: Item | undefined
  options: QueryOptions
  /** The application's own folder, where its token reaches no farther. */
  fence: Folder | undefined
}

/** @throws GraphError where there is no such item. */
export function existing({ item }: DriveRequest): Item {
  if (!item) throw refusals.itemNotFound()
  return item
}

/** @throws GraphError where the client's view of the item is not the newest. */
export function minds(incoming: Incoming, drive: Drive, item: Item): void {
  const wanted = header(incoming, 'if-match')
  if (wanted !== undefined && wanted !== '*' && wanted !== eTag(drive, item))
    throw refusals.resourceModified()
}

/** @throws GraphError where an item lies outside of what the token reaches. */
export function stayWithin(fence: Folder | undefined, item: Item | undefined): void {
  if (fence && !(item && isWithin(item, fence))) throw refusals.accessDenied()
}

/** The answer that is one item. */
export function itemReply(
  world: World,
  incoming: Incoming,
  status: number,
  { drive, options }: DriveRequest,
  item: Item,
): Reply {
  return graphJson(incoming, world, status, {
    '@odata.context': `${world.origin}/v1.0/$metadata#drives('${encodeURIComponent(drive.id)}')/items/$entity`,
    ...select(driveItem(world, drive, item), options.select),
  })
}
