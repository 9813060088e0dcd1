import { refusals } from '../state/graph-error.ts'
import { type Order, orders } from '../state/sorted.ts'
import { conflictProperty } from './conflict.ts'
import { type Filter, readFilter } from './filter.ts'

/** The query options of drives. Source: microsoft-graph-docs-contrib, api/driveitem-list-children. */
export interface QueryOptions {
  select?: string[]
  top?: number
  /** Where the page starts, from `writeSkipToken`. */
  skipToken?: string
  /** By the first of them, and where that is equal, by the next. */
  orderBy?: { by: Order; descending: boolean }[]
  filter?: Filter
  /** What to include, with the options for each. */
  expand?: Partial<Record<Expandable, QueryOptions>>
  /** Where a delta continues. */
  token?: string
  /** What a file is to be converted to. */
  format?: string
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
    options.orderBy = names(value).map((one) => {
      const [, by, direction] = /^(\w+)(?:\s+(asc|desc))?$/i.exec(one) ?? []
      if (by === undefined || !Object.hasOwn(orders, by))
        throw refusals.invalidRequest('Invalid value for $orderby.')
      return { by: by as Order, descending: direction?.toLowerCase() === 'desc' }
    })
  },
  expand: (options, value) => {
    options.expand = Object.fromEntries(splitOutside(value, ',').map(readExpand))
  },
  filter: (options, value) => {
    options.filter = readFilter(value)
  },
  // A list of children is counted whether or not one asks for it.
  count: (_, value) => {
    if (value !== 'true' && value !== 'false')
      throw refusals.badRequest(`Invalid value '${value}' for $count.`)
  },
  token: (options, value) => {
    options.token = value
  },
  deltatoken: (options, value) => {
    options.token = value
  },
  format: (options, value) => {
    options.format = value
  },
  [conflictProperty]: (options, value) => {
    options.conflict = value
  },
}

/** What can be included in an item. Source: microsoft-graph-docs-contrib, api/driveitem-get. */
const expandable = ['children', 'permissions', 'thumbnails', 'versions'] as const
type Expandable = (typeof expandable)[number]
/** Graph can include these as well. */
const notHere =
  'activities analytics bundles createdByUser drive drives following items lastModifiedByUser list listItem lists manager memberOf retentionLabel root sites special subscriptions workbook'.split(
    ' ',
  )

/** `children($select=id,name;$top=5)` */
function readExpand(part: string): [Expandable, QueryOptions] {
  const [, name = '', inner = ''] = /^\s*([\w@.]+)\s*(?:\((.*)\))?\s*$/s.exec(part) ?? []
  if (notHere.includes(name)) throw refusals.notInSandbox(`$expand=${name}`)
  const known = expandable.find((one) => one === name)
  if (known === undefined)
    throw refusals.badRequest(
      `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type 'microsoft.graph.driveItem'.`,
    )
  const options: QueryOptions = {}
  for (const pair of splitOutside(inner, ';')) {
    const [, option = '', value = ''] = /^\s*(\$?\w+)=(.*)$/s.exec(pair) ?? []
    if (pair.trim() !== '') readOption(options, option, value)
  }
  return [known, options]
}

/** Splits at a mark that stands outside of parentheses. */
function splitOutside(text: string, mark: string): string[] {
  const parts = ['']
  let depth = 0
  for (const character of text) {
    depth += character === '(' ? 1 : character === ')' ? -1 : 0
    if (character === mark && depth === 0) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts
}

/**
 * Reads the query options. Their names are case-sensitive, and may be percent-encoded as any other part of a query:
 * many HTTP libraries write `%24top`. On drives the `$` is optional. Sources: onedrive-api-docs,
 * concepts/optional-query-parameters and case-sensitivity; dotnet/dev-proxy#163.
 * @param hasSearch whether `$search` may be among them, for `readSearch`.
 * @throws GraphError
 */
export function readQuery(query: string, hasSearch = false): QueryOptions {
  const options: QueryOptions = {}
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=')
    if (equals < 0) continue
    const name = decode(pair.slice(0, equals))
    if (hasSearch && name === '$search') continue
    readOption(options, name, decode(pair.slice(equals + 1)))
  }
  return options
}

/** An option of OData that is not one of a drive is refused; anything else that is unknown is ignored. */
function readOption(options: QueryOptions, sent: string, value: string): void {
  const name = sent.replace(/^\$/, '')
  if (Object.hasOwn(readers, name)) readers[name]?.(options, value)
  else if (/^\$(apply|compute|search)$/.test(sent))
    throw refusals.badRequest(`Query option '${sent}' is not supported for this request.`)
}

/** The words of `search`, or `*` without it. */
export function readSearch(query: string): string {
  const words = new URLSearchParams(query)
  return (words.get('search') ?? words.get('$search') ?? '*').replace(/^"(.*)"$/, '$1')
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
    Object.entries(resource).filter(
      ([name]) => name.startsWith('@odata.') || chosen.includes(name) || chosen.includes(shortName(name)),
    ),
  )
}

/** `content.downloadUrl` chooses the annotation as well. Source: onedrive-api-docs, resources/item. */
function shortName(name: string): string {
  return name === '@microsoft.graph.downloadUrl' ? 'content.downloadUrl' : name
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw refusals.badRequest('The URL is malformed.')
  }
}
