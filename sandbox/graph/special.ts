import type { Incoming, Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import type { AccessToken } from '../state/grants.ts'
import { refusals } from '../state/graph-error.ts'
import { type Folder, type Item, isFolder } from '../state/items.ts'
import type { World } from '../state/world.ts'
import type { Reach } from './bearer.ts'
import { refuseWhenFull } from './conflict.ts'
import { itemsReply } from './listing.ts'
import type { DriveRequest } from './request.ts'

/** The path of each special folder; the application's own folder has the application's name. */
const places: Record<string, string[]> = {
  approot: ['Apps'],
  cameraroll: ['Pictures', 'Camera Roll'],
  desktop: ['Desktop'],
  documents: ['Documents'],
  music: ['Music'],
  photos: ['Pictures'],
}
/** A work drive may lack the others. Source: onedrive-api-docs, getting-started/release-notes. */
const ofWork = ['approot', 'documents', 'photos']

/**
 * The folder behind `special/{name}`. It is created when a client with write access asks for it, except by
 * HEAD. Sources: microsoft-graph-docs-contrib, api/drive-get-specialfolder; onedrive-api-docs,
 * concepts/special-folders-appfolder.
 * @throws GraphError
 */
export function specialFolder(
  world: World,
  token: AccessToken,
  drive: Drive,
  { name, method, reach }: { name: string; method: string; reach: Reach },
): Folder {
  if (!reach.wholeDrive && name !== 'approot') throw refusals.accessDenied()
  const place = Object.hasOwn(places, name) ? places[name] : undefined
  if (!place || (drive.owner.kind === 'work' && !ofWork.includes(name))) throw refusals.itemNotFound()
  const path = name === 'approot' ? [...place, token.registration.name] : place
  // It is found by its mark, even after it was renamed.
  const found = drive.special(mark(token, name)) ?? drive.walk(drive.root, path)
  if (found && isFolder(found)) return drive.markSpecial(found, mark(token, name))
  if (method === 'HEAD') throw refusals.itemNotFound()
  if (!reach.write) throw refusals.accessDenied()
  refuseWhenFull(world, drive)
  return drive.markSpecial(make(drive, path), mark(token, name))
}

/** `GET …/drive/special`: those that exist. Source: microsoft-graph-docs-contrib, api/drive-list-special. */
export function listSpecial(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive } = request
  const found = Object.entries(places).map(
    ([name, place]) => drive.special(name) ?? drive.walk(drive.root, place),
  )
  return itemsReply(
    world,
    incoming,
    request,
    found.filter((item) => item !== undefined),
  )
}

function make(drive: Drive, path: string[]): Folder {
  let folder: Folder = drive.root
  for (const name of path) {
    const child: Item = drive.child(folder, name) ?? drive.add(folder, name)
    if (!isFolder(child)) throw refusals.nameAlreadyExists()
    folder = child
  }
  return folder
}

/** Each application has its own app folder. */
function mark({ registration }: AccessToken, name: string): string {
  return name === 'approot' ? `approot ${registration.clientId}` : name
}
