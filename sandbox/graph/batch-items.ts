import type { Incoming } from '../server/messages.ts'
import { refusals } from '../state/graph-error.ts'
import { isObject, readJsonBody } from './json-body.ts'

/** One request of a batch. */
export interface BatchItem {
  id: string
  method: string
  /** Relative to the version, with a leading slash. */
  url: string
  /** Names in lower case. */
  headers: Record<string, string>
  body: Buffer
  dependsOn: string[]
}

const maxRequests = 20
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

const malformed = (why: string) => refusals.badRequest(`Invalid batch payload format. ${why}`)

/**
 * Reads a batch. If any of its requests is malformed, none is run. Source: microsoft-graph-docs-contrib,
 * concepts/json-batching.
 * @throws GraphError
 */
export function readBatch(incoming: Incoming): BatchItem[] {
  const { requests } = readJsonBody(incoming)
  if (!Array.isArray(requests) || requests.length === 0) throw malformed('There are no requests.')
  if (requests.length > maxRequests) throw malformed(`A batch takes at most ${maxRequests} requests.`)
  const items = requests.map(readItem)
  const ids = new Set(items.map(({ id }) => id.toLowerCase()))
  if (ids.size < items.length) throw malformed('Two requests have the same id.')
  refuseLoops(items, ids)
  return items
}

function readItem(value: unknown): BatchItem {
  if (!isObject(value)) throw malformed('A request is not an object.')
  const { id, method, url, headers = {}, body, dependsOn = [] } = value
  if (typeof id !== 'string' || id === '') throw malformed('A request has no id.')
  const verb = typeof method === 'string' ? method.toUpperCase() : ''
  if (!methods.includes(verb)) throw malformed(`The method of request '${id}' is missing or unknown.`)
  if (!isObject(headers)) throw malformed(`The headers of request '${id}' are not an object.`)
  if (!Array.isArray(dependsOn)) throw malformed(`The dependsOn of request '${id}' is not a list.`)
  const lower = Object.fromEntries(
    Object.entries(headers).map(([name, one]) => [name.toLowerCase(), String(one)]),
  )
  return {
    id,
    method: verb,
    url: readUrl(id, url),
    headers: lower,
    body: readBody(id, body, lower['content-type']),
    dependsOn: dependsOn.map(String),
  }
}

/** Refuses absolute URLs and nested batches. Sources: pnp/pnpjs#294; msgraph-sdk-design. */
function readUrl(id: string, url: unknown): string {
  if (typeof url !== 'string' || url === '') throw malformed(`Request '${id}' has no url.`)
  if (/^([a-z][a-z0-9+.-]*:|\/\/)/i.test(url)) throw malformed(`The url of request '${id}' is not relative.`)
  const relative = url.startsWith('/') ? url : `/${url}`
  if (/^\/(\$|%24)batch\b/.test(relative)) throw malformed('A batch cannot contain a batch.')
  return relative
}

/** A body needs its own Content-Type: JSON is embedded, any other type is base64. */
function readBody(id: string, body: unknown, contentType: string | undefined): Buffer {
  if (body === undefined || body === null) return Buffer.alloc(0)
  if (contentType === undefined) throw malformed(`Request '${id}' has a body and no Content-Type header.`)
  const isJson = /^application\/json\b/i.test(contentType)
  if (isJson !== isObject(body) && !(isJson && Array.isArray(body)))
    throw malformed(`The body of request '${id}' does not match its Content-Type.`)
  if (isJson) return Buffer.from(JSON.stringify(body))
  if (typeof body !== 'string') throw malformed(`The body of request '${id}' is not base64.`)
  return Buffer.from(body, 'base64')
}

/** Every dependency must exist, and no request may depend on itself. */
function refuseLoops(items: BatchItem[], ids: Set<string>): void {
  const waiting = new Map(
    items.map(({ id, dependsOn }) => [id.toLowerCase(), dependsOn.map((one) => one.toLowerCase())]),
  )
  if ([...waiting.values()].flat().some((id) => !ids.has(id)))
    throw malformed('A request depends on an id that does not exist.')
  while (waiting.size > 0) {
    const ready = [...waiting].filter(([, dependsOn]) => !dependsOn.some((id) => waiting.has(id)))
    if (ready.length === 0) throw malformed('The dependencies form a cycle.')
    for (const [id] of ready) waiting.delete(id)
  }
}
