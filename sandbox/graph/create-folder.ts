import type { Incoming, Reply } from '../server/messages.ts'
import type { ConflictBehavior } from '../state/conflict-behavior.ts'
import type { Drive } from '../state/drive.ts'
import { refusals } from '../state/graph-error.ts'
import { type Folder, type Item, isFolder, type Properties } from '../state/items.ts'
import type { World } from '../state/world.ts'
import {
  conflictProperty,
  freeName,
  readConflict,
  refuseSimilarName,
  refuseWhenFull,
  refuseWhileUploaded,
} from './conflict.ts'
import { createShortcut, readShortcut } from './create-shortcut.ts'
import { isObject, readJsonBody } from './json-body.ts'
import { placeFile } from './place-file.ts'
import { readProperties } from './properties.ts'
import { type DriveRequest, itemReply } from './request.ts'

interface NewFolder {
  name: string
  conflict: ConflictBehavior | undefined
  properties: Properties
  /** Not a folder, but an empty file. */
  isFile: boolean
}

/**
 * `POST …/children` with a `folder` facet, or with a `file` facet for an empty file, which the refusal of a creation
 * without facets names. Sources: msgraph-sdk-powershell#2463; microsoft-graph-docs-contrib,
 * api/driveitem-post-children.
 */
export function createFolder(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive } = request
  const shortcut = readShortcut(world, incoming)
  if (shortcut) return createShortcut(world, incoming, request, shortcut)
  const { name, conflict, properties, isFile } = readBody(world, incoming, request)
  const parent = findParent(world, request)
  if (isFile) {
    if (conflict !== 'rename') refuseWhileUploaded(world, { drive, start: parent, names: [name] })
    const target = { drive, start: parent, names: [name], conflict: conflict ?? 'fail' }
    const placed = placeFile(world, target, Buffer.alloc(0), properties)
    return itemReply(world, incoming, placed.made ? 201 : 200, request, placed.item)
  }
  const { item, made } = place(world, drive, parent, name, conflict)
  if (!made) return itemReply(world, incoming, 200, request, item)
  Object.assign(item, properties)
  const reply = itemReply(world, incoming, 201, request, item)
  if (drive.owner.kind === 'work') return reply
  // A backend URL that cannot be opened, as in reality. Source: onedrive-api-docs#39, #1455.
  const location = `${world.origins.graph}/backend/v1.0/drives('${drive.id}')/items('${item.id}')`
  // The answer's eTag is one version behind every later read. Source: onedrive-api-docs#1931.
  item.version++
  return { ...reply, headers: { ...reply.headers, location } }
}

function readBody(world: World, incoming: Incoming, { drive, options }: DriveRequest): NewFolder {
  const body = readJsonBody(incoming)
  // In the body, as in the page's example, or in the URL, as the note of resources/driveitem has it.
  const { name, folder, file, [conflictProperty]: conflict = options.conflict } = body
  const isFile = isObject(file) && folder === undefined
  if (!isObject(folder) && !isFile)
    throw refusals.invalidRequest('One of the provided arguments is not acceptable.')
  if (body['@microsoft.graph.sourceUrl'] !== undefined) throw refusals.notInSandbox('uploads from a URL')
  if (typeof name !== 'string')
    throw refusals.invalidRequest('The name in the provided request is missing or empty.')
  if (conflict === undefined) world.score.report('noConflictBehavior', incoming)
  return {
    name,
    conflict: readConflict(world, incoming, conflict),
    properties: readProperties(drive, body),
    isFile,
  }
}

function findParent(world: World, { drive, address, start, item }: DriveRequest): Folder {
  if (item) {
    if (!isFolder(item)) throw refusals.invalidRequest('The item is not a folder.')
    return item
  }
  if (!start || drive.owner.moods.missingParents === 404) throw refusals.itemNotFound()
  refuseWhenFull(world, drive)
  let folder: Item = start
  for (const name of address.names) {
    if (!isFolder(folder)) throw refusals.itemNotFound()
    folder = drive.child(folder, name) ?? drive.add(folder, name)
  }
  if (!isFolder(folder)) throw refusals.itemNotFound()
  return folder
}

/** What each drive does when the name exists. Sources: onedrive-api-docs#359, #391, #323, #1162. */
function place(
  world: World,
  drive: Drive,
  parent: Folder,
  name: string,
  conflict: ConflictBehavior | undefined,
): { item: Item; made: boolean } {
  const existing = drive.child(parent, name)
  if (!existing) {
    if (conflict !== 'rename') {
      refuseSimilarName(drive, parent, name)
      refuseWhileUploaded(world, { drive, start: parent, names: [name] })
    }
    refuseWhenFull(world, drive)
    return { item: drive.add(parent, name), made: true }
  }
  const { kind, moods } = drive.owner
  // Only a folder can stand in for the requested one.
  if (isFolder(existing)) {
    if (moods.existing === 200) return { item: existing, made: false }
    if (kind === 'personal' && (conflict === undefined || conflict === 'replace'))
      return { item: existing, made: false }
  }
  if (conflict !== 'rename') throw refusals.nameAlreadyExists()
  refuseWhenFull(world, drive)
  return { item: drive.add(parent, freeName(drive, parent, name, true)), made: true }
}
