import { OdLinkError } from '../../errors.ts'
import type { Graph, GraphAnswer } from '../request.ts'
import { type Address, followLink, pathOf } from './address.ts'
import { readText } from './call.ts'
import { apiFailure } from './errors.ts'

/** A page is held in memory as a whole. */
const largestPage = 64 * 1024 * 1024

/**
 * The items of a collection, a page at a time, by each page's `@odata.nextLink`, which is followed as it is. What is no
 * collection is an item by itself. A delta ends with an item that holds its `@odata.deltaLink` alone.
 * https://learn.microsoft.com/en-us/graph/paging
 * @param openGraph a way to Graph, with a patience of its own for each page.
 * @throws OdLinkError (service) when a link leads to another origin, or back to a page that was there.
 */
export async function* readPages(
  openGraph: () => Graph,
  first: Address,
  headers: Record<string, string>,
  graphOrigin: string,
): AsyncGenerator<unknown[]> {
  const seen = new Set<string>()
  for (let address: Address | undefined = first; address; ) {
    const path = pathOf(address)
    if (seen.has(path)) throw circle()
    seen.add(path)
    const page = await readPage(openGraph(), address, headers)
    const { value, '@odata.nextLink': next, '@odata.deltaLink': delta } = page
    yield [
      ...(Array.isArray(value) ? value : [page]),
      ...(typeof delta === 'string' ? [{ '@odata.deltaLink': delta }] : []),
    ]
    address = typeof next === 'string' ? followLink(next, graphOrigin) : undefined
  }
}

async function readPage(
  graph: Graph,
  address: Address,
  headers: Record<string, string>,
): Promise<Record<string, unknown>> {
  const answer: GraphAnswer = await graph.send({
    method: 'GET',
    version: address.version,
    path: pathOf(address),
    headers,
    streams: { take: (response, alive) => readText(response, alive, largestPage) },
  })
  if (answer.status === 200 && answer.json) return answer.json
  throw apiFailure(answer, `GET ${address.path}`)
}

function circle(): OdLinkError {
  return new OdLinkError('service', 'Microsoft Graph leads back to a page that was there already.', {
    hint: 'Ask by the id of the folder in place of its path: /me/drive/items/ID/children',
  })
}
