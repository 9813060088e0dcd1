import type { Incoming, Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import { refusals } from '../state/graph-error.ts'
import { type Folder, type Item, isFolder, isWithin } from '../state/items.ts'
import type { World } from '../state/world.ts'
import { conflictProperty, freeName, readConflict, refuseSimilarName } from './conflict.ts'
import { isObject, readJsonBody } from './json-body.ts'
import { readProperties } from './properties.ts'
import { type DriveRequest, itemReply, requireItem, requireWithin, requireWrite } from './request.ts'
import { checkConditions } from './tags.ts'

/**
 * `PATCH` of an item: changes name, parent and dates at once. Sources: microsoft-graph-docs-contrib,
 * api/driveitem-update and driveitem-move.
 */
export function updateItem(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive, options, confinedTo, roleAt } = request
  const item = requireItem(request)
  checkConditions(incoming, drive, item)
  const body = readJsonBody(incoming)
  const properties = readProperties(drive, body)
  const parent = newParent(drive, body.parentReference) ?? item.parent
  requireWithin(confinedTo, parent ?? item)
  requireWrite(roleAt(parent && parent !== item.parent ? parent : item))
  const name = newName(body.name) ?? item.name
  if (name !== item.name || parent !== item.parent) {
    if (!parent) throw refusals.invalidRequest('The root of a drive cannot be moved or renamed.')
    const conflict = readConflict(world, incoming, body[conflictProperty] ?? options.conflict) ?? 'fail'
    if (isWithin(parent, item)) throw refusals.movedIntoItself()
    drive.move(item, parent, makeRoom(drive, item, parent, name, conflict))
  }
  if (Object.keys(properties).length > 0) drive.describe(item, properties)
  return itemReply(world, incoming, 200, request, item)
}

/** The name for the item: the requested one, unless another item has it. */
function makeRoom(
  drive: Drive,
  item: Item,
  parent: Folder,
  name: string,
  conflict: 'fail' | 'rename' | 'replace',
): string {
  const other = drive.child(parent, name)
  if (!other && drive.similar(parent, name) !== item) refuseSimilarName(drive, parent, name)
  if (!other || other === item) return name
  if (conflict === 'rename') return freeName(drive, parent, name, isFolder(item))
  // A file may replace a file; folders are never replaced. Source: onedrive-api-docs#359.
  if (conflict === 'fail' || isFolder(other) || isFolder(item)) throw refusals.nameAlreadyExists()
  drive.remove(other)
  return name
}

/** The name in a body, if one was sent. @throws GraphError */
export function newName(sent: unknown): string | undefined {
  if (sent === undefined || sent === null) return undefined
  if (typeof sent !== 'string')
    throw refusals.invalidRequest('The name in the provided request is missing or empty.')
  return sent
}

/** The folder that a `parentReference` names, by id or by path. @throws GraphError */
export function newParent(drive: Drive, sent: unknown): Folder | undefined {
  if (!isObject(sent)) return undefined
  const { driveId, id, path } = sent
  if (typeof driveId === 'string' && driveId.toLowerCase() !== drive.id.toLowerCase()) {
    throw refusals.invalidRequest('Items cannot be moved between drives.')
  }
  if (id === undefined && path === undefined) return undefined
  // The word `root` is not accepted as an id here. Source: microsoft-graph-docs-contrib, api/driveitem-move.
  if (id === 'root') throw refusals.invalidRequest('The id of the new parent is not valid.')
  const parent = typeof id === 'string' ? drive.find(id) : byPath(drive, String(path))
  if (!parent) throw refusals.itemNotFound()
  if (!isFolder(parent)) throw refusals.invalidRequest('The new parent is not a folder.')
  return parent
}

/**
 * `/drive/root:/a/b` or `/drives/{id}/root:/a/b`: as this kind of drive encodes it, or otherwise as the other
 * kind does.
 */
function byPath(drive: Drive, path: string): Item | undefined {
  const match = /^\/(?:me\/)?drives?(?:\/[^/]+)?\/root(?::(.*))?$/s.exec(path)
  if (!match) throw refusals.invalidRequest('The path of the new parent is not valid.', 'invalidPath')
  const plain = (match[1] ?? '').split('/').filter((name) => name !== '')
  const decoded = plain.map(decode)
  const spellings = drive.owner.kind === 'personal' ? [decoded, plain] : [plain, decoded]
  return spellings.map((names) => drive.walk(drive.root, names)).find((found) => found !== undefined)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
