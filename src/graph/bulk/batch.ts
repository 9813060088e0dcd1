import type { IncomingHttpHeaders } from 'node:http'
import { NetworkError } from '../../http/errors.ts'
import type { LinkRecord } from '../../identity/link.ts'
import { isJsonObject } from '../../text/json.ts'
import { type GraphAnswer, sendOnce } from '../send-once.ts'
import type { FolderStates } from './folder-states.ts'
import { type CreateOperation, type Operation, requestOf } from './operations.ts'

/**
 * What came of a batch: an answer for each ask, or nothing for those of which nobody knows whether they were done; or
 * the refusal of the batch as a whole, in which case nothing was done; or no answer at all.
 */
export type Delivery =
  | { answers: (GraphAnswer | undefined)[] }
  | { refusal: GraphAnswer }
  | { lost: NetworkError }
  | { unsent: NetworkError }

/**
 * Sends up to twenty asks as one `$batch`, and reads what came of each.
 * https://learn.microsoft.com/en-us/graph/json-batching
 */
export async function sendBatch(
  link: LinkRecord,
  operations: readonly Operation[],
  states: FolderStates,
  how: { timeoutMs: number; freshConnection: boolean },
): Promise<Delivery> {
  const body = { requests: encode(operations, states) }
  try {
    const answer = await sendOnce(link, { method: 'POST', path: '/$batch', body }, how)
    if (answer instanceof NetworkError) return { lost: answer }
    if (answer.status !== 200) return { refusal: answer }
    return { answers: readAnswers(operations.length, answer) }
  } catch (error) {
    if (error instanceof NetworkError) return { unsent: error }
    throw error
  }
}

const idOf = (at: number) => String(at + 1)

function encode(operations: readonly Operation[], states: FolderStates): object[] {
  const places = new Map(operations.map((operation, at) => [operation, at]))
  return operations.map((operation, at) => {
    const parent = operation.kind === 'make' ? places.get(operation.after as CreateOperation) : undefined
    const dependsOn = parent === undefined ? {} : { dependsOn: [idOf(parent)] }
    return { id: idOf(at), ...requestOf(operation, states), ...dependsOn }
  })
}

/** The answer to each of so many requests. They come in any order, and one that is not there, or makes no sense, tells nothing. */
export function readAnswers(count: number, { json, headers }: GraphAnswer): (GraphAnswer | undefined)[] {
  const byId = new Map<string, Record<string, unknown>>()
  const responses = Array.isArray(json?.responses) ? (json.responses as unknown[]) : []
  for (const response of responses) {
    if (isJsonObject(response) && isPlain(response.id)) byId.set(String(response.id), response)
  }
  return Array.from({ length: count }, (_, at) => readItem(byId.get(idOf(at)), headers))
}

function readItem(
  item: Record<string, unknown> | undefined,
  { date }: IncomingHttpHeaders,
): GraphAnswer | undefined {
  const status = isPlain(item?.status) ? Number(item.status) : Number.NaN
  if (!item || !Number.isInteger(status) || status < 100 || status > 599) return undefined
  const named = isJsonObject(item.headers)
    ? Object.entries(item.headers).filter(([, value]) => isPlain(value))
    : []
  const own = Object.fromEntries(named.map(([name, value]) => [name.toLowerCase(), String(value)]))
  const headers = { ...(date === undefined ? {} : { date }), ...own }
  return { status, headers, json: isJsonObject(item.body) ? item.body : undefined, repeated: false }
}

/** Numbers have come as texts, and the other way round. */
function isPlain(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
