import { refusals } from './errors.ts'

/** The query options that drives know. Source: microsoft-graph-docs-contrib, api/driveitem-list-children. */
export interface QueryOptions {
  select?: string[]
  top?: number
  skipToken?: string
}

/** Source: onedrive-api-docs#319. */
const mostPerPage = 1000

/**
 * Reads the query options. Their names are case-sensitive, the `$` may be left out on drives, and a `%24` in its
 * place is not decoded. Sources: onedrive-api-docs, concepts/optional-query-parameters; msgraph-sdk-design.
 * @throws GraphError
 */
export function readQuery(query: string): QueryOptions {
  const options: QueryOptions = {}
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=')
    if (equals < 0) continue
    const name = pair.slice(0, equals).replace(/^\$/, '')
    const value = decode(pair.slice(equals + 1))
    if (name === 'select') options.select = value.split(',').map((one) => one.trim())
    if (name === 'skiptoken' || name === 'skipToken') options.skipToken = readSkipToken(value)
    if (name === 'skip')
      throw refusals.invalidRequest(
        '$skip is not supported on this API. Only URLs returned by the API can be used to page.',
      )
    if (name === 'top') {
      const top = Number(value)
      if (!/^\d+$/.test(value) || top < 1 || top > mostPerPage)
        throw refusals.invalidRequest('Invalid value for $top.')
      options.top = top
    }
  }
  return options
}

/** What the next page starts after, as an opaque token. */
export function writeSkipToken(lastName: string): string {
  return Buffer.from(`after:${lastName}`).toString('base64url')
}

function readSkipToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8')
  if (!text.startsWith('after:')) throw refusals.invalidRequest('The skip token is not valid.')
  return text.slice('after:'.length)
}

/** The chosen properties of a resource; annotations come along unasked. */
export function select(
  resource: Record<string, unknown>,
  chosen: string[] | undefined,
): Record<string, unknown> {
  if (!chosen) return resource
  return Object.fromEntries(
    Object.entries(resource).filter(([name]) => name.startsWith('@') || chosen.includes(name)),
  )
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw refusals.badRequest('The URL is not well formed.')
  }
}
