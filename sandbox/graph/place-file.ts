import { refusals } from '../state/graph-error.ts'
import { type Folder, type Item, isFolder, type Properties } from '../state/items.ts'
import type { Target } from '../state/upload-sessions.ts'
import type { World } from '../state/world.ts'
import { freeName, refuseSimilarName, refuseWhenFull } from './conflict.ts'

/**
 * Creates or replaces a file. Unlike creating a folder, this creates missing parents. Source:
 * onedrive-api-docs#83.
 */
export function placeFile(
  world: World,
  target: Target,
  content: Buffer,
  properties: Properties = {},
): { item: Item; made: boolean } {
  const { drive, conflict } = target
  const other = existingFile(target)
  refuseWhenFull(world, drive, content.length - (conflict === 'rename' ? 0 : (other?.size ?? 0)))
  if (other && conflict !== 'rename') {
    drive.overwrite(other, content)
    Object.assign(other, properties)
    return { item: other, made: false }
  }
  const [folder, name] = findFolder(target)
  const free = other ? freeName(drive, folder, name, false) : name
  const item = drive.add(folder, free, content)
  Object.assign(item, properties)
  return { item, made: true }
}

/** The existing file of that name. @throws GraphError if it must not be replaced or is a folder. */
export function existingFile({ drive, start, names, conflict }: Target): Item | undefined {
  const other = start && drive.walk(start, names)
  if (other && names.length > 0 && conflict === 'fail') throw refusals.nameAlreadyExists()
  if (other && isFolder(other) && conflict !== 'rename') throw refusals.nameAlreadyExists()
  const parent = start && drive.walk(start, names.slice(0, -1))
  const name = names.at(-1)
  if (!other && conflict !== 'rename' && parent && isFolder(parent) && name !== undefined)
    refuseSimilarName(drive, parent, name)
  return other
}

function findFolder({ drive, start, names }: Target): [Folder, string] {
  let folder = start
  const name = names.at(-1)
  if (name === undefined) throw refusals.itemNotFound()
  for (const parent of names.slice(0, -1)) {
    if (folder && isFolder(folder)) folder = drive.child(folder, parent) ?? drive.add(folder, parent)
  }
  if (!folder || !isFolder(folder)) throw refusals.itemNotFound()
  return [folder, name]
}
