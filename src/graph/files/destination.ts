import { OdLinkError } from '../../errors.ts'
import type { GraphAnswer } from '../answer.ts'
import { redeemFirst } from '../error-codes.ts'
import { placeGone } from '../errors.ts'
import { createFolder } from '../folders.ts'
import { itemOf } from '../item.ts'
import { isWebAddress, type Place, parentOf, placeBelow, showPlace } from '../place.ts'
import type { Graph } from '../request.ts'
import { isDangling } from '../shortcuts.ts'
import type { FileItem } from './file-item.ts'
import { type Found, goneStart, lookUp } from './find.ts'

/** Where something is to go: into a folder under its own name, or to a place with a name of its own. */
export type Destination = { folder: Place } | { file: Place; existing: FileItem | undefined }

export interface DestinationOptions {
  /** It was typed with a slash at its end, or several things go there. */
  mustBeFolder: boolean
  /** Create missing folders. */
  parents: boolean
  /** Do not look what has the name: whoever writes to it finds out, and `fail` changes nothing. */
  unseen?: boolean
}

/** Whether what was typed can only be a folder. */
export function isFolderText(text: string): boolean {
  return /(^|[/:])$/.test(text)
}

/**
 * Finds out where things go, as `cp` does: into a folder that exists, otherwise to that name in an existing folder.
 * @throws OdLinkError (not-found) when the folder is missing, (usage) when it is a file.
 */
export async function findDestination(
  graph: Graph,
  place: Place,
  { mustBeFolder, parents, unseen = false }: DestinationOptions,
): Promise<Destination> {
  // The root of a drive is always there; an address may lead to a file.
  if (place.path.length === 0 && !isWebAddress(place.prefix)) return { folder: place }
  const last = place.path.slice(-1)
  if (!mustBeFolder && unseen) {
    const folder = await findFolder(graph, parentOf(place), parents)
    return { file: placeBelow(folder, last), existing: undefined }
  }
  const found = await lookUp(graph, place)
  const folder = found.item && folderIn(found)
  if (folder) return { folder }
  if (found.item && mustBeFolder) throw noFolder(place, found)
  if (found.item) return { file: found.place, existing: found.item }
  if (mustBeFolder) return { folder: await createMissing(graph, place, parents, found) }
  const parent = await findFolder(graph, parentOf(place), parents)
  return { file: placeBelow(parent, last), existing: undefined }
}

/** Where a folder is, or the one that a shortcut leads to. */
function folderIn({ item, place, behind }: Found): Place | undefined {
  if (item.kind === 'folder') return place
  return item.target?.isFolder ? behind : undefined
}

/** A folder that exists or is created. */
async function findFolder(graph: Graph, place: Place, parents: boolean): Promise<Place> {
  if (place.path.length === 0) return place
  const found = await lookUp(graph, place)
  if (!found.item) return createMissing(graph, place, parents, found)
  const folder = folderIn(found)
  if (folder) return folder
  throw noFolder(place, found)
}

async function createMissing(
  graph: Graph,
  place: Place,
  parents: boolean,
  refused: Pick<Found, 'place' | 'answer'>,
): Promise<Place> {
  if (!parents)
    throw (await goneStart(graph, refused.place, refused.answer)) ?? missing(place, refused.answer)
  await createFolder(graph, place, { onConflict: 'reuse', parents: true })
  // Its path may lead through a shortcut.
  const found = await lookUp(graph, place)
  return found.item ? (folderIn(found) ?? place) : place
}

function noFolder(place: Place, { answer }: Found): OdLinkError {
  if (isDangling(itemOf(answer.json))) return placeGone({ prefix: showPlace(place), path: [] }, answer)
  return new OdLinkError('usage', `"${showPlace(place)}" is a file, not a folder.`, {
    reason: 'not-a-folder',
    next: ['Name a folder.'],
  })
}

function missing(place: Place, answer: GraphAnswer): OdLinkError {
  return new OdLinkError('not-found', `There is no folder "${showPlace(place)}".`, {
    reason: 'no-such-item',
    next: [...redeemFirst(answer), { intro: 'To create it:', flags: { parents: true } }],
  })
}
