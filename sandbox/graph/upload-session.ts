import type { Incoming, Reply } from '../server/messages.ts'
import { refusals } from '../state/graph-error.ts'
import type { Target } from '../state/upload-sessions.ts'
import type { World } from '../state/world.ts'
import { conflictProperty, readConflict, refuseWhenFull, refuseWhileUploaded } from './conflict.ts'
import { isObject, readJsonBody } from './json-body.ts'
import { existingFile } from './place-file.ts'
import { readProperties } from './properties.ts'
import { graphJson } from './replies.ts'
import { type DriveRequest, requireItem } from './request.ts'
import { signedUrl } from './signed-url.ts'
import { checkConditions } from './tags.ts'

/**
 * `POST …/createUploadSession`. Microsoft's page names `fail` as the default, but widely used programs send
 * nothing and expect the file to be replaced, so the sandbox does that. Sources:
 * microsoft-graph-docs-contrib, api/driveitem-createuploadsession; rclone, backend/onedrive.
 */
export function createUploadSession(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive, address, start, item, options } = request
  if (address.names.length === 0) requireItem(request)
  checkConditions(incoming, drive, item)
  const body = incoming.body.length === 0 ? {} : readJsonBody(incoming)
  const wanted = isObject(body.item) ? body.item : {}
  const conflict =
    readConflict(world, incoming, wanted[conflictProperty] ?? body[conflictProperty] ?? options.conflict) ??
    'replace'
  const target: Target = { drive, start, names: namesOf(address.names, wanted.name), conflict }
  if (!start) throw refusals.itemNotFound()
  if (conflict !== 'rename') refuseWhileUploaded(world, target)
  existingFile(target)
  refuseWhenFull(world, drive, typeof wanted.fileSize === 'number' ? wanted.fileSize : 0)
  const properties = readProperties(drive, wanted)
  const deferCommit = body.deferCommit === true
  const session = world.uploads.open(target, { properties, deferCommit, by: world.acting }, world.now())
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#microsoft.graph.uploadSession`,
    expirationDateTime: new Date(session.expiresAt).toISOString(),
    nextExpectedRanges: ['0-'],
    uploadUrl: signedUrl(world, drive, { purpose: 'upload', id: session.id, until: session.expiresAt }),
  })
}

/** The path "must contain the name of the item that's specified in the request body". Source: the same page. */
function namesOf(names: string[], sent: unknown): string[] {
  if (typeof sent !== 'string' || names.length === 0 || sent === names.at(-1)) return names
  throw refusals.invalidRequest('The name in the URL and the name in the body differ.')
}
