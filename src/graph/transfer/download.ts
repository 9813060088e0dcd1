import type { IncomingMessage } from 'node:http'
import { OdLinkError } from '../../errors.ts'
import { NetworkError } from '../../http/errors.ts'
import { type Pause, startPatience, tryLater } from '../../http/retry.ts'
import type { Streams } from '../../http/transport.ts'
import { parseJsonObject } from '../../text/json.ts'
import { type Caller, type GraphAnswer, graphAnswer } from '../answer.ts'
import { type ApiRequest, ask, handOn, nameOf, readText, redirects, type Takers } from '../api/call.ts'
import { apiFailure } from '../api/errors.ts'
import { mayPass, means } from '../error-codes.ts'
import { graphFailure, traceOf } from '../errors.ts'
import { type Graph, maxRetries } from '../request.ts'
import type { Target } from './partial-file.ts'
import { askSigned, readSigned } from './signed-url.ts'

export interface Transfer {
  maxWaitMs: number
  /** What other transfers at the same time share with it. */
  pause?: Pause
  caller: Caller
  /** In bytes; `total` is undefined while it is not known. */
  onProgress: (done: number, total: number | undefined) => void
}

export interface Download extends Transfer {
  /** Opens Graph with a limit on waiting of its own for each request. */
  openGraph: () => Graph
  graphOrigin: string
  /** What is shown of refusals. */
  takers: Pick<Takers, 'refused'>
  /** A URL of the content that is known already, and saves a request unless it is refused. */
  first?: URL | undefined
  /** What the messages call the file. Default: the request. */
  shown?: string
}

const mostHops = 5
/** How a URL of this kind is refused that has expired, or whose content has changed. A new one is requested then. */
const expired = new Set([401, 403, 404, 410, 412, 416])

/**
 * Downloads the response to a request, from Graph itself or from the URL that it redirects to for a file's bytes. After an
 * interruption it requests a new URL and continues where it stopped, if the server can tell that the content is the same.
 * Such URLs expire within an hour. OneDrive/onedrive-api-docs#884
 * @throws OdLinkError; the target then has what was received.
 */
export async function download(request: ApiRequest, target: Target, from: Download): Promise<void> {
  let patience = startPatience(from.maxWaitMs, from.pause)
  let faults = 0
  let most = target.have
  let { first } = from
  for (;;) {
    await patience.ready()
    const asked = attempt(request, target, from, first)
    first = undefined
    const outcome = await asked.catch((error: unknown) => {
      // In the middle of a long download, the network may be away for a while.
      if (error instanceof NetworkError && target.have > 0) return error
      throw error
    })
    if (outcome === 'done') return target.finish()
    // Content that began again is no progress until there is more of it than ever: a server whose parts never fit would keep
    // this going for ever.
    if (target.have > most) {
      most = target.have
      patience = startPatience(from.maxWaitMs, from.pause)
      faults = 0
    }
    faults += 1
    const isAnswer = !(outcome instanceof NetworkError)
    const failure = isAnswer ? failureOf(outcome, request, from) : outcome
    const isTransient = !isAnswer || mayPass(outcome) || isExpired(outcome, failure)
    const retryAfter = isAnswer ? outcome.headers['retry-after'] : undefined
    if (!isTransient || faults > maxRetries || !(await patience.pause(failure.message, retryAfter)))
      throw isAnswer && isChanging(outcome) ? changing() : failure
  }
}

function failureOf(answer: GraphAnswer, request: ApiRequest, { shown }: Download): OdLinkError {
  const subject = shown === undefined ? nameOf(request) : `Downloading "${shown}"`
  // No token is sent there that could be refused, and neither path nor right is known there.
  const isUrl = answer.status !== 416 && expired.has(answer.status) && answer.json?.error === undefined
  if (isUrl || means(answer, 'tokenRefused')) return urlRefused(answer, subject)
  return shown === undefined ? apiFailure(answer, subject) : graphFailure(answer, subject)
}

function urlRefused(answer: GraphAnswer, subject: string): OdLinkError {
  const message = `${subject} failed: the URL that OneDrive gave for the content is refused (HTTP ${answer.status}).`
  return new OdLinkError('service', message, { reason: 'unavailable', next: [tryLater], ...traceOf(answer) })
}

/** Microsoft's reasons that are final, such as malware, win over the status. */
function isExpired({ status, json }: GraphAnswer, { reason }: OdLinkError): boolean {
  return expired.has(status) && (json?.error === undefined || !finalReasons.has(reason))
}

/** Whether the refusal says that there is other content now, or was made of a part that did not fit. */
function isChanging({ status }: GraphAnswer): boolean {
  return status === 412 || status === 416
}

const finalReasons = new Set<OdLinkError['reason']>(['malware', 'drive-blocked', 'drive-frozen'])

