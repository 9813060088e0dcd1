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

/** All requests at once, or each after the one before it. There is no third kind. */
export interface Batch {
  items: BatchItem[]
  isChain: boolean
}

const maxRequests = 20
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']
/** They need a body in a batch, even if the same request alone needs none. */
const withBody = ['POST', 'PUT', 'PATCH']

const malformed = (why: string) => refusals.badRequest(`Invalid batch payload format. ${why}`)

/**
 * Reads a batch. If any of its requests is malformed, none is run. Sources: microsoft-graph-docs-contrib,
 * concepts/json-batching; the wording is Graph's own where it was recorded.
 * @throws GraphError
 */
export function readBatch(incoming: Incoming): Batch {
  const { requests } = readJsonBody(incoming)
  if (!Array.isArray(requests) || requests.length === 0) throw malformed('There are no requests.')
  // Source: microsoftgraph-postman-collections#9.
  if (requests.length > maxRequests)
    throw refusals.badRequest('Number of requests inside batch exceed the limit.')
  const items = requests.map(readItem)
  refuseRepeatedIds(items)
  return { items, isChain: readOrder(items) }
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
    body: readBody(id, verb, body, lower['content-type']),
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

/**
 * A body needs its own Content-Type: JSON is embedded, any other type is base64. Sources: msgraph-sdk-dotnet#1038,
 * #2628; Softeria/ms-365-mcp-server#683.
 */
function readBody(id: string, method: string, body: unknown, contentType: string | undefined): Buffer {
  const isMissing = body === undefined || body === null
  if (isMissing && !withBody.includes(method)) return Buffer.alloc(0)
  if (isMissing || contentType === undefined)
    throw refusals.badRequest(`Write request id : ${id} does not contain Content-Type header or body.`)
  const isJson = /^application\/json\b/i.test(contentType)
  if (isJson !== isObject(body) && !(isJson && Array.isArray(body)))
    throw malformed(`The body of request '${id}' does not match its Content-Type.`)
  if (isJson) return Buffer.from(JSON.stringify(body))
  if (typeof body !== 'string') throw malformed(`The body of request '${id}' is not base64.`)
  return Buffer.from(body, 'base64')
}

/** Ids are not case-sensitive. Source: microsoft-graph-docs#4449. */
function refuseRepeatedIds(items: BatchItem[]): void {
  const seen = new Set<string>()
  for (const { id } of items) {
    if (seen.has(id.toLowerCase())) throw refusals.badRequest(`Request Id ${id} has to be unique in a batch.`)
    seen.add(id.toLowerCase())
  }
}

/**
 * Whether the batch is a chain, in which each request but the first names the one before it. A batch without any
 * dependsOn is parallel; a tree, several chains, or a mixture is refused. So is a dependency that is unknown or
 * comes later. Sources: microsoft-graph-docs#16280; msgraph-sdk-dotnet-core#891; msgraph-sdk-java-core#71.
 */
function readOrder(items: BatchItem[]): boolean {
  const earlier = new Set<string>()
  for (const { id, dependsOn } of items) {
    if (dependsOn.some((one) => !earlier.has(one.toLowerCase())))
      throw refusals.badRequest(`Invalid dependency for request Id : ${id}.`)
    earlier.add(id.toLowerCase())
  }
  if (items.every(({ dependsOn }) => dependsOn.length === 0)) return false
  const isChain = items.every(({ dependsOn }, index) => {
    const before = items[index - 1]
    return before
      ? dependsOn.length === 1 && dependsOn[0]?.toLowerCase() === before.id.toLowerCase()
      : dependsOn.length === 0
  })
  if (!isChain) throw refusals.badRequest('Batch should be either fully sequential or fully parallel.')
  return true
}
