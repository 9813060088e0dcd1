import { basename } from 'node:path'
import { OdLinkError } from '../../errors.ts'
import { NetworkError } from '../../http/errors.ts'
import { startPatience } from '../../http/retry.ts'
import type { HttpResponse } from '../../http/transport.ts'
import { type JsonObject, parseJsonObject } from '../../text/json.ts'
import { isSince } from '../item.ts'
import { type Graph, type GraphAnswer, maxRetries, transientStatuses } from '../request.ts'
import type { Address } from './address.ts'
import type { Transfer } from './download.ts'
import { apiFailure } from './errors.ts'
import { askSigned, readSigned } from './signed-url.ts'
import type { Source } from './upload-source.ts'

export const uploadConflicts = ['fail', 'replace', 'rename'] as const
export type UploadConflict = (typeof uploadConflicts)[number]

export interface UploadOptions extends Transfer {
  onConflict: UploadConflict
  openGraph: () => Graph
  graphOrigin: string
}

export interface Upload {
  /** The item as Graph describes it. */
  finished: Promise<JsonObject>
  /** Gives the session up, so that nothing of it is kept. */
  cancel: () => Promise<void>
}

/** A multiple of 320 KiB, as Microsoft asks, and the 10 MiB that it advises. */
const pieceSize = 32 * 320 * 1024
/** The last piece is answered when the whole file is in its place. */
const pieceLimitMs = 120_000
const conflictProperty = '@microsoft.graph.conflictBehavior'

/**
 * Puts a file into the drive by an upload session, piece by piece; after a piece that was lost, the session is asked
 * where it stands. https://learn.microsoft.com/en-us/graph/api/driveitem-createuploadsession
 * @param file as `fileAddress` gives it.
 */
export function startUpload(file: Address, source: Source, options: UploadOptions): Upload {
  let session: URL | undefined
  const cancel = async () => {
    if (session) await askSigned('DELETE', session, { timeoutMs: 5_000 }).catch(() => {})
  }
  const run = async () => {
    // A session takes no file without bytes.
    if (source.size === 0) return putEmpty(file, options)
    session = await openSession(file, options)
    return sendPieces(session, file, source, options)
  }
  const finished = run().catch(async (error: unknown) => {
    await cancel()
    throw error
  })
  return { finished, cancel }
}

async function putEmpty(file: Address, { onConflict, openGraph }: UploadOptions): Promise<JsonObject> {
  const answer = await openGraph().send({
    method: 'PUT',
    version: file.version,
    path: `${below(file, 'content')}?${conflictProperty}=${onConflict}`,
    headers: { 'content-type': 'application/octet-stream', 'content-length': '0' },
    mayRepeat: () => onConflict !== 'rename',
  })
  if (answer.status >= 300) throw failed(answer, file)
  return answer.json ?? {}
}

/** A session that nobody uses ends by itself, so that it can be asked for again. */
async function openSession(file: Address, options: UploadOptions): Promise<URL> {
  const answer = await options.openGraph().send({
    method: 'POST',
    version: file.version,
    path: below(file, 'createUploadSession'),
    body: { item: { [conflictProperty]: options.onConflict } },
  })
  if (answer.status >= 300) throw failed(answer, file)
  return readSigned(answer.json?.uploadUrl, options.graphOrigin)
}

async function sendPieces(
  session: URL,
  file: Address,
  source: Source,
  options: UploadOptions,
): Promise<JsonObject> {
  const started = Date.now()
  let patience = startPatience(options.maxWaitMs)
  let faults = 0
  let first = 0
  for (;;) {
    const outcome = await attempt(sendPiece(session, source, first, options), first)
    const answer = outcome instanceof NetworkError ? undefined : answerOf(outcome)
    if (answer && (answer.status === 200 || answer.status === 201)) return answer.json ?? {}
    if (answer?.status === 202) {
      first = nextOf(answer, source.size) ?? Math.min(first + pieceSize, source.size)
      patience = startPatience(options.maxWaitMs)
      faults = 0
      continue
    }
    faults += 1
    const trouble = answer ? failed(answer, file) : (outcome as NetworkError)
    if (answer && !transientStatuses.has(answer.status) && ![404, 416].includes(answer.status)) throw trouble
    if (faults > maxRetries || !(await patience.pause(trouble.message, answer?.headers['retry-after'])))
      throw trouble
    const standing = await attempt(askSigned('GET', session, { timeoutMs: 30_000 }), 1)
    if (standing instanceof NetworkError) continue
    if (standing.status === 404) return findDone(file, source.size, started, options)
    first = nextOf(answerOf(standing), source.size) ?? first
  }
}

