import type { Incoming, Reply } from '../server/messages.ts'
import type { World } from '../state/world.ts'
import { readConflict, refuseWhileUploaded } from './conflict.ts'
import { placeFile } from './place-file.ts'
import { checkIfMatch, type DriveRequest, itemReply, requireItem } from './request.ts'

/**
 * `PUT …/content`: a small file. Its conflictBehavior is in the URL; the default is `replace`. Source:
 * microsoft-graph-docs-contrib, api/driveitem-put-content.
 */
export function upload(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive, address, start, item, options } = request
  if (address.names.length === 0) requireItem(request)
  if (item) checkIfMatch(incoming, drive, item)
  const conflict = readConflict(world, incoming, options.conflict) ?? 'replace'
  if (conflict !== 'rename') refuseWhileUploaded(world, { drive, start, names: address.names })
  const placed = placeFile(world, { drive, start, names: address.names, conflict }, incoming.body)
  return itemReply(world, incoming, placed.made ? 201 : 200, request, placed.item)
}
