import type { Incoming, Reply } from '../server/messages.ts'
import { refusals } from '../state/graph-error.ts'
import type { World } from '../state/world.ts'
import { checkIn, checkOut, endCheckOut } from './checkout.ts'
import { copyItem } from './copy.ts'
import { createFolder } from './create-folder.ts'
import { createLink } from './create-link.ts'
import { delta } from './delta.ts'
import { redirectToContent } from './download.ts'
import { properties } from './filter.ts'
import { finishUpload } from './finish-upload.ts'
import { follow, listFollowed, unfollow } from './follow.ts'
import { invite } from './invite.ts'
import { driveResource } from './item.ts'
import { chosenOf, countChildren, expanded, listChildren, recent } from './listing.ts'
import { getThumbnail, listThumbnails, preview } from './looks.ts'
import { deletePermission, getPermission, listPermissions, updatePermission } from './permissions.ts'
import { select } from './query.ts'
import { deleteItem, permanentDelete, restoreItem } from './recycle.ts'
import { graphHeaders, graphJson } from './replies.ts'
import { type DriveRequest, requireItem } from './request.ts'
import { search } from './search.ts'
import { sharedWithMe } from './shared-with-me.ts'
import { listSpecial } from './special.ts'
import { isUnchanged } from './tags.ts'
import { updateItem } from './update.ts'
import { upload } from './upload.ts'
import { createUploadSession } from './upload-session.ts'
import { deleteVersion, getVersion, listVersions, redirectToVersion, restoreVersion } from './versions.ts'

type Operation = (world: World, incoming: Incoming, request: DriveRequest) => Reply

/** The operations by target and method; a `*` stands for an id. To add one: a line in this table. */
const operations: Record<string, Partial<Record<string, Operation>>> = {
  drive: { GET: getDrive },
  'drive/following': { GET: listFollowed },
  'drive/recent': { GET: recent },
  'drive/search': { GET: search },
  'drive/sharedWithMe': { GET: sharedWithMe },
  'drive/special': { GET: listSpecial },
  item: { GET: getItem, PATCH: updateItem, PUT: finishUpload, DELETE: deleteItem },
  checkin: { POST: checkIn },
  checkout: { POST: checkOut },
  children: { GET: listChildren, POST: createFolder },
  'children/$count': { GET: countChildren },
  content: { GET: redirectToContent, PUT: upload },
  copy: { POST: copyItem },
  createLink: { POST: createLink },
  createUploadSession: { POST: createUploadSession },
  delta: { GET: delta },
  discardCheckout: { POST: endCheckOut },
  follow: { POST: follow },
  invite: { POST: invite },
  permanentDelete: { POST: permanentDelete },
  permissions: { GET: listPermissions },
  'permissions/*': { GET: getPermission, PATCH: updatePermission, DELETE: deletePermission },
  preview: { POST: preview },
  restore: { POST: restoreItem },
  search: { GET: search },
  thumbnails: { GET: listThumbnails },
  'thumbnails/*': { GET: getThumbnail },
  'thumbnails/*/*': { GET: getThumbnail },
  'thumbnails/*/*/content': { GET: getThumbnail },
  unfollow: { POST: unfollow },
  versions: { GET: listVersions },
  'versions/*': { GET: getVersion, DELETE: deleteVersion },
  'versions/*/content': { GET: redirectToVersion },
  'versions/*/restoreVersion': { POST: restoreVersion },
}

/** What Graph has below an item, and the sandbox has not. Source: msgraph-metadata, schemas/v1.0. */
const ofItems = [
  'activities',
  'analytics',
  'assignSensitivityLabel',
  'createdByUser',
  'extractSensitivityLabels',
  'getActivitiesByInterval',
  'lastModifiedByUser',
  'listItem',
  'retentionLabel',
  'subscriptions',
  'validatePermission',
  'workbook',
]
/** And below a drive, its properties included. */
const ofDrives =
  'activities bundles items list createdBy createdByUser createdDateTime description driveType eTag id lastModifiedBy lastModifiedByUser lastModifiedDateTime name owner parentReference quota sharePointIds system webUrl'.split(
    ' ',
  )

/**
 * Finds the operation of a request.
 * @param of what is requested of the drive or item, without the argument of a function.
 * @throws GraphError for an address that does not exist, here or anywhere; 405 for a method that it does not have.
 */
export function findOperation(of: string, isDrive: boolean, method: string): Operation {
  const segments = of.replace(/\/$/, '').split('/').map(withoutNamespace)
  const [first = ''] = segments
  const whole = isDrive ? ['drive', ...segments] : segments
  const name = of === '' ? (isDrive ? 'drive' : 'item') : whole.join('/')
  const pattern = Object.keys(operations).find((one) => one === name || matches(one, whole))
  const methods = pattern === undefined ? undefined : operations[pattern]
  if (!methods) {
    const isKnown = isDrive ? ofDrives.includes(first) : ofItems.includes(first) || properties.has(first)
    if (isKnown) throw refusals.notInSandbox(first)
    throw refusals.segmentUnknown(segments.at(-1) ?? '')
  }
  // HEAD works like GET. Source: onedrive-api-docs, api/driveitem_get.
  const operation = methods[method === 'HEAD' ? 'GET' : method]
  if (!operation) throw refusals.methodNotAllowed()
  return operation
}

function matches(pattern: string, segments: string[]): boolean {
  const parts = pattern.split('/')
  return (
    parts.includes('*') &&
    parts.length === segments.length &&
    parts.every((part, index) => part === '*' || part === segments[index])
  )
}

/** An action may have its namespace in front (OData 4.01, URL conventions 4.5). */
function withoutNamespace(segment: string): string {
  return segment.replace(/^microsoft\.graph\./, '')
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
