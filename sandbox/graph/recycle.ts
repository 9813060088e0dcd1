import type { Incoming, Reply } from '../server/messages.ts'
import { refusals } from '../state/graph-error.ts'
import { type Item, isFolder } from '../state/items.ts'
import type { World } from '../state/world.ts'
import { refuseWhenFull } from './conflict.ts'
import { readOptionalBody } from './json-body.ts'
import { graphHeaders } from './replies.ts'
import { type DriveRequest, itemReply, requireItem, requireWrite } from './request.ts'
import { checkConditions } from './tags.ts'
import { newName, newParent } from './update.ts'

/** `DELETE` of an item: into the recycle bin. Source: microsoft-graph-docs-contrib, api/driveitem-delete. */
export function deleteItem(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const item = requireDeletable(request)
  checkConditions(incoming, request.drive, item)
  request.drive.remove(item)
  return { status: 204, headers: graphHeaders(incoming, world) }
}

/**
 * `POST …/permanentDelete`: without the recycle bin, on work drives. Sources: microsoft-graph-docs-contrib,
 * api/driveitem-permanentdelete; rclone, docs/content/onedrive.md.
 */
export function permanentDelete(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive } = request
  if (drive.owner.kind === 'personal') throw refusals.notSupported()
  const item = requireDeletable(request)
  checkConditions(incoming, drive, item)
  drive.remove(item, true)
  return { status: 204, headers: graphHeaders(incoming, world) }
}

function requireDeletable(request: DriveRequest): Item {
  const item = requireItem(request)
  if (!item.parent) throw refusals.invalidRequest('The root of a drive cannot be deleted.')
  return item
}

/**
 * `POST /me/drive/items/{id}/restore`: back from the recycle bin, on personal drives. Source:
 * microsoft-graph-docs-contrib, api/driveitem-restore.
 */
export function restoreItem(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive, address } = request
  if (drive.owner.kind === 'work') throw refusals.notSupported()
  const found = drive.bin.find(address.itemId ?? '')
  if (!found || address.names.length > 0) throw refusals.itemNotFound()
  const body = readOptionalBody(incoming)
  const parent = newParent(drive, body.parentReference) ?? found.parent
  requireWrite(request.roleAt(parent))
  if (drive.find(parent.id) !== parent || !isFolder(parent)) throw refusals.itemNotFound()
  const name = newName(body.name) ?? found.item.name
  if (drive.child(parent, name)) throw refusals.nameAlreadyExists()
  refuseWhenFull(world, drive, found.item.size)
  drive.restore(found.item, parent, name)
  return itemReply(world, incoming, 200, request, found.item)
}
