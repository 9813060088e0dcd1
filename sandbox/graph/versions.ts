import type { Incoming, Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import { refusals } from '../state/graph-error.ts'
import { type Item, isFolder } from '../state/items.ts'
import type { World } from '../state/world.ts'
import { driveItem } from './item.ts'
import { graphHeaders, graphJson } from './replies.ts'
import { type DriveRequest, requireItem } from './request.ts'
import { versionUrl } from './signed-url.ts'

/** `GET …/versions`: the newest first. Source: microsoft-graph-docs-contrib, api/driveitem-list-versions. */
export function listVersions(world: World, incoming: Incoming, request: DriveRequest): Reply {
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#Collection(driveItemVersion)`,
    value: versionsOf(world, request.drive, requireItem(request)),
  })
}

/** What `$expand=versions` includes; a folder has none. */
export function versionsOf(world: World, drive: Drive, item: Item): object[] {
  if (isFolder(item) || !item.content) return []
  const current = { number: drive.versions.current(item), content: item.content, modified: item.modified }
  const { lastModifiedBy } = driveItem(world, drive, item)
  return [current, ...drive.versions.of(item)].map(({ number, content, modified }) => ({
    '@microsoft.graph.downloadUrl': versionUrl(world, drive, item, number),
    id: `${number}.0`,
    lastModifiedDateTime: new Date(modified).toISOString(),
    size: content.length,
    lastModifiedBy,
  }))
}

/** `GET …/versions/{id}` */
export function getVersion(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { id } = findVersion(request)
  const found = versionsOf(world, request.drive, requireItem(request)).find(
    (one) => 'id' in one && one.id === id,
  )
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#driveItemVersion`,
    ...found,
  })
}

/** `GET …/versions/{id}/content`. Source: microsoft-graph-docs-contrib, api/driveitemversion-get-contents. */
export function redirectToVersion(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive } = request
  const { item, number } = findVersion(request)
  return {
    status: 302,
    headers: { ...graphHeaders(incoming, world), location: versionUrl(world, drive, item, number) },
  }
}

/**
 * `POST …/versions/{id}/restoreVersion`: the content of that version becomes the newest one. Source:
 * microsoft-graph-docs-contrib, api/driveitemversion-restore.
 */
export function restoreVersion(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { item, content, isCurrent } = findVersion(request)
  if (!isCurrent) request.drive.overwrite(item, content)
  return { status: 204, headers: graphHeaders(incoming, world) }
}

/** `DELETE …/versions/{id}`, as rclone does it to clean up. The current version stays. */
export function deleteVersion(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { item, number, isCurrent } = findVersion(request)
  if (isCurrent) throw refusals.invalidRequest('The current version cannot be deleted.')
  request.drive.versions.remove(item, number)
  return { status: 204, headers: graphHeaders(incoming, world) }
}

/** @throws GraphError 404 */
function findVersion(request: DriveRequest) {
  const { drive, address } = request
  const item = requireItem(request)
  const id = address.of.split('/')[1] ?? ''
  const number = id === 'current' ? drive.versions.current(item) : Number(/^(\d+)(\.0)?$/.exec(id)?.[1])
  const isCurrent = number === drive.versions.current(item)
  const content = isCurrent
    ? item.content
    : drive.versions.of(item).find((one) => one.number === number)?.content
  if (!content) throw refusals.itemNotFound()
  return { item, number, content, isCurrent, id: `${number}.0` }
}
