import { refusals } from '../state/graph-error.ts'
import { type Order, orders } from '../state/sorted.ts'
import { conflictProperty } from './conflict.ts'

/** The query options of drives. Source: microsoft-graph-docs-contrib, api/driveitem-list-children. */
export interface QueryOptions {
  select?: string[]
  top?: number
  /** Where the page starts, from `writeSkipToken`. */
  skipToken?: string
  orderBy?: { by: Order; descending: boolean }
  /** Include the children, optionally only some of their properties. */
  expand?: { select?: string[] }
  /** Where a delta continues. */
  token?: string
  /** The conflictBehavior of an upload or a move. */
  conflict?: string
}

/** Source: onedrive-api-docs#319. */
const mostPerPage = 1000

const readers: Record<string, (options: QueryOptions, value: string) => void> = {
  select: (options, value) => {
    options.select = names(value)
  },
  top: (options, value) => {
    const top = Number(value)
    if (!/^\d+$/.test(value) || top < 1 || top > mostPerPage)
      throw refusals.invalidRequest('Invalid value for $top.')
    options.top = top
  },
  skip: () => {
    throw refusals.invalidRequest(
      '$skip is not supported on this API. Only URLs returned by the API can be used to page.',
    )
  },
  skiptoken: readSkipToken,
  skipToken: readSkipToken,
  orderby: (options, value) => {
    const [, by, direction] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/.exec(value) ?? []
    if (by === undefined || !Object.hasOwn(orders, by))
      throw refusals.invalidRequest('Invalid value for $orderby.')
    options.orderBy = { by: by as Order, descending: direction === 'desc' }
  },
  expand: (options, value) => {
    const [match, , chosen] = /^children(\(\$?select=([^)]*)\))?$/.exec(value) ?? []
    if (match === undefined) throw refusals.invalidRequest('Only children can be expanded here.')
    options.expand = chosen === undefined ? {} : { select: names(chosen) }
  },
  token: (options, value) => {
    options.token = value
  },
  [conflictProperty]: (options, value) => {
    options.conflict = value
  },
}

/**
 * Reads the query options. Their names are case-sensitive, and may be percent-encoded as any other part of a query:
 * many HTTP libraries write `%24top`. On drives the `$` is optional. Sources: onedrive-api-docs,
 * concepts/optional-query-parameters and case-sensitivity; dotnet/dev-proxy#163.
 * @throws GraphError
 */
export function readQuery(query: string): QueryOptions {
  const options: QueryOptions = {}
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=')
    if (equals < 0) continue
    const name = decode(pair.slice(0, equals)).replace(/^\$/, '')
    if (Object.hasOwn(readers, name)) readers[name]?.(options, decode(pair.slice(equals + 1)))
  }
  return options
}

function names(value: string): string[] {
  return value.split(',').map((one) => one.trim())
}

/** Where the next page starts, as an opaque token: after a folded name, or at an index. */
export function writeSkipToken(place: { after: string } | { at: number }): string {
  return Buffer.from('at' in place ? `at:${place.at}` : `after:${place.after}`).toString('base64url')
}

function readSkipToken(options: QueryOptions, token: string): void {
  const text = Buffer.from(token, 'base64url').toString('utf8')
  if (!/^(after:|at:\d+$)/.test(text)) throw refusals.invalidRequest('The skip token is not valid.')
  options.skipToken = text
}

/** The chosen properties of a resource; OData annotations are always included. */
export function select(
  resource: Record<string, unknown>,
  chosen: string[] | undefined,
): Record<string, unknown> {
  if (!chosen) return resource
  return Object.fromEntries(
    Object.entries(resource).filter(([name]) => name.startsWith('@odata.') || chosen.includes(name)),
  )
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw refusals.badRequest('The URL is malformed.')
  }
}
