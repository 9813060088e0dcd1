import type { Incoming, Reply } from '../server/messages.ts'
import type { World } from '../world.ts'
import { refuseWhenFull } from './create-folder.ts'
import { type Item, isFolder } from './drive.ts'
import { graphJson, refusals } from './errors.ts'
import { driveItem } from './item.ts'
import type { DriveRequest } from './operations.ts'

/**
 * `PUT …/content`: a small file. Unlike the creation of a folder it makes the parents that are missing, and its
 * conflictBehavior is `replace`. Sources: onedrive-api-docs#83; microsoft-graph-docs-contrib, driveitem-put-content.
 */
export function upload(world: World, incoming: Incoming, { drive, address, item }: DriveRequest): Reply {
  refuseWhenFull(world, drive)
  if (item) {
    if (isFolder(item)) throw refusals.nameAlreadyExists()
    drive.overwrite(item, incoming.body)
    return graphJson(incoming, world, 200, driveItem(drive, item))
  }
  let folder: Item | undefined = drive.find(address.itemId ?? 'root')
  const name = address.names.at(-1)
  if (name === undefined) throw refusals.itemNotFound()
  for (const parent of address.names.slice(0, -1)) {
    if (folder && isFolder(folder)) folder = drive.child(folder, parent) ?? drive.add(folder, parent)
  }
  if (!folder || !isFolder(folder)) throw refusals.itemNotFound()
  return graphJson(incoming, world, 201, driveItem(drive, drive.add(folder, name, incoming.body)))
}
