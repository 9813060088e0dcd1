import type { Incoming, Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import { refusals } from '../state/graph-error.ts'
import { type Folder, type Item, isFolder, withDescendants } from '../state/items.ts'
import { orders } from '../state/sorted.ts'
import type { World } from '../state/world.ts'
import { driveItem } from './item.ts'
import { type QueryOptions, select, writeSkipToken } from './query.ts'
import { graphJson } from './replies.ts'
import { type DriveRequest, requireItem } from './request.ts'

/** Source: microsoft-graph-docs-contrib, api/driveitem-list-children. */
export const defaultPage = 200

/** `GET …/children`, a page at a time. Source: microsoft-graph-docs-contrib, api/driveitem-list-children. */
export function listChildren(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive, options } = request
  const item = requireItem(request)
  // A file has no children, but asking for them is not an error.
  const { page, next } = isFolder(item) ? pageOf(drive, item, options) : { page: [], next: undefined }
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origin}/v1.0/$metadata#drives('${encodeURIComponent(drive.id)}')/items('${encodeURIComponent(item.id)}')/children`,
    ...(isFolder(item) ? { '@odata.count': item.children.size } : {}),
    ...(next === undefined ? {} : { '@odata.nextLink': nextLink(world, incoming, next) }),
    value: page.map((child) => select(expanded(world, drive, child, options), options.select)),
  })
}

/**
 * In the default order the next page starts after a name, so changes in between do no harm; in any other
 * order it starts at an index.
 */
function pageOf(
  drive: Drive,
  folder: Folder,
  options: QueryOptions,
): { page: Item[]; next: string | undefined } {
  const { top = defaultPage, orderBy, skipToken = '' } = options
  const after = /^after:(.*)$/s.exec(skipToken)?.[1] ?? ''
  if (!orderBy) {
    const children = drive.list(folder, after)
    const page = children.slice(0, top)
    const more = page.length < children.length
    return { page, next: more ? writeSkipToken({ after: page.at(-1)?.key ?? '' }) : undefined }
  }
  const sorted = drive.list(folder).toSorted(orders[orderBy.by])
  return counted(orderBy.descending ? sorted.reverse() : sorted, options)
}

/** A page of a list, by index. */
export function counted(
  items: Item[],
  { top = defaultPage, skipToken }: QueryOptions,
): { page: Item[]; next: string | undefined } {
  const at = Number(/^at:(\d+)$/.exec(skipToken ?? '')?.[1] ?? 0)
  const end = at + top
  return { page: items.slice(at, end), next: end < items.length ? writeSkipToken({ at: end }) : undefined }
}

/** The same URL, with the position of the next page. */
export function nextLink(world: World, incoming: Incoming, next: string): string {
  const kept = incoming.query.split('&').filter((pair) => pair !== '' && !/^\$?skip[tT]oken=/.test(pair))
  return `${world.origin}${incoming.path}?${[...kept, `$skiptoken=${next}`].join('&')}`
}

/** An item, with its children if requested. */
export function expanded(
  world: World,
  drive: Drive,
  item: Item,
  { expand }: QueryOptions,
): Record<string, unknown> {
  const resource = driveItem(world, drive, item)
  if (!expand) return resource
  const children = isFolder(item) ? drive.list(item).slice(0, defaultPage) : []
  return {
    ...resource,
    children: children.map((child) => select(driveItem(world, drive, child), expand.select)),
  }
}

/**
 * `GET …/search(q='…')`: items below whose name contains the text. Source: microsoft-graph-docs-contrib,
 * api/driveitem-search.
 */
export function search(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive, address, options } = request
  const words = /^\s*q\s*=\s*'((?:[^']|'')*)'\s*$/s.exec(address.argument ?? '')?.[1]?.replaceAll("''", "'")
  if (words === undefined) throw refusals.badRequest("The function 'search' needs the parameter 'q'.")
  const start = requireItem(request)
  const found = [...withDescendants(start)].filter(
    (item) => item !== start && item.key.includes(words.toLowerCase()),
  )
  const { page, next } = counted(words === '' ? [] : found, options)
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origin}/v1.0/$metadata#Collection(driveItem)`,
    ...(next === undefined ? {} : { '@odata.nextLink': nextLink(world, incoming, next) }),
    value: page.map((item) => select(driveItem(world, drive, item), options.select)),
  })
}
