import type { IncomingHttpHeaders } from 'node:http'
import type { LinkRecord } from '../../accounts/record.ts'
import { NetworkError } from '../../network-error.ts'
import { type GraphAnswer, sendOnce } from '../authorized.ts'
import type { MakeAsk } from './asks.ts'
import { type Ask, requestOf } from './asks.ts'
import type { Ledger } from './ledger.ts'

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
  asks: readonly Ask[],
  ledger: Ledger,
  how: { timeoutMs: number; freshConnection: boolean },
): Promise<Delivery> {
  const body = { requests: encode(asks, ledger) }
  try {
    const answer = await sendOnce(link, { method: 'POST', path: '/$batch', body }, how)
    if (answer instanceof NetworkError) return { lost: answer }
    if (answer.status !== 200) return { refusal: answer }
    return { answers: decode(asks, answer) }
  } catch (error) {
    if (error instanceof NetworkError) return { unsent: error }
    throw error
  }
}

const idOf = (at: number) => String(at + 1)

function encode(asks: readonly Ask[], ledger: Ledger): object[] {
  const places = new Map(asks.map((ask, at) => [ask, at]))
  return asks.map((ask, at) => {
    const parent = ask.kind === 'make' ? places.get(ask.after as MakeAsk) : undefined
    const dependsOn = parent === undefined ? {} : { dependsOn: [idOf(parent)] }
    return { id: idOf(at), ...requestOf(ask, ledger), ...dependsOn }
  })
}

/** The answers come in any order, and one that is not there, or makes no sense, tells nothing. */
function decode(asks: readonly Ask[], { json, headers }: GraphAnswer): (GraphAnswer | undefined)[] {
  const byId = new Map<string, Record<string, unknown>>()
  const responses = Array.isArray(json?.responses) ? (json.responses as unknown[]) : []
  for (const response of responses) {
    if (isObject(response)) byId.set(String(response.id), response)
  }
  return asks.map((_ask, at) => readItem(byId.get(idOf(at)), headers))
}

function readItem(
  item: Record<string, unknown> | undefined,
  { date }: IncomingHttpHeaders,
): GraphAnswer | undefined {
  const status = Number(item?.status)
  if (!item || !Number.isInteger(status) || status < 100 || status > 599) return undefined
  const named = isObject(item.headers) ? Object.entries(item.headers) : []
  const own = Object.fromEntries(named.map(([name, value]) => [name.toLowerCase(), String(value)]))
  const headers = { ...(date === undefined ? {} : { date }), ...own }
  return { status, headers, json: isObject(item.body) ? item.body : undefined, repeated: false }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
