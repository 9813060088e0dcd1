import { header, type Incoming, type Reply } from '../server/messages.ts'
import type { World } from '../world.ts'
import type { Address } from './address.ts'
import { createFolder } from './create-folder.ts'
import { type Drive, type Item, isFolder } from './drive.ts'
import { graphHeaders, graphJson, refusals } from './errors.ts'
import { driveItem, driveResource, eTag } from './item.ts'
import { foldName } from './names.ts'
import { type QueryOptions, select, writeSkipToken } from './query.ts'
import { upload } from './upload.ts'

/** A request to a drive, its address read and its item looked up. */
export interface DriveRequest {
  drive: Drive
  address: Address
  /** The item addressed, where there is one. */
  item: Item | undefined
  options: QueryOptions
}

type Operation = (world: World, incoming: Incoming, request: DriveRequest) => Reply

/** What can be done, by what is addressed and the method: one more operation is one more line. */
export const operations: Record<string, Partial<Record<string, Operation>>> = {
  drive: { GET: getDrive },
  item: { GET: getItem, DELETE: deleteItem },
  children: { GET: listChildren, POST: createFolder },
  content: { PUT: upload },
}

/** Source: microsoft-graph-docs-contrib, api/driveitem-list-children. */
const defaultPage = 200

function getDrive(world: World, incoming: Incoming, { drive, options }: DriveRequest): Reply {
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origin}/v1.0/$metadata#drives/$entity`,
    ...select(driveResource(world, drive), options.select),
  })
}

function getItem(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive, options } = request
  const item = existing(request)
  if (header(incoming, 'if-none-match') === eTag(drive, item)) {
    return { status: 304, headers: graphHeaders(incoming, world) }
  }
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origin}/v1.0/$metadata#drives('${encodeURIComponent(drive.id)}')/items/$entity`,
    ...select(driveItem(drive, item), options.select),
  })
}

function deleteItem(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive } = request
  const item = existing(request)
  if (!item.parent) throw refusals.invalidRequest('The root of a drive cannot be deleted.')
  const wanted = header(incoming, 'if-match')
  if (wanted !== undefined && wanted !== '*' && wanted !== eTag(drive, item))
    throw refusals.resourceModified()
  drive.remove(item)
  return { status: 204, headers: graphHeaders(incoming, world) }
}

function listChildren(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive, options } = request
  const item = existing(request)
  // A file has no children, and asking for them is no error.
  const children = isFolder(item) ? drive.list(item, options.skipToken) : []
  const page = children.slice(0, options.top ?? defaultPage)
  const last = page.at(-1)
  const more = last !== undefined && page.length < children.length
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origin}/v1.0/$metadata#drives('${encodeURIComponent(drive.id)}')/items('${encodeURIComponent(item.id)}')/children`,
    ...(isFolder(item) ? { '@odata.count': item.children.size } : {}),
    ...(more ? { '@odata.nextLink': nextLink(world, incoming, last) } : {}),
    value: page.map((child) => select(driveItem(drive, child), options.select)),
  })
}

/** The same address and options, with where to go on. */
function nextLink(world: World, incoming: Incoming, last: Item): string {
  const kept = incoming.query.split('&').filter((pair) => pair !== '' && !/^\$?skip[tT]oken=/.test(pair))
  return `${world.origin}${incoming.path}?${[...kept, `$skiptoken=${writeSkipToken(foldName(last.name))}`].join('&')}`
}

function existing({ item }: DriveRequest): Item {
  if (!item) throw refusals.itemNotFound()
  return item
}
