import type { Incoming, Reply } from '../server/messages.ts'
import type { World } from '../state/world.ts'
import { readConflict, refuseWhileUploaded } from './conflict.ts'
import { placeFile } from './place-file.ts'
import { type DriveRequest, itemReply, requireItem } from './request.ts'
import { checkConditions } from './tags.ts'

/** "Up to 250 MB." Source: microsoft-graph-docs-contrib, api/driveitem-put-content. */
export const largestContent = 250 * 1024 * 1024

/** Whether a request's target is the content of an item of a drive. */
export function isContent(target: string): boolean {
  return /^\/+(v1\.0|beta)\/[^?]*\/content\/?(\?|$)/.test(target)
}

/**
 * `PUT …/content`: a small file. Its conflictBehavior is in the URL; the default is `replace`. Source:
 * microsoft-graph-docs-contrib, api/driveitem-put-content.
 */
export function upload(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive, address, start, item, options } = request
  if (address.names.length === 0) requireItem(request)
  checkConditions(incoming, drive, item)
  const conflict = readConflict(world, incoming, options.conflict) ?? 'replace'
  if (conflict !== 'rename') refuseWhileUploaded(world, { drive, start, names: address.names })
  const placed = placeFile(world, { drive, start, names: address.names, conflict }, incoming.body)
  return itemReply(world, incoming, placed.made ? 201 : 200, request, placed.item)
}
