import { setTimeout as sleep } from 'node:timers/promises'
import { OdLinkError } from '../../errors.ts'
import { NetworkError } from '../../http/errors.ts'
import { type Patience, startPatience, tryLater } from '../../http/retry.ts'
import type { HttpResponse } from '../../http/transport.ts'
import { type JsonObject, parseJsonObject } from '../../text/json.ts'
import { type GraphAnswer, graphAnswer } from '../answer.ts'
import type { Address } from '../api/address.ts'
import { apiFailure } from '../api/errors.ts'
import { mayPass, means } from '../error-codes.ts'
import { graphFailure } from '../errors.ts'
import { isSince } from '../item.ts'
import { type Graph, type GraphRequest, maxRetries } from '../request.ts'
import { unreadable } from '../send-once.ts'
import type { Transfer } from './download.ts'
import { below } from './file-address.ts'
import type { SavedSession } from './saved-session.ts'
import { askSigned, readSigned } from './signed-url.ts'
import type { Source } from './upload-source.ts'

export const uploadConflicts = ['fail', 'replace', 'rename'] as const
export type UploadConflict = (typeof uploadConflicts)[number]

export interface UploadOptions extends Transfer {
  onConflict: UploadConflict
  openGraph: () => Graph
  graphOrigin: string
  /** Where the session is saved for a later run. */
  saved?: SavedSession | undefined
  /** A file of at most so many bytes is sent in one request, without a session. Default: an empty one alone. */
  contentUpTo?: number
  /** What the messages call the file. Default: its path in Graph. */
  shown?: string
}

export interface Upload {
  /** The item as Graph describes it. */
  finished: Promise<JsonObject>
  /** Cancels the session, so that nothing of it is left. */
  cancel: () => Promise<void>
}

/** A multiple of 320 KiB, as Microsoft requires, and the 10 MiB that it recommends. */
const pieceSize = 32 * 320 * 1024
/** The last piece is answered when the whole file is in its place. */
const pieceLimitMs = 120_000
/** The largest file that Graph takes without a session, in bytes. */
const largestContent = 250 * 1024 * 1024
/** How long a cancelled upload waits for the URL of a session that it has requested. */
const cancelLimitMs = 5_000
const conflictProperty = '@microsoft.graph.conflictBehavior'

/**
 * Uploads a file in an upload session, piece by piece. After a piece that was lost, the session is asked where it stands; if
 * it has ended, the file may be complete all the same, so it is read.
 * https://learn.microsoft.com/en-us/graph/api/driveitem-createuploadsession
 * @param file as `fileAddress` gives it.
 */
export function startUpload(file: Address, source: Source, options: UploadOptions): Upload {
  const { saved } = options
  let session = earlierSession(options)
  let isSaved = session !== undefined
  /** A session that was requested, and whose URL is not known yet. */
  let opening: Promise<unknown> | undefined
  let isCancelled = false
  const drop = async () => {
    const dropped = session
    session = undefined
    isSaved = false
    if (dropped) await askSigned('DELETE', dropped, { timeoutMs: 5_000 }).catch(() => {})
    saved?.forget()
  }
  const cancel = async () => {
    isCancelled = true
    // Without its URL, nothing could end the session, and on a work drive it would hold the name for a day.
    if (opening) await Promise.race([opening, sleep(cancelLimitMs, undefined, { ref: false })])
    await drop()
  }
  const open = async () => {
    if (isCancelled) throw cancelled()
    const opened = openSession(file, options)
    opening = opened.catch(() => {})
    session = await opened
    opening = undefined
    isSaved = saved?.save(session.href) ?? false
    return { url: session, first: 0 }
  }
  const run = async () => {
    const earlier = session && (await standingOf(session, file, source, options))
    const done = session && !earlier && (await finishedBefore(file, source, options))
    if (!earlier) await drop()
    if (done) return done
    // A session takes no empty file.
    if (source.size <= (options.contentUpTo ?? 0)) return putContent(file, source, options)
    let start = earlier ?? (await open())
    for (let attempts = 1; ; attempts += 1) {
      const item = await sendPieces(start, file, source, options, () => isCancelled)
      if (item) return item
      // An existing Office file in SharePoint: the first session may end before it takes a byte. abraunegg/onedrive#3859
      if (attempts < 2) start = await open()
      else if (source.size <= largestContent) return putContent(file, source, options)
      else throw nothingTaken()
    }
  }
  const finished = run().then(
    (item) => {
      saved?.forget()
      return item
    },
    async (error: unknown) => {
      const isTransient = error instanceof OdLinkError && ['service', 'network'].includes(error.kind)
      // The next run continues.
      if (!isSaved || !isTransient || isSessionEnded(error)) await drop()
      throw error
    },
  )
  return { finished, cancel }
}

