import type { Incoming, Reply } from '../server/messages.ts'
import { refusals } from '../state/graph-error.ts'
import { type Item, withDescendants } from '../state/items.ts'
import type { World } from '../state/world.ts'
import { itemsReply } from './listing.ts'
import { mimeTypeOf } from './mime-types.ts'
import type { DriveRequest } from './request.ts'

/** Larger files are found by their name alone. */
const largestText = 1024 * 1024

/**
 * `GET …/search(q='…')`: items below whose name or text contains the words; without words, all of them. Work drives leave
 * out where an item is and whose it is. Sources: microsoft-graph-docs-contrib, api/driveitem-search;
 * onedrive-api-docs, getting-started/release-notes.
 */
export function search(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive, address, item, start } = request
  const words = /^\s*q\s*=\s*'((?:[^']|'')*)'\s*$/s.exec(address.argument ?? '')?.[1]?.replaceAll("''", "'")
  if (words === undefined) throw refusals.badRequest("The function 'search' needs the parameter 'q'.")
  const from = item ?? (start === undefined && address.itemId === undefined ? drive.root : undefined)
  if (!from) throw refusals.itemNotFound()
  const found = [...withDescendants(from)].filter((one) => one !== from && isAbout(one, words.toLowerCase()))
  const hidden = drive.owner.kind === 'work' ? ['createdBy', 'lastModifiedBy', 'parentReference'] : []
  return itemsReply(world, incoming, request, found, hidden)
}

function isAbout({ key, content, name }: Item, words: string): boolean {
  if (key.includes(words)) return true
  const isText =
    content !== undefined && content.length <= largestText && mimeTypeOf(name).startsWith('text/')
  return isText && content.toString('utf8').toLowerCase().includes(words)
}
