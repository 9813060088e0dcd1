import type { IncomingMessage } from 'node:http'
import { OdLinkError } from '../../errors.ts'
import { NetworkError } from '../../http/errors.ts'
import { startPatience } from '../../http/retry.ts'
import type { Streams } from '../../http/transport.ts'
import { parseJsonObject } from '../../text/json.ts'
import { type Graph, type GraphAnswer, maxRetries, transientStatuses } from '../request.ts'
import { type ApiRequest, ask, handOn, nameOf, readText, redirects, type Takers } from './call.ts'
import { apiFailure } from './errors.ts'
import type { Target } from './partial-file.ts'
import { askSigned, readSigned } from './signed-url.ts'

export interface Transfer {
  maxWaitMs: number
  /** In bytes; `total` is undefined while nobody knows it. */
  onProgress: (done: number, total: number | undefined) => void
}

export interface Download extends Transfer {
  /** A way to Graph, with a patience of its own for each request. */
  openGraph: () => Graph
  graphOrigin: string
  /** What is shown of refusals. */
  takers: Pick<Takers, 'refused'>
}

const mostHops = 5
/** How such an address refuses one whose time is over. A fresh one is asked for then. */
const overdue = new Set([401, 403, 404, 410, 416])

/**
 * Fetches what a request answers, from Graph itself or from where it sends one for a file's bytes. After a break it
 * asks Graph for a fresh address and goes on where it stopped, if the server can tell that the content is the same:
 * addresses end after an hour or less. https://github.com/OneDrive/onedrive-api-docs/issues/884
 * @throws OdLinkError; what came so far is then in the target.
 */
export async function download(request: ApiRequest, target: Target, from: Download): Promise<void> {
  let patience = startPatience(from.maxWaitMs)
  let faults = 0
  let most = target.have
  for (;;) {
    const outcome = await attempt(request, target, from).catch((error: unknown) => {
      // In the middle of a long download the network may be away for a while.
      if (error instanceof NetworkError && target.have > 0) return error
      throw error
    })
    if (outcome === 'done') return target.finish()
    if (target.have > most) {
      patience = startPatience(from.maxWaitMs)
      faults = 0
    }
    most = target.have
    faults += 1
    const isAnswer = !(outcome instanceof NetworkError)
    const trouble = isAnswer ? apiFailure(outcome, nameOf(request)) : outcome
    const mayPass = !isAnswer || transientStatuses.has(outcome.status) || overdue.has(outcome.status)
    const retryAfter = isAnswer ? outcome.headers['retry-after'] : undefined
    if (!mayPass || faults > maxRetries || !(await patience.pause(trouble.message, retryAfter)))
      throw faults > maxRetries && isAnswer && outcome.status === 416 ? unsteady() : trouble
  }
}

type Outcome = 'done' | GraphAnswer | NetworkError

async function attempt(request: ApiRequest, target: Target, from: Download): Promise<Outcome> {
  const answer = await ask(from.openGraph(), request, {
    ...from.takers,
    receive: (head) => {
      target.begin(undefined)
      return { isCommitted: false, write: (chunk) => keep(chunk, target, lengthOf(head), from) }
    },
  })
  if (!redirects.has(answer.status)) return 'done'
  if (request.method !== 'GET') throw apiFailure(answer, nameOf(request))
  let place = readSigned(answer.headers.location, from.graphOrigin)
  for (let hop = 1; ; hop += 1) {
    const outcome = await fetchRest(place, target, from)
    if (outcome === 'done' || outcome instanceof NetworkError || !redirects.has(outcome.status))
      return outcome
    if (hop === mostHops) throw apiFailure(outcome, nameOf(request))
    place = readSigned(outcome.headers.location, from.graphOrigin, place.href)
  }
}

/** What is missing, from where it lies. */
async function fetchRest(place: URL, target: Target, from: Transfer): Promise<Outcome> {
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
      // A piece of something else: from the beginning, then.
      target.begin(undefined)
      response.destroy()
      return ''
    }
    if (statusCode === 200) target.begin(strong(response.headers.etag))
    else if (statusCode !== 206) {
      if (statusCode === 416) target.begin(undefined)
      return readText(response, alive, 1024 * 1024)
    }
    const total = whole?.total ?? lengthOf(response)
    from.onProgress(target.have, total)
    await handOn(response, alive, { write: (chunk) => keep(chunk, target, total, from) })
    isWhole = total === undefined || target.have === total
    return ''
  }
  const answer = await askSigned('GET', place, { headers: { accept: '*/*', ...rest }, streams: { take } })
  if (answer instanceof NetworkError) return answer
  if (isWhole) return 'done'
  const { status, headers, body } = answer
  // A success that is not whole is a piece that did not fit.
  return { status: status < 300 ? 416 : status, headers, json: parseJsonObject(body), repeated: false }
}

async function keep(chunk: Buffer, target: Target, total: number | undefined, { onProgress }: Transfer) {
  await target.write(chunk)
  onProgress(target.have, total)
}

/** Where a piece begins and how much there is altogether; NaN, which is no place, where it does not say so. */
function rangeOf({ headers }: IncomingMessage): { first: number; total: number } {
  const [, first, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers['content-range'] ?? '') ?? []
  return { first: Number(first), total: Number(total) }
}

/** Some servers heed Range and do not know If-Range. */
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

function unsteady(): OdLinkError {
  return new OdLinkError('service', 'The content changes while it is fetched.', { hint: 'Try again later.' })
}
