import type { Incoming, Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import { type Folder, type Item, isFolder, withDescendants } from '../state/items.ts'
import { orders } from '../state/sorted.ts'
import type { World } from '../state/world.ts'
import { driveItem } from './item.ts'
import { permissionsOf } from './permissions.ts'
import { type QueryOptions, select, writeSkipToken } from './query.ts'
import { sharepointIds } from './remote-item.ts'
import { graphHeaders, graphJson } from './replies.ts'
import { type DriveRequest, requireItem } from './request.ts'
import { listed } from './shortcuts.ts'
import { versionsOf } from './versions.ts'

/** Source: microsoft-graph-docs-contrib, api/driveitem-list-children. */
export const defaultPage = 200

/** `GET …/children`, a page at a time. Source: microsoft-graph-docs-contrib, api/driveitem-list-children. */
export function listChildren(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive, options } = request
  const item = requireItem(request)
  // A file has no children, but asking for them is not an error.
  const shown = (items: Item[]) => listed(drive, items, incoming)
  const { page, next } = isFolder(item)
    ? pageOf(world, drive, item, options, shown)
    : { page: [], next: undefined }
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#drives('${encodeURIComponent(drive.id)}')/items('${encodeURIComponent(item.id)}')/children`,
    ...(isFolder(item) ? { '@odata.count': shown(drive.list(item)).length } : {}),
    ...(next === undefined ? {} : { '@odata.nextLink': nextLink(world, incoming, next) }),
    value: page.map((child) => select(expanded(world, drive, child, options), chosenOf(options))),
  })
}

/**
 * In the default order the next page starts after a name, so changes in between do no harm; in any other
 * order it starts at an index.
 */
function pageOf(
  world: World,
  drive: Drive,
  folder: Folder,
  options: QueryOptions,
  shown = (items: Item[]) => listed(drive, items),
): { page: Item[]; next: string | undefined } {
  const { top = defaultPage, orderBy, filter, skipToken = '' } = options
  const after = /^after:(.*)$/s.exec(skipToken)?.[1] ?? ''
  const wanted = (items: Item[]) =>
    filter ? shown(items).filter((item) => filter(driveItem(world, drive, item))) : shown(items)
  if (!orderBy) {
    const children = wanted(drive.list(folder, after))
    const page = children.slice(0, top)
    const more = page.length < children.length
    return { page, next: more ? writeSkipToken({ after: page.at(-1)?.key ?? '' }) : undefined }
  }
  const sorted = wanted(drive.list(folder)).toSorted((one, other) => {
    for (const { by, descending } of orderBy) {
      const order = orders[by](one, other)
      if (order !== 0) return descending ? -order : order
    }
    return 0
  })
  return counted(sorted, options)
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
  const query = [...withoutSkipToken(incoming.query), `$skiptoken=${next}`].join('&')
  return `${world.origins.graph}${incoming.path}?${query}`
}

/** The options of a query, as they were sent, for a link to another page. */
export function withoutSkipToken(query: string): string[] {
  return query.split('&').filter((pair) => pair !== '' && !/^(\$|%24)?skip[tT]oken=/.test(pair))
}

/** The properties to send: what is expanded comes along. */
export function chosenOf({ select: chosen, expand = {} }: QueryOptions): string[] | undefined {
  return chosen && [...chosen, ...Object.keys(expand)]
}

/** An item, with its children if requested. */
export function expanded(
  world: World,
  drive: Drive,
  item: Item,
  { expand, select: chosen = [] }: QueryOptions,
): Record<string, unknown> {
  const ids = chosen.includes('sharepointIds') && drive.owner.kind === 'work'
  const resource: Record<string, unknown> = {
    ...driveItem(world, drive, item),
    // Sent to those who ask for them only. Source: microsoft-graph-docs-contrib, resources/driveitem.
    ...(ids ? { sharepointIds: sharepointIds(world, drive, item) } : {}),
  }
  if (!expand) return resource
  const { children, permissions, thumbnails, versions } = expand
  if (children) {
    const found = isFolder(item) ? pageOf(world, drive, item, children).page : []
    resource.children = found.map((child) =>
      select(expanded(world, drive, child, children), chosenOf(children)),
    )
  }
  if (permissions) resource.permissions = permissionsOf(world, drive, item)
  if (thumbnails) resource.thumbnails = []
  if (versions) resource.versions = versionsOf(world, drive, item)
  return resource
}

/** `GET …/children/$count`: the number alone (OData 4.01, protocol 11.2.10). */
export function countChildren(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const item = requireItem(request)
  const headers = { ...graphHeaders(incoming, world), 'content-type': 'text/plain' }
  return { status: 200, headers, body: String(isFolder(item) ? item.children.size : 0) }
}

/** `GET /me/drive/recent`: files, the last changed first. Source: microsoft-graph-docs-contrib, api/drive-recent. */
export function recent(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const files = [...withDescendants(request.drive.root)].filter((item) => !isFolder(item))
  const newest = files.sort((one, other) => other.modified - one.modified || other.sequence - one.sequence)
  return itemsReply(world, incoming, request, newest)
}

/** A page of items from anywhere in a drive. @param hidden properties that are left out. */
export function itemsReply(
  world: World,
  incoming: Incoming,
  { drive, options }: DriveRequest,
  items: Item[],
  hidden: string[] = [],
): Reply {
  const { filter } = options
  const { page, next } = counted(
    filter ? items.filter((item) => filter(driveItem(world, drive, item))) : items,
    options,
  )
  const shown = (item: Item) =>
    Object.fromEntries(
      Object.entries(driveItem(world, drive, item)).filter(([name]) => !hidden.includes(name)),
    )
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#Collection(driveItem)`,
    ...(next === undefined ? {} : { '@odata.nextLink': nextLink(world, incoming, next) }),
    value: page.map((item) => select(shown(item), options.select)),
  })
}
