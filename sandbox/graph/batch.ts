import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Incoming, Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import { errorOfStatus, refusals } from '../state/graph-error.ts'
import { shortenSecrets } from '../state/log.ts'
import type { Effect } from '../state/weather.ts'
import type { World } from '../state/world.ts'
import { weatherReply } from '../weather/effects.ts'
import { type Batch, type BatchItem, readBatch } from './batch-items.ts'
import { errorReply, graphJson } from './replies.ts'

/** @param asOf what a drive looked like for this request; see `Snapshot`. */
type Answer = (incoming: Incoming, asOf?: Snapshot) => Reply

/** The number of the last change of each drive at one moment. Items created later do not exist yet. */
export type Snapshot = ReadonlyMap<Drive, number>

/** Whether a path, without the version, is the batch endpoint. */
export function isBatch(path: string): boolean {
  return path === '/$batch' || path === '/%24batch'
}

/**
 * `POST /$batch`: up to twenty requests in one, either all at once or one after the other, and answered in the
 * order of completion. Source: microsoft-graph-docs-contrib, concepts/json-batching.
 * @throws GraphError, for a malformed batch, before anything is done.
 */
export function answerBatch(world: World, outer: Incoming, answer: Answer): Promise<Reply> {
  if (outer.method !== 'POST') throw refusals.methodNotAllowed()
  return runBatch(world, outer, readBatch(outer), answer)
}

async function runBatch(
  world: World,
  outer: Incoming,
  { items, isChain }: Batch,
  answer: Answer,
): Promise<Reply> {
  const responses: object[] = []
  const inners = new Map(items.map((item) => [item, innerRequest(world, outer, item)]))
  for (const inner of inners.values()) {
    world.log.add(inner.entry)
    world.score.arrived(inner, Date.now())
  }
  const run = async (item: BatchItem, work: (inner: Incoming) => Promise<Reply> | Reply) => {
    const inner = inners.get(item) as Incoming
    const done = await work(inner)
    inner.entry.status = done.status
    world.score.answered(inner, done, Date.now())
    responses.push(responseOf(item, done))
    return done.status < 400
  }
  if (isChain) {
    // One failure ends everything after it; a 409 is a failure as well. Source: json-batching, "Sequencing requests".
    let goesOn = true
    for (const item of items) {
      const works = await run(item, (inner) =>
        goesOn ? runOne(world, inner, answer) : errorReply(errorOfStatus(424), inner, world),
      )
      goesOn &&= works
    }
  } else {
    const asOf: Snapshot = new Map([...world.drives.values()].map((drive) => [drive, drive.history.last]))
    const one = (inner: Incoming) => answer(inner, asOf)
    await Promise.all(inNoOrder(items).map((item) => run(item, (inner) => runOne(world, inner, one))))
  }
  return graphJson(outer, world, 200, { responses })
}

/**
 * Reading comes first, and the last request is started first, so that clients cannot rely on an order. A new folder
 * and its child share a parallel batch in vain. Source: microsoft-graph-docs#13655.
 */
function inNoOrder(items: BatchItem[]): BatchItem[] {
  const reads = ({ method }: BatchItem) => method === 'GET' || method === 'HEAD'
  const last = items.toReversed()
  return [...last.filter(reads), ...last.filter((item) => !reads(item))]
}

async function runOne(world: World, inner: Incoming, answer: Answer): Promise<Reply> {
  const effect: Effect = world.weather.take(inner) ?? {}
  if (Object.keys(effect).length > 0) inner.entry.weather = true
  if (effect.delayMs) await wait(effect.delayMs, undefined, { ref: false })
  // A single answer of a batch cannot be cut off: Graph's gateway reports a timeout instead.
  const cutOff = effect.reset === true || effect.hang === 'headers'
  const status = effect.status ?? (cutOff || effect.lost ? 504 : undefined)
  const worked = effect.after || effect.lost || (status === undefined && !cutOff)
  const work = worked ? answer(inner) : undefined
  if (status !== undefined) return weatherReply(world, inner, { ...effect, status })
  return work ?? errorReply(errorOfStatus(504), inner, world)
}

/** The request as if sent on its own; only the batch carries the token. */
function innerRequest(world: World, outer: Incoming, { method, url, headers, body }: BatchItem): Incoming {
  const mark = url.indexOf('?')
  const path = `/v1.0${mark < 0 ? url : url.slice(0, mark)}`
  const query = mark < 0 ? '' : url.slice(mark + 1)
  const { authorization } = outer.headers
  const { userAgent, clientRequestId } = outer.entry
  return {
    method,
    path,
    query,
    headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
    body,
    id: randomUUID(),
    clientRequestId: headers['client-request-id'] ?? outer.clientRequestId,
    entry: {
      time: new Date(world.now()).toISOString(),
      method,
      path: shortenSecrets(path, query),
      status: null,
      kind: 'graph',
      inBatch: true,
      ...(userAgent === undefined ? {} : { userAgent }),
      ...(clientRequestId === undefined ? {} : { clientRequestId }),
    },
  }
}

const ofTheConnection = ['transfer-encoding', 'vary', 'content-length']

function responseOf({ id }: BatchItem, { status, headers = {}, body = '' }: Reply): object {
  const kept = Object.entries(headers).filter(([name]) => !ofTheConnection.includes(name))
  const named = kept.map(([name, value]) => [
    name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase()),
    value,
  ])
  return {
    id,
    status,
    headers: Object.fromEntries(named),
    ...(body.length === 0 ? {} : { body: bodyOf(headers, body) }),
  }
}

/** JSON is embedded, any other type is base64. Source: the same page. */
function bodyOf(headers: NonNullable<Reply['headers']>, body: string | Buffer): unknown {
  const isJson = String(headers['content-type']).startsWith('application/json')
  return isJson ? JSON.parse(body.toString()) : Buffer.from(body).toString('base64')
}
