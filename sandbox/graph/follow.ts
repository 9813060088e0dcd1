import type { Incoming, Reply } from '../server/messages.ts'
import { refusals } from '../state/graph-error.ts'
import type { World } from '../state/world.ts'
import { itemsReply } from './listing.ts'
import { graphHeaders } from './replies.ts'
import { type DriveRequest, itemReply, requireItem } from './request.ts'

/** `POST …/follow`, on work drives. Source: microsoft-graph-docs-contrib, api/driveitem-follow. */
export function follow(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const item = requireItem(request)
  if (request.drive.owner.kind === 'personal') throw refusals.notSupported()
  request.drive.followed.add(item)
  return itemReply(world, incoming, 200, request, item)
}

/** `POST …/unfollow`. Source: microsoft-graph-docs-contrib, api/driveitem-unfollow. */
export function unfollow(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const item = requireItem(request)
  if (request.drive.owner.kind === 'personal') throw refusals.notSupported()
  request.drive.followed.delete(item)
  return { status: 204, headers: graphHeaders(incoming, world) }
}

/** `GET /me/drive/following`. Source: microsoft-graph-docs-contrib, api/drive-list-following. */
export function listFollowed(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive } = request
  if (drive.owner.kind === 'personal') throw refusals.notSupported()
  return itemsReply(
    world,
    incoming,
    request,
    [...drive.followed].filter((item) => drive.find(item.id) === item),
  )
}
