import type { Incoming, Reply } from '../server/messages.ts'
import { refusals } from '../state/graph-error.ts'
import type { World } from '../state/world.ts'
import { createFolder } from './create-folder.ts'
import { createLink } from './create-link.ts'
import { delta } from './delta.ts'
import { redirectToContent } from './download.ts'
import { driveResource } from './item.ts'
import { chosenOf, expanded, listChildren, search } from './listing.ts'
import { select } from './query.ts'
import { graphHeaders, graphJson } from './replies.ts'
import { type DriveRequest, requireItem } from './request.ts'
import { sharedWithMe } from './shared-with-me.ts'
import { checkConditions, isUnchanged } from './tags.ts'
import { updateItem } from './update.ts'
import { upload } from './upload.ts'
import { createUploadSession } from './upload-session.ts'

type Operation = (world: World, incoming: Incoming, request: DriveRequest) => Reply

/** The operations by target and method. To add one: a line in this table. */
export const operations: Record<string, Partial<Record<string, Operation>>> = {
  drive: { GET: getDrive },
  item: { GET: getItem, PATCH: updateItem, DELETE: deleteItem },
  children: { GET: listChildren, POST: createFolder },
  content: { GET: redirectToContent, PUT: upload },
  createLink: { POST: createLink },
  createUploadSession: { POST: createUploadSession },
  delta: { GET: delta },
  search: { GET: search },
  'drive/sharedWithMe': { GET: sharedWithMe },
}

function getDrive(world: World, incoming: Incoming, { drive, options }: DriveRequest): Reply {
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#drives/$entity`,
    ...select(driveResource(world, drive), options.select),
  })
}

function getItem(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive, options } = request
  const item = requireItem(request)
  if (isUnchanged(incoming, drive, item)) return { status: 304, headers: graphHeaders(incoming, world) }
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#drives('${encodeURIComponent(drive.id)}')/items/$entity`,
    ...select(expanded(world, drive, item, options), chosenOf(options)),
  })
}

function deleteItem(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive } = request
  const item = requireItem(request)
  if (!item.parent) throw refusals.invalidRequest('The root of a drive cannot be deleted.')
  checkConditions(incoming, drive, item)
  drive.remove(item)
  return { status: 204, headers: graphHeaders(incoming, world) }
}
