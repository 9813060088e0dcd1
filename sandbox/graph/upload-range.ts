import { header, type Incoming, type Reply } from '../server/messages.ts'
import { refusals } from '../state/graph-error.ts'
import type { UploadSession } from '../state/upload-sessions.ts'
import type { World } from '../state/world.ts'
import { driveItem } from './item.ts'
import { placeFile } from './place-file.ts'
import { graphHeaders, graphJson } from './replies.ts'
import { readSignedUrl } from './signed-url.ts'

/** "Less than 60 MiB." Source: microsoft-graph-docs-contrib, api/driveitem-createuploadsession. */
export const largestRange = 60 * 1024 * 1024 - 1

const unit = 320 * 1024

/**
 * A request to the URL of an upload session: `PUT` sends a range, `GET` asks what is missing, `DELETE`
 * cancels, `POST` creates the file on a work drive if that was deferred; see `finishUpload` for others. Source: microsoft-graph-docs-contrib,
 * api/driveitem-createuploadsession.
 */
export function answerUpload(world: World, incoming: Incoming): Reply {
  const session = world.uploads.find(readSignedUrl(world, incoming, 'upload'))
  if (!session) throw refusals.itemNotFound()
  world.acting = session.by
  if (session.over === 'expired') throw refusals.uploadUrlExpired()
  if (incoming.method === 'PUT') return takeRange(world, incoming, session)
  if (incoming.method === 'GET') return status(world, incoming, 200, session)
  if (incoming.method === 'POST' && session.received === session.total && !session.over) {
    if (session.target.drive.owner.kind === 'personal') throw refusals.notSupported()
    return finish(world, incoming, session)
  }
  if (incoming.method !== 'DELETE') throw refusals.methodNotAllowed()
  world.uploads.end(session)
  return { status: 204, headers: graphHeaders(incoming, world) }
}

function takeRange(world: World, incoming: Incoming, session: UploadSession): Reply {
  const { body } = incoming
  if (session.over) throw refusals.fragmentOverlap()
  refuseByMood(world, session)
  const { first, last, total } = readContentRange(header(incoming, 'content-range'))
  if (body.length !== last - first + 1)
    throw refusals.invalidRequest('The length of the body does not match Content-Range.')
  if (session.total !== undefined && total !== session.total)
    throw refusals.invalidRequest('Content-Range has a different total size than before.')
  // If creating the file failed, the last range may be sent again to retry.
  const again = session.received === total && last === total - 1
  if (first !== session.received && !again)
    throw refusals.invalidRange('The range is not the next one expected.')
  const isLast = last === total - 1
  // Accepted, although the creation of some large files then fails in the end. Sources: onedrive-api-docs#686 and #196.
  if (!isLast && body.length % unit !== 0) world.score.report('unevenRange', incoming)
  if (total > session.target.drive.total) throw refusals.quotaLimitReached()
  session.total = total
  if (!again) {
    session.chunks.push(body)
    session.received += body.length
  }
  return isLast && !session.deferCommit
    ? finish(world, incoming, session)
    : status(world, incoming, 202, session)
}

/** `bytes 0-25/128` @throws GraphError */
function readContentRange(value: string | undefined): { first: number; last: number; total: number } {
  const numbers =
    /^bytes (\d+)-(\d+)\/(\d+)$/
      .exec(value ?? '')
      ?.slice(1)
      .map(Number) ?? []
  const [first = 0, last = -1, total = 0] = numbers
  if (last < first || last >= total)
    throw refusals.invalidRequest('The Content-Range header is missing or malformed.')
  return { first, last, total }
}

const office = /\.(docx?|xlsx?|pptx?)$/i

/** @throws GraphError where a session ends before its file is whole; see `Moods`. */
function refuseByMood(world: World, session: UploadSession): void {
  const { drive, start, names } = session.target
  const mood = drive.owner.moods.uploads
  if (mood === 'expired' && session.received > 0) {
    session.over = 'expired'
    throw refusals.uploadUrlExpired()
  }
  const replaced = start && drive.walk(start, names)
  const isOffice = replaced !== undefined && office.test(replaced.name)
  if (mood !== 'lost' || drive.owner.kind !== 'work' || session.received > 0 || !isOffice) return
  if (drive.lostUploads.has(replaced)) return
  drive.lostUploads.add(replaced)
  world.uploads.end(session)
  throw refusals.itemNotFound()
}

/** Creates the file. If that fails, the received ranges are kept for another try. */
function finish(world: World, incoming: Incoming, session: UploadSession): Reply {
  const { target, properties, chunks } = session
  const { item, made } = placeFile(world, target, Buffer.concat(chunks), properties)
  const mood = target.drive.owner.moods.uploads
  if (mood === 'overlapping') {
    session.over = 'created'
    throw refusals.fragmentOverlap()
  }
  world.uploads.end(session)
  if (mood === 'forgotten') throw refusals.uploadSessionNotFound()
  return graphJson(incoming, world, made ? 201 : 200, driveItem(world, target.drive, item))
}

function status(world: World, incoming: Incoming, code: number, session: UploadSession): Reply {
  return graphJson(incoming, world, code, {
    expirationDateTime: new Date(session.expiresAt).toISOString(),
    nextExpectedRanges: session.received === session.total ? [] : [`${session.received}-`],
  })
}
