import type { Incoming, Reply } from '../server/messages.ts'
import { refusals } from '../state/graph-error.ts'
import { isFolder, type Remote } from '../state/items.ts'
import { listIdOf } from '../state/sites.ts'
import type { World } from '../state/world.ts'
import { conflictProperty, freeName, readConflict, refuseWhenFull } from './conflict.ts'
import { isObject, readJsonBody } from './json-body.ts'
import { type DriveRequest, itemReply, requireItem } from './request.ts'

interface NewShortcut {
  name: string
  remote: Remote
  conflict: unknown
}

/** The `remoteItem` facet of a creation; undefined if it has none. @throws GraphError if it leads nowhere. */
export function readShortcut(world: World, incoming: Incoming): NewShortcut | undefined {
  const { name, remoteItem, [conflictProperty]: conflict } = readJsonBody(incoming)
  if (!isObject(remoteItem)) return undefined
  const remote = byId(world, remoteItem) ?? bySharepointIds(world, remoteItem)
  if (!remote) throw refusals.itemNotFound()
  if (typeof name !== 'string')
    throw refusals.invalidRequest('The name in the provided request is missing or empty.')
  return { name, remote, conflict }
}

/**
 * `POST …/children` with a `remoteItem` facet adds a shortcut to a folder that was shared with the person. Sources:
 * onedrive-api-docs, concepts/using-sharing-links; KelvinTegelaar/CIPP-API, New-CIPPOneDriveShortCut.ps1.
 */
export function createShortcut(
  world: World,
  incoming: Incoming,
  request: DriveRequest,
  { name, remote, conflict }: NewShortcut,
): Reply {
  const { drive } = request
  const parent = requireItem(request)
  if (!isFolder(parent)) throw refusals.invalidRequest('The item is not a folder.')
  const target = world.drives.get(remote.driveId.toLowerCase())
  const item = target?.find(remote.id)
  const role = target && item && world.acting && world.rights.roleAt(world.acting, target, item)
  if (!role || target === drive) throw refusals.accessDenied()
  if (!isFolder(item)) throw refusals.invalidRequest('Only folders can be added as a shortcut.')
  const behavior = readConflict(world, incoming, conflict)
  const taken = drive.child(parent, name)
  if (taken && behavior !== 'rename') throw refusals.nameAlreadyExists()
  refuseWhenFull(world, drive)
  const free = taken ? freeName(drive, parent, name, true) : name
  return itemReply(
    world,
    incoming,
    201,
    request,
    drive.add(parent, free, { driveId: target.id, id: item.id }),
  )
}

/** As on personal drives: `{id, parentReference: {driveId}}`. */
function byId(world: World, { id, parentReference }: Record<string, unknown>): Remote | undefined {
  if (typeof id !== 'string' || !isObject(parentReference)) return undefined
  const item = world.drives.get(String(parentReference.driveId).toLowerCase())?.find(id)
  return item && { driveId: String(parentReference.driveId), id: item.id }
}

/** As on work drives: `{sharepointIds: {listId, listItemUniqueId}}`, where `root` stands for a whole library. */
function bySharepointIds(world: World, { sharepointIds }: Record<string, unknown>): Remote | undefined {
  if (!isObject(sharepointIds)) return undefined
  const { listId, listItemUniqueId } = sharepointIds
  const drive = [...world.drives.values()].find((one) => listIdOf(one.libraryPath) === listId)
  const item =
    drive && (listItemUniqueId === 'root' ? drive.root : drive.findUnique(String(listItemUniqueId)))
  return drive && item && { driveId: drive.id, id: item.id }
}
