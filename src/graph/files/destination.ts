import { OdLinkError } from '../../errors.ts'
import { createFolder } from '../folders.ts'
import { type Place, parentOf, showPlace } from '../place.ts'
import type { Graph } from '../request.ts'
import type { FileItem } from './file-item.ts'
import { lookUp } from './find.ts'

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
  if (place.path.length === 0 && !/^https?:/i.test(place.prefix)) return { folder: place }
  if (!mustBeFolder && unseen) {
    await findFolder(graph, parentOf(place), parents)
    return { file: place, existing: undefined }
  }
  const { item } = await lookUp(graph, place)
  if (item?.kind === 'folder') return { folder: place }
  if (item && mustBeFolder) throw noFolder(place)
  if (item) return { file: place, existing: item }
  if (mustBeFolder) return { folder: await findFolder(graph, place, parents, false) }
  await findFolder(graph, parentOf(place), parents)
  return { file: place, existing: undefined }
}

/** A folder that exists or is created. @param isKnown whether it may exist. */
async function findFolder(graph: Graph, place: Place, parents: boolean, mayExist = true): Promise<Place> {
  if (place.path.length === 0) return place
  const { item } = mayExist ? await lookUp(graph, place) : {}
  if (item?.kind === 'folder') return place
  if (item) throw noFolder(place)
  if (!parents) throw missing(place)
  await createFolder(graph, place, { onConflict: 'reuse', parents: true })
  return place
}

function noFolder(place: Place): OdLinkError {
  return new OdLinkError('usage', `"${showPlace(place)}" is a file, not a folder.`, {
    reason: 'not-a-folder',
    next: ['Name a folder.'],
  })
}

function missing(place: Place): OdLinkError {
  return new OdLinkError('not-found', `There is no folder "${showPlace(place)}".`, {
    reason: 'no-such-item',
    next: [{ intro: 'To create it:', flags: { parents: true } }],
  })
}