/** The session of an earlier run, unless its URL is not one that Graph would give. */
function earlierSession({ saved, graphOrigin }: UploadOptions): URL | undefined {
  try {
    return saved?.earlier && readSigned(saved.earlier.url, graphOrigin)
  } catch {
    return undefined
  }
}

/**
 * Where the session of an earlier run continues.
 * @returns undefined if that run was about other content, or the session has ended.
 * @throws OdLinkError (service) or (network) when the session cannot be asked within the limit.
 */
async function standingOf(
  url: URL,
  file: Address,
  source: Source,
  options: UploadOptions,
): Promise<{ url: URL; first: number } | undefined> {
  if (!options.saved?.earlier?.isSameContent) return undefined
  const patience = startPatience(options.maxWaitMs, options.pause)
  for (let faults = 1; ; faults += 1) {
    await patience.ready()
    const standing = await askSigned('GET', url, { timeoutMs: 30_000 })
    const answer = standing instanceof NetworkError ? undefined : answerOf(standing, file, options)
    if (answer && !mayPass(answer)) {
      const first = answer.status === 200 ? nextOf(answer, source.size) : undefined
      return first === undefined ? undefined : { url, first }
    }
    const failure = failureOf(standing, answer, file, options)
    if (!(await mayTryAgain(failure.message, answer, faults, patience))) throw failure
  }
}

/**
 * The file, if an earlier run has sent the last piece of the same content and was killed before its answer came: the session
 * is over, and the file is younger than it.
 */
async function finishedBefore(
  file: Address,
  { size }: Source,
  options: UploadOptions,
): Promise<JsonObject | undefined> {
  const { isSameContent = false, savedAt = 0 } = options.saved?.earlier ?? {}
  if (!isSameContent) return undefined
  return (await findComplete(file, size, savedAt, options))?.json
}

function cancelled(): OdLinkError {
  return new OdLinkError('interrupted', 'The upload was cancelled.')
}

/** The whole file in one request: for empty files, and where no session works. */
async function putContent(file: Address, source: Source, options: UploadOptions): Promise<JsonObject> {
  const { onConflict, openGraph, onProgress } = options
  const started = Date.now()
  const look = () => findComplete(file, source.size, started, options)
  const request: GraphRequest = {
    method: 'PUT',
    version: file.version,
    path: `${below(file, 'content')}?${conflictProperty}=${onConflict}`,
    headers: { 'content-type': 'application/octet-stream', 'content-length': String(source.size) },
    ...(source.size === 0
      ? {}
      : {
          streams: {
            send: (outgoing, alive) => {
              let sent = 0
              source.send(outgoing, 0, source.size, (bytes) => {
                alive()
                sent += bytes
                onProgress(sent, source.size)
              })
            },
          },
        }),
    // Another one under `rename` would be a second file.
    mayRepeat: () => onConflict !== 'rename',
  }
  const answer = await openGraph().send(request, look)
  const isOurs = means(answer, 'taken') && answer.repeated
  const found = isOurs ? ((await look()) ?? answer) : answer
  if (found.status >= 300) throw failed(found, file, options)
  return found.json ?? {}
}

