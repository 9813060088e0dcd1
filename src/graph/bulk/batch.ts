import type { IncomingHttpHeaders } from 'node:http'
import { NetworkError } from '../../http/errors.ts'
import { isJsonObject } from '../../text/json.ts'
import { type Caller, type GraphAnswer, graphAnswer } from '../answer.ts'
import { callerOf, type Sender, sendOnce } from '../send-once.ts'
import type { FolderStates } from './folder-states.ts'
import { type BatchRequest, type Operation, requestOf } from './operations.ts'

/**
 * The result of a batch: an answer for each operation, or undefined for those of which nobody knows whether they were done;
 * or the refusal of the batch as a whole, in which case nothing was done; or no answer at all.
 */
export type Delivery =
  | { answers: (GraphAnswer | undefined)[] }
  | { refusal: GraphAnswer }
  | { lost: NetworkError }
  | { unsent: NetworkError }

/**
 * Sends up to twenty operations as one `$batch`, and reads the answer to each. They run in any order: Graph takes a batch
 * that is fully parallel, or one chain in which each request waits for the one before it, and refuses everything else.
 * https://learn.microsoft.com/en-us/graph/json-batching
 */
export async function sendBatch(
  sender: Sender,
  operations: readonly Operation[],
  states: FolderStates,
  how: { timeoutMs: number; freshConnection: boolean },
): Promise<Delivery> {
  const requests = operations.map((operation) => requestOf(operation, states))
  const body = { requests: requests.map((request, at) => ({ id: idOf(at), ...request })) }
  try {
    const answer = await sendOnce(sender, { method: 'POST', path: '/$batch', body }, how)
    if (answer instanceof NetworkError) return { lost: answer }
    if (answer.status !== 200) return { refusal: answer }
    return { answers: readAnswers(requests, answer, callerOf(sender)) }
  } catch (error) {
    if (error instanceof NetworkError) return { unsent: error }
    throw error
  }
}

const idOf = (at: number) => String(at + 1)

/** The answer to each of these requests. They come in any order; one that is missing or makes no sense is undefined. */
export function readAnswers(
  requests: readonly BatchRequest[],
  { json, headers }: Pick<GraphAnswer, 'json' | 'headers'>,
  caller: Caller | undefined,
): (GraphAnswer | undefined)[] {
  const byId = new Map<string, Record<string, unknown>>()
  const responses = Array.isArray(json?.responses) ? (json.responses as unknown[]) : []
  for (const response of responses) {
    if (isJsonObject(response) && isPlain(response.id)) byId.set(String(response.id), response)
  }
  return requests.map(({ method, url }, at) => {
    const item = readItem(byId.get(idOf(at)), headers)
    return item && graphAnswer(item, { method, path: url, caller })
  })
}

function readItem(
  item: Record<string, unknown> | undefined,
  { date }: IncomingHttpHeaders,
): Pick<GraphAnswer, 'status' | 'headers' | 'json'> | undefined {
  const status = isPlain(item?.status) ? Number(item.status) : Number.NaN
  if (!item || !Number.isInteger(status) || status < 100 || status > 599) return undefined
  const named = isJsonObject(item.headers)
    ? Object.entries(item.headers).filter(([, value]) => isPlain(value))
    : []
  const own = Object.fromEntries(named.map(([name, value]) => [name.toLowerCase(), String(value)]))
  const headers = { ...(date === undefined ? {} : { date }), ...own }
  return { status, headers, json: isJsonObject(item.body) ? item.body : undefined }
}

/** Numbers have come as strings, and the other way round. */
function isPlain(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
