import { type Incoming, mediaType, type Reply } from '../server/messages.ts'
import { refusals } from '../state/graph-error.ts'
import { isFolder } from '../state/items.ts'
import type { Target, UploadSession } from '../state/upload-sessions.ts'
import type { World } from '../state/world.ts'
import { conflictProperty, readConflict } from './conflict.ts'
import { readJsonBody } from './json-body.ts'
import { placeFile } from './place-file.ts'
import { type DriveRequest, itemReply } from './request.ts'
import { readSignedUrl } from './signed-url.ts'
import { newName } from './update.ts'

const sourceProperty = '@microsoft.graph.sourceUrl'

/**
 * `PUT` of an item with the URL of an upload session that has everything: creates the file of a session whose commit was
 * deferred, or whose last range met a conflict. The address is that of the folder, with the name in the body, or that of
 * the file. Personal drives alone have it. Source: microsoft-graph-docs-contrib, api/driveitem-createuploadsession.
 */
export function finishUpload(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive, options } = request
  const body = mediaType(incoming) === 'application/json' ? readJsonBody(incoming) : {}
  const { [sourceProperty]: source, [conflictProperty]: conflict = options.conflict } = body
  // A folder can be created so as well, which is in no reference.
  if (typeof source !== 'string') throw refusals.methodNotAllowed()
  if (drive.owner.kind === 'work') throw refusals.notSupported()
  const session = sessionAt(world, incoming, source)
  if (session.target.drive !== drive) throw refusals.itemNotFound()
  if (session.received !== session.total) throw refusals.uploadIncomplete()
  const target: Target = {
    ...placeOf(request, newName(body.name)),
    conflict: readConflict(world, incoming, conflict) ?? session.target.conflict,
  }
  const { item, made } = placeFile(world, target, Buffer.concat(session.chunks), session.properties)
  world.uploads.end(session)
  return itemReply(world, incoming, made ? 201 : 200, request, item)
}

/** @throws GraphError for a URL that is none of a session, or of one that is over. */
function sessionAt(world: World, incoming: Incoming, source: string): UploadSession {
  const url = URL.canParse(source) ? new URL(source) : undefined
  if (!url?.pathname.startsWith('/upload/')) throw refusals.uploadSessionNotFound()
  const signed = { ...incoming, path: url.pathname, query: url.search.slice(1) }
  const session = world.uploads.find(readSignedUrl(world, signed, 'upload'))
  if (!session || session.over) throw refusals.uploadSessionNotFound()
  return session
}

function placeOf({ drive, start, item, address }: DriveRequest, name?: string) {
  const { names } = address
  if (item && isFolder(item)) {
    if (name === undefined)
      throw refusals.invalidRequest('The name in the provided request is missing or empty.')
    return { drive, start: item, names: [name] }
  }
  return { drive, start, names: name === undefined ? names : [...names.slice(0, -1), name] }
}