/** A session that nobody uses ends by itself, so it can be requested again. */
async function openSession(file: Address, options: UploadOptions): Promise<URL> {
  const answer = await options.openGraph().send({
    method: 'POST',
    version: file.version,
    path: below(file, 'createUploadSession'),
    body: { item: { [conflictProperty]: options.onConflict } },
  })
  if (answer.status >= 300) throw failed(answer, file, options)
  return readSigned(answer.json?.uploadUrl, options.graphOrigin)
}

/**
 * @param start the session, and the position of the first byte that it does not have.
 * @returns the item; undefined when the session ended before it took a byte.
 */
async function sendPieces(
  start: { url: URL; first: number },
  file: Address,
  source: Source,
  options: UploadOptions,
  isCancelled: () => boolean,
): Promise<JsonObject | undefined> {
  const started = Date.now()
  let patience = startPatience(options.maxWaitMs, options.pause)
  let faults = 0
  let { first } = start
  let most = first
  /** Whether the last bytes have been sent, and it is not known what became of them. */
  let isLost = false
  for (;;) {
    await patience.ready()
    const outcome = readable(await attempt(sendPiece(start.url, source, first, options), first))
    if (isCancelled()) throw cancelled()
    const answer = outcome instanceof NetworkError ? undefined : answerOf(outcome, file, options)
    if (answer && (answer.status === 200 || answer.status === 201)) return answer.json ?? {}
    const isTaken = answer?.status === 202
    if (isTaken) {
      const next = nextOf(answer, source.size) ?? Math.min(first + pieceSize, source.size)
      const isStuck = next <= first || next >= source.size
      // Only what has never arrived before is progress: a session that asks for the same bytes again would never end.
      if (next > most) {
        most = next
        patience = startPatience(options.maxWaitMs, options.pause)
        faults = 0
      }
      if (next < source.size) first = next
      if (!isStuck) continue
    }
    faults += 1
    const failure = isTaken ? neverEnds() : failureOf(outcome, answer, file, options)
    const isRefused = answer !== undefined && !isTaken && !mayPass(answer)
    if (isRefused && !mayBeOver(answer)) throw failure
    if (!isRefused && first + pieceSize >= source.size) isLost = true
    const why = isRefused ? `The upload session refuses the data (HTTP ${answer.status}).` : failure.message
    if (!(await mayTryAgain(why, answer, faults, patience))) throw failure
    const standing = await attempt(askSigned('GET', start.url, { timeoutMs: 30_000 }), 1)
    if (standing instanceof NetworkError || mayPass(answerOf(standing, file, options))) continue
    const next = nextOf(standing, source.size)
    // Every byte has arrived, or the session has ended; after lost last bytes, the file may be complete.
    if (next === undefined && (isComplete(standing) || mayBeOver(answerOf(standing, file, options)))) {
      if (first === 0 && !isLost && !isComplete(standing)) return undefined
      return findDone(file, source.size, started, options)
    }
    first = next ?? first
  }
}

/** A success that describes no item, such as the page of a network, is a lost answer. A 201 says enough without one. */
function readable(outcome: HttpResponse | NetworkError): HttpResponse | NetworkError {
  if (outcome instanceof NetworkError || ![200, 201].includes(outcome.status)) return outcome
  const isDone = (outcome.status === 201 && outcome.body === '') || parseJsonObject(outcome.body)
  return isDone ? outcome : unreadable()
}

function failureOf(
  outcome: HttpResponse | NetworkError,
  answer: GraphAnswer | undefined,
  file: Address,
  options: UploadOptions,
): OdLinkError {
  if (!answer) return outcome as NetworkError
  return mayBeOver(answer) ? sessionEnded(answer) : failed(answer, file, options)
}

function mayTryAgain(
  why: string,
  answer: GraphAnswer | undefined,
  faults: number,
  patience: Patience,
): Promise<boolean> | false {
  return faults <= maxRetries && patience.pause(why, answer?.headers['retry-after'])
}

/**
 * How a session refuses a piece when it has ended, or when it continues somewhere else; it is asked then.
 * OneDrive/onedrive-api-docs#1570, #698
 */
