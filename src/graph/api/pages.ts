import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { OdLinkError } from '../../errors.ts'
import { byteSize } from '../../text/format.ts'
import type { Graph, GraphAnswer } from '../request.ts'
import { type Address, followLink, pathOf } from './address.ts'
import { readText } from './call.ts'
import { apiFailure } from './errors.ts'

/** A page is held in memory as a whole; in bytes. */
const largestPage = 64 * 1024 * 1024
/** In characters: eight times what every server should support (RFC 9110 section 4.1). */
const longestLink = 64 * 1024
/** A repeated link is recognized for this many pages. Endless links must not fill the memory. */
const mostRemembered = 100_000

/**
 * The items of a collection, a page at a time, by each page's `@odata.nextLink`, which is followed as it is. A response that
 * is not a collection is one item. A delta ends with an item that contains only its `@odata.deltaLink`.
 * The next page is requested before a page is worked on, so that one is in memory and one on its way.
 * https://learn.microsoft.com/en-us/graph/paging
 * @param openGraph opens Graph with a limit on waiting of its own for each page.
 * @param failed makes the error for a page that was refused.
 * @param isList whether a response that is not a collection is refused as well.
 * @throws OdLinkError (service) when a link leads to another origin or back to an earlier page, or is too long.
 */
export async function* readPages(
  openGraph: () => Graph,
  first: Address,
  headers: Record<string, string>,
  graphOrigin: string,
  failed = (answer: GraphAnswer) => apiFailure(answer, `GET ${first.path}`),
  isList = false,
): AsyncGenerator<unknown[]> {
  const seen = new Set<string>()
  const read = (address: Address) => {
    const hash = hashOf(pathOf(address))
    if (seen.has(hash)) throw circle()
    seen.add(hash)
    if (seen.size > mostRemembered) seen.delete(String(seen.values().next().value))
    return readPage(openGraph(), address, headers, failed, isList)
  }
  const follow = async (link: string) => {
    if (link.length > longestLink) throw tooLong(link)
    return read(followLink(link, graphOrigin))
  }
  let coming = read(first)
  for (;;) {
    const page = await coming
    const { value, '@odata.nextLink': next, '@odata.deltaLink': delta } = page
    const following = typeof next === 'string' ? follow(next) : undefined
    // Told in its turn, after the items of this page.
    following?.catch(() => {})
    // Only then is it sent.
    if (following) await setImmediate()
    yield [
      ...(Array.isArray(value) ? value : [page]),
      ...(typeof delta === 'string' ? [{ '@odata.deltaLink': delta }] : []),
    ]
    if (!following) return
    coming = following
  }
}

/** Only this of a link is remembered, because a hostile server can make each as long as it likes. */
function hashOf(path: string): string {
  return createHash('sha256').update(path).digest('base64')
}

async function readPage(
  graph: Graph,
  address: Address,
  headers: Record<string, string>,
  failed: (answer: GraphAnswer) => OdLinkError,
  isList: boolean,
): Promise<Record<string, unknown>> {
  const answer: GraphAnswer = await graph.send({
    method: 'GET',
    version: address.version,
    path: pathOf(address),
    headers,
    streams: { isWhole: true, take: (response, alive) => readText(response, alive, largestPage) },
  })
  if (answer.status === 200 && answer.json && (!isList || Array.isArray(answer.json.value)))
    return answer.json
  throw failed(answer)
}

function circle(): OdLinkError {
  return new OdLinkError('service', 'Microsoft Graph links back to a page that was already read.', {
    reason: 'unreadable-answer',
    next: ['Use the ID of the folder instead of its path: /me/drive/items/ID/children'],
  })
}

function tooLong(link: string): OdLinkError {
  return new OdLinkError(
    'service',
    `The link to the next page is too long (${byteSize(link.length)}; od-link follows up to ${byteSize(longestLink)}).`,
    { reason: 'unreadable-answer', next: ["Request fewer fields: -f '$select=id,name'"] },
  )
}