/** Once something has arrived, the network may be away for a while; before that it is told at once. */
function attempt(asked: Promise<HttpResponse | NetworkError>, arrived: number) {
  return asked.catch((error: unknown) => {
    if (error instanceof NetworkError && arrived > 0) return error
    throw error
  })
}

function sendPiece(session: URL, source: Source, first: number, { onProgress }: UploadOptions) {
  const length = Math.min(pieceSize, source.size - first)
  let sent = 0
  return askSigned('PUT', session, {
    headers: {
      'content-length': String(length),
      'content-range': `bytes ${first}-${first + length - 1}/${source.size}`,
    },
    timeoutMs: pieceLimitMs,
    streams: {
      send: (outgoing, alive) =>
        source.send(outgoing, first, length, (bytes) => {
          alive()
          sent += bytes
          onProgress(first + sent, source.size)
        }),
    },
  })
}

/** Where the session wants to go on: `nextExpectedRanges` is `["26-"]` or `["12345-55232","77829-"]`. */
function nextOf({ json }: GraphAnswer, size: number): number | undefined {
  const ranges = json?.nextExpectedRanges
  const first = Array.isArray(ranges) ? Number.parseInt(String(ranges[0]), 10) : Number.NaN
  return first >= 0 && first < size ? first : undefined
}

/** The session is gone: it may have ended with a last piece whose answer was lost. */
async function findDone(
  file: Address,
  size: number,
  started: number,
  { onConflict, openGraph }: UploadOptions,
): Promise<JsonObject> {
  if (onConflict !== 'rename') {
    const found = await openGraph().send({ method: 'GET', version: file.version, path: file.path })
    const { json } = found
    const changed = { createdDateTime: String(json?.lastModifiedDateTime) }
    if (found.status === 200 && json?.size === size && isSince(changed, found, started)) return json
  }
  throw new OdLinkError('service', 'The upload session ended, and whether the file is whole is not known.', {
    hint: 'Look at the folder, and send the file again if it is not there.',
  })
}

function answerOf({ status, headers, body }: HttpResponse): GraphAnswer {
  return { status, headers, json: parseJsonObject(body), repeated: false }
}

function failed(answer: GraphAnswer, file: Address): OdLinkError {
  const failure = apiFailure(answer, `the upload to ${file.path}`)
  if (failure.kind !== 'taken') return failure
  return failure.with({
    message: `The name is taken: ${file.path}`,
    hint: 'To put the file in its place: --on-conflict replace\nTo keep both: --on-conflict rename',
  })
}

/**
 * The path of the file that an upload makes, without what may follow it (`:/content`, a colon). After a slash at the end
 * comes the name of the local file.
 * @throws OdLinkError (usage) when it is not the path of a file.
 */
export function fileAddress(address: Address, localFile: string): Address {
  const bare = address.path.replace(/:?\/(content|createUploadSession)$/, '').replace(/:$/, '')
  const path = /:\/(.*\/)?$/.test(bare) ? bare + nameOf(localFile) : bare
  const isByPath = /\/(root|items\/[^/:]+|special\/[^/:]+):\/[^:]+$/.test(path)
  if (!address.query && (isByPath || /\/items\/[^/:]+$/.test(path))) return { ...address, path }
  throw new OdLinkError('usage', `"${address.path}" is not the path of a file to be.`, {
    hint: 'od-link api --upload FILE /me/drive/root:/folder/name\n(or …:/folder/ for the same name, or /me/drive/items/ID for new content)',
  })
}

/** What is asked of that file: `content`, `createUploadSession`. */
export function below({ path }: Address, what: string): string {
  return path.includes(':/') ? `${path}:/${what}` : `${path}/${what}`
}

function nameOf(localFile: string): string {
  if (localFile !== '-') return encodeURIComponent(basename(localFile))
  throw new OdLinkError('usage', 'Standard input has no name, so the path needs one.', {
    hint: 'od-link api --upload - /me/drive/root:/folder/name',
  })
}