function mayBeOver(answer: GraphAnswer): boolean {
  return [401, 404, 410, 416].includes(answer.status) || means(answer, 'uploadOver')
}

/** Once something has arrived, the network may be away for a while; before that, the failure is reported at once. */
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

function rangesOf({ body }: { body: string }): unknown[] | undefined {
  const ranges = parseJsonObject(body)?.nextExpectedRanges
  return Array.isArray(ranges) ? ranges : undefined
}

/** Where the session continues: `nextExpectedRanges` is `["26-"]` or `["12345-55232","77829-"]`. */
function nextOf(standing: HttpResponse | GraphAnswer, size: number): number | undefined {
  const ranges = 'json' in standing ? standing.json?.nextExpectedRanges : rangesOf(standing)
  const first = Array.isArray(ranges) ? Number.parseInt(String(ranges[0]), 10) : Number.NaN
  return first >= 0 && first < size ? first : undefined
}

function isComplete(standing: HttpResponse): boolean {
  return standing.status === 200 && rangesOf(standing)?.length === 0
}

/** The session has ended; perhaps with a last piece whose answer was lost. */
async function findDone(
  file: Address,
  size: number,
  started: number,
  options: UploadOptions,
): Promise<JsonObject> {
  const found = await findComplete(file, size, started, options)
  if (found?.json) return found.json
  throw sessionEnded()
}

/** The answer with the file, if it has been complete since `started`: an attempt whose answer was lost has sent it. */
async function findComplete(
  file: Address,
  size: number,
  started: number,
  { onConflict, openGraph }: UploadOptions,
): Promise<GraphAnswer | undefined> {
  // Its name is not known.
  if (onConflict === 'rename') return undefined
  const path = file.path.includes(':/') ? `${file.path}:` : file.path
  const found = await openGraph().send({ method: 'GET', version: file.version, path })
  const { json } = found
  const changed = { createdDateTime: String(json?.lastModifiedDateTime) }
  return found.status === 200 && json?.size === size && isSince(changed, found, started) ? found : undefined
}

const endedMessage = 'The upload session ended, and it is not known whether the file is complete.'

function sessionEnded(answer?: GraphAnswer): OdLinkError {
  const known = answer && apiFailure(answer, 'The upload')
  return new OdLinkError('service', endedMessage, {
    reason: 'upload-unfinished',
    next: ['Check the folder. If the file is missing, run the same command again.'],
    code: known?.code,
    requestId: known?.requestId,
    timestamp: known?.timestamp,
  })
}

function nothingTaken(): OdLinkError {
  return new OdLinkError('service', 'OneDrive ended the upload session before it accepted any data, twice.', {
    reason: 'upload-unfinished',
    next: ['Upload it under another name, or remove the existing file first.'],
  })
}

function neverEnds(): OdLinkError {
  return new OdLinkError('service', 'The upload session asks for the same data again, or does not end.', {
    reason: 'upload-unfinished',
    next: [tryLater],
  })
}

function isSessionEnded(error: OdLinkError): boolean {
  return error.reason === 'upload-unfinished'
}

function answerOf({ status, headers, body }: HttpResponse, file: Address, { caller }: Transfer): GraphAnswer {
  return graphAnswer(
    { status, headers, json: parseJsonObject(body) },
    { method: 'PUT', path: file.path, caller },
  )
}

function failed(answer: GraphAnswer, file: Address, { shown }: UploadOptions): OdLinkError {
  const failure =
    shown === undefined
      ? apiFailure(answer, `The upload to ${file.path}`)
      : graphFailure(answer, `Uploading "${shown}"`)
  if (!means(answer, 'taken')) return failure
  return failure.with({
    message: `The name is taken: ${shown === undefined ? file.path : `"${shown}"`} already exists.`,
    next: [
      { intro: 'To replace the existing file:', flags: { 'on-conflict': 'replace' } },
      { intro: 'To keep both:', flags: { 'on-conflict': 'rename' } },
    ],
  })
}
