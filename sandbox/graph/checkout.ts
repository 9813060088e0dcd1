import type { Incoming, Reply } from '../server/messages.ts'
import { refusals } from '../state/graph-error.ts'
import { type Item, isFolder } from '../state/items.ts'
import type { World } from '../state/world.ts'
import { readOptionalBody } from './json-body.ts'
import { graphHeaders } from './replies.ts'
import { type DriveRequest, requireItem } from './request.ts'

/** `POST …/checkout`, on work drives. Source: microsoft-graph-docs-contrib, api/driveitem-checkout. */
export function checkOut(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const file = requireFile(request)
  if (request.drive.checkedOut.has(file)) throw refusals.checkedOut()
  request.drive.checkedOut.add(file)
  return { status: 204, headers: graphHeaders(incoming, world) }
}

/**
 * `POST …/checkin`, with an optional comment; an empty status is none. Sources: microsoft-graph-docs-contrib,
 * api/driveitem-checkin; vgrem/Office365-REST-Python-Client, tests/onedrive/test_file.py.
 */
export function checkIn(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { comment, checkInAs } = readOptionalBody(incoming)
  if (comment !== undefined && comment !== null && typeof comment !== 'string')
    throw refusals.invalidRequest('The comment is not valid.')
  if (![undefined, null, '', 'published', 'unspecified'].includes(checkInAs as string))
    throw refusals.invalidRequest('The value of checkInAs is not valid.')
  return endCheckOut(world, incoming, request)
}

/** `POST …/discardCheckout`. Source: microsoft-graph-docs-contrib, api/driveitem-discardcheckout. */
export function endCheckOut(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const file = requireFile(request)
  if (!request.drive.checkedOut.delete(file))
    throw refusals.invalidRequest('The file is not checked out.', 'notCheckedOut')
  return { status: 204, headers: graphHeaders(incoming, world) }
}

function requireFile(request: DriveRequest): Item {
  const item = requireItem(request)
  if (request.drive.owner.kind === 'personal') throw refusals.notSupported()
  if (isFolder(item)) throw refusals.invalidRequest('Only a file can be checked out.')
  return item
}
