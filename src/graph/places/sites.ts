import { isJsonObject, textIn } from '../../text/json.ts'
import type { GraphAnswer } from '../answer.ts'
import { getItem, nextPage } from '../drive.ts'
import { itemOf } from '../item.ts'
import { type DrivePath, encodePath, foldName } from '../path.ts'
import type { Place } from '../place.ts'
import type { Graph } from '../request.ts'

/** The most pages of libraries that are read; a site has a few libraries. */
const mostPages = 10

/** A site by its path on the host: `sites`, `team`; empty for the organization's first site. */
export interface SiteAddress {
  origin: string
  names: DrivePath
}

/**
 * Finds a folder by its site and its library: the library whose address is the longest beginning of it. What follows is the
 * path in it. Library names are translated and differ from the address, so only addresses are compared.
 * https://learn.microsoft.com/en-us/graph/api/site-getbypath
 * @param names from the site down; empty for the site's default library.
 * @returns where the site or the library cannot be found with this link, the refusal, if there was one.
 */
export async function findInSite(
  graph: Graph,
  site: SiteAddress,
  names: DrivePath,
): Promise<Found | NotFound> {
  const { hostname } = new URL(site.origin)
  const path = site.names.length > 0 ? `:/${encodePath(site.names)}` : ''
  const answer = await graph.send({ method: 'GET', path: `/sites/${hostname}${path}?$select=id` })
  const { id } = itemOf(answer.json)
  if (answer.status !== 200 || id === undefined) return notFound(answer)
  const base = `/sites/${encodeURIComponent(id)}`
  if (names.length === 0) {
    const library = await graph.send({ method: 'GET', path: `${base}/drive?$select=id,name,webUrl` })
    const drive = itemOf(library.json).id
    if (library.status !== 200 || !drive) return notFound(library)
    return { drive: driveOf(drive), item: undefined, path: [] }
  }
  const found = await longestMatch(graph, base, [...site.names, ...names], site.origin)
  return 'drive' in found ? deepestItem(graph, found) : found
}

type Found = Pick<Place, 'drive' | 'item' | 'path'>
type NotFound = { refused: GraphAnswer | undefined }

function notFound(answer: GraphAnswer): NotFound {
  return { refused: answer.status === 200 ? undefined : answer }
}

async function longestMatch(
  graph: Graph,
  site: string,
  names: DrivePath,
  origin: string,
): Promise<Found | NotFound> {
  let best: { id: string; length: number } | undefined
  let path: string | undefined = `${site}/drives?$select=id,name,webUrl,driveType`
  for (let page = 0; path !== undefined && page < mostPages; page += 1) {
    const answer = await graph.send({ method: 'GET', path })
    if (answer.status !== 200) return notFound(answer)
    for (const one of Array.isArray(answer.json?.value) ? (answer.json.value as unknown[]) : []) {
      const { id } = itemOf(one)
      const length = isJsonObject(one) ? lengthOfMatch(textIn(one.webUrl, 8_000), names, origin) : 0
      if (id !== undefined && length > (best?.length ?? 0)) best = { id, length }
    }
    path = nextPage(answer)
  }
  if (!best) return { refused: undefined }
  return { drive: driveOf(best.id), item: undefined, path: names.slice(best.length) }
}

/** How many of the names a library's address has, when it is a beginning of them; otherwise 0. */
function lengthOfMatch(webUrl: string, names: DrivePath, origin: string): number {
  if (!URL.canParse(webUrl) || new URL(webUrl).host !== new URL(origin).host) return 0
  try {
    const library = decodeURIComponent(new URL(webUrl).pathname).split('/').filter(Boolean)
    return library.every((name, at) => foldName(name) === foldName(names[at] ?? '')) ? library.length : 0
  } catch {
    return 0
  }
}

/** By its ID, where it exists: rights may begin there, and an ID stays when somebody renames what is above. */
async function deepestItem(graph: Graph, found: Found): Promise<Found> {
  if (found.path.length === 0) return found
  const answer = await getItem(graph, { ...found, prefix: '' })
  const { id } = itemOf(answer.json)
  return answer.status === 200 && id !== undefined ? { ...found, item: id, path: [] } : found
}

function driveOf(id: string): string {
  return `/drives/${encodeURIComponent(id)}`
}