type Outcome = 'done' | GraphAnswer | NetworkError

async function attempt(
  request: ApiRequest,
  target: Target,
  from: Download,
  known: URL | undefined,
): Promise<Outcome> {
  if (known) return follow(known, request, target, from)
  const answer = await ask(from.openGraph(), request, {
    ...from.takers,
    receive: (head) => {
      target.begin(undefined)
      return { isCommitted: false, ...into(target, lengthOf(head), from) }
    },
  })
  if (!redirects.has(answer.status)) return 'done'
  if (request.method !== 'GET') throw apiFailure(answer, nameOf(request))
  return follow(readSigned(answer.headers.location, from.graphOrigin), request, target, from)
}

/** Fetches from a URL of the content, and from where that redirects to. */
async function follow(first: URL, request: ApiRequest, target: Target, from: Download): Promise<Outcome> {
  let place = first
  for (let hop = 1; ; hop += 1) {
    const outcome = await fetchRest(request, place, target, from)
    if (outcome === 'done' || outcome instanceof NetworkError || !redirects.has(outcome.status))
      return outcome
    if (hop === mostHops) throw tooManyHops()
    place = readSigned(outcome.headers.location, from.graphOrigin, place.href)
  }
}

/** Downloads the missing bytes. */
async function fetchRest(request: ApiRequest, place: URL, target: Target, from: Transfer): Promise<Outcome> {
  const { have, etag } = target
  const rest =
    have > 0 && etag !== undefined
      ? { range: `bytes=${have}-`, 'if-range': etag }
      : ({} as Record<string, string>)
  let isWhole = false
  const take: Streams['take'] = async (response, alive) => {
    const { statusCode } = response
    const whole = statusCode === 206 ? rangeOf(response) : undefined
    if (statusCode === 206 && (whole?.first !== target.have || changed(response, target))) {
      // A part of other content: start again.
      target.begin(undefined)
      response.destroy()
      return ''
    }
    if (statusCode === 200) target.begin(strong(response.headers.etag))
    else if (statusCode !== 206) {
      isWhole = statusCode === 416 && isAllOf(response, target)
      if (statusCode === 416 && !isWhole) target.begin(undefined)
      return readText(response, alive, 1024 * 1024)
    }
    const total = whole?.total ?? lengthOf(response)
    from.onProgress(target.have, total)
    await handOn(response, alive, into(target, total, from))
    isWhole = total === undefined || target.have === total
    return ''
  }
  const answer = await askSigned('GET', place, { headers: { accept: '*/*', ...rest }, streams: { take } })
  if (answer instanceof NetworkError) return answer
  if (isWhole) return 'done'
  const { status, headers, body } = answer
  // A success that is not complete is a part that did not fit.
  const json = parseJsonObject(body)
  const asked = { method: request.method, path: request.address.path, caller: from.caller }
  return graphAnswer({ status: status < 300 ? 416 : status, headers, json }, asked)
}

/** Receives the bytes for a target, and tells how far it is. */
function into(target: Target, total: number | undefined, { onProgress }: Transfer) {
  return {
    settle: target.settle,
    async write(chunk: Buffer) {
      await target.write(chunk)
      onProgress(target.have, total)
    },
  }
}

/** Where a part begins and how much there is in total; NaN where the header does not say so. */
function rangeOf({ headers }: IncomingMessage): { first: number; total: number } {
  const [, first, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers['content-range'] ?? '') ?? []
  return { first: Number(first), total: Number(total) }
}

/**
 * Whether a range was refused because nothing is missing: the file of an earlier run could not be replaced. With another
 * version, the server would have ignored the range (RFC 9110 sections 13.1.5 and 15.5.17).
 */
function isAllOf(response: IncomingMessage, target: Target): boolean {
  const { have, etag } = target
  const total = response.headers['content-range']
  return have > 0 && etag !== undefined && total === `bytes */${have}` && !changed(response, target)
}

/** Some servers support Range, but not If-Range. */
function changed({ headers }: IncomingMessage, { etag }: Target): boolean {
  return headers.etag !== undefined && headers.etag !== etag
}

/** A weak ETag does not promise the same bytes. */
function strong(etag: string | undefined): string | undefined {
  return etag?.startsWith('W/') ? undefined : etag
}

function lengthOf({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length']
  return length === undefined ? undefined : Number(length)
}

function tooManyHops(): OdLinkError {
  return new OdLinkError(
    'service',
    `The URL of the content still leads elsewhere after ${mostHops} redirects.`,
    {
      reason: 'foreign-address',
      next: [tryLater, 'Check whether a proxy or the network redirects it.'],
    },
  )
}

function changing(): OdLinkError {
  return new OdLinkError('service', 'The content keeps changing during the download.', {
    reason: 'changed-meanwhile',
    next: ['Try again later.'],
  })
}
