import type { GraphAnswer } from '../answer.ts'
import type { Address } from '../api/address.ts'
import { readPages } from '../api/pages.ts'
import { addressOf } from '../drive.ts'
import { means } from '../error-codes.ts'
import { graphFailure } from '../errors.ts'
import { isWebAddress, type Place, showPlace } from '../place.ts'
import { withShortcuts } from '../shortcuts.ts'
import type { At } from './access.ts'
import { type FileItem, fileItemOf } from './file-item.ts'
import { findTarget } from './find.ts'

/** More was once refused with 400: OneDrive/onedrive-api-docs#319 */
const pageSize = 1_000

const fields = [
  ...['id', 'name', 'size', 'webUrl', 'folder', 'file', 'package', 'remoteItem'],
  ...['lastModifiedDateTime', 'fileSystemInfo'],
].join(',')

/** What a path leads to: a folder, with its items a page at a time as the drive gives them, or one item. */
export type Listing = { folder: AsyncIterable<FileItem[]> } | { item: FileItem }

/**
 * Lists a folder, or finds the item that is not one. A folder with something in it takes one request a page and no other;
 * the list of a file is empty.
 * @throws OdLinkError (not-found) when nothing is there, or what Graph refused it for.
 */
export async function listPlace({ access, place }: At): Promise<Listing> {
  const graph = access.graph()
  const path = `${await addressOf(graph, place)}/children`
  const address: Address = { version: '/v1.0', path, query: `$top=${pageSize}&$select=${fields}` }
  let refused: GraphAnswer | undefined
  const failed = (answer: GraphAnswer) => {
    refused = answer
    return graphFailure(answer, `Listing "${showPlace(place)}"`)
  }
  const pages = readPages(access.graph, address, withShortcuts, access.graphOrigin, failed, true)
  try {
    const first = await pages.next()
    const items = first.done ? [] : first.value.map(fileItemOf)
    if (items.length > 0 || isRoot(place)) return { folder: goOn(items, pages) }
  } catch (error) {
    if (!refused || !mayBeNoFolder(refused)) throw error
  }
  const found = await findTarget(graph, place)
  if (found.item.kind !== 'folder') return { item: found.item }
  // Another place than the one that was asked: behind a shortcut.
  if (found.place !== place) return listPlace({ access, place: found.place })
  if (refused) throw failed(refused)
  return { folder: goOn([], pages) }
}

function isRoot({ path, prefix }: Place): boolean {
  return path.length === 0 && !isWebAddress(prefix)
}

async function* goOn(first: FileItem[], pages: AsyncIterable<unknown[]>): AsyncGenerator<FileItem[]> {
  yield first
  for await (const page of pages) yield page.map(fileItemOf)
}

/** What Graph answers for the children of something that is no folder is not documented. */
function mayBeNoFolder(answer: GraphAnswer): boolean {
  return means(answer, 'notFound', 'shortcut', 'notSupported') || [400, 405, 422].includes(answer.status)
}
