import { type Incoming, mediaType, type Reply } from '../server/messages.ts'
import type { World } from '../world.ts'
import { type Drive, type Folder, type Item, isFolder } from './drive.ts'
import { graphJson, refusals } from './errors.ts'
import { driveItem, eTag } from './item.ts'
import type { DriveRequest } from './operations.ts'
import { select } from './query.ts'

const behaviors = ['fail', 'rename', 'replace'] as const
type ConflictBehavior = (typeof behaviors)[number]

interface NewFolder {
  name: string
  conflict: ConflictBehavior | undefined
}

/** `POST …/children` with a `folder` facet. Source: microsoft-graph-docs-contrib, api/driveitem-post-children. */
export function createFolder(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive, options } = request
  const { name, conflict } = readBody(world, incoming)
  const parent = findParent(world, request)
  const { item, made } = place(world, drive, parent, name, conflict)
  const resource = driveItem(drive, item)
  if (made && drive.owner.kind === 'personal') {
    // The answer's eTag is one version behind every later read. Source: onedrive-api-docs#1931.
    item.version++
    resource.eTag = eTag(drive, { ...item, version: item.version - 1 })
  }
  const context = `${world.origin}/v1.0/$metadata#drives('${encodeURIComponent(drive.id)}')/items/$entity`
  const reply = graphJson(incoming, world, made ? 201 : 200, {
    '@odata.context': context,
    ...select(resource, options.select),
  })
  if (made && drive.owner.kind === 'personal') {
    // A link to the backend that leads nowhere, as real ones do. Source: onedrive-api-docs#39, #1455.
    reply.headers = {
      ...reply.headers,
      location: `${world.origin}/backend/v1.0/drives('${drive.id}')/items('${item.id}')`,
    }
  }
  return reply
}

function readBody(world: World, incoming: Incoming): NewFolder {
  if (mediaType(incoming) !== 'application/json') throw refusals.unsupportedMediaType()
  let body: unknown
  try {
    body = JSON.parse(incoming.body.toString('utf8'))
  } catch {
    throw refusals.badRequest(
      'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
    )
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw refusals.badRequest('Empty Payload. JSON content expected.')
  const { name, folder, '@microsoft.graph.conflictBehavior': conflict } = body as Record<string, unknown>
  if (typeof folder !== 'object' || folder === null || Array.isArray(folder)) {
    throw refusals.invalidRequest('One of the provided arguments is not acceptable.')
  }
  if (typeof name !== 'string')
    throw refusals.invalidRequest('The name in the provided request is missing or empty.')
  if (conflict === undefined) world.score.report('noConflictBehavior', incoming)
  const known = behaviors.find((behavior) => behavior === conflict)
  if (conflict !== undefined && known === undefined) {
    world.score.report('unknownConflictBehavior', incoming)
    throw refusals.invalidRequest("The value of '@microsoft.graph.conflictBehavior' is not valid.")
  }
  return { name, conflict: known }
}

function findParent(world: World, { drive, address, item }: DriveRequest): Folder {
  if (item) {
    if (!isFolder(item)) throw refusals.invalidRequest('The item is not a folder.')
    return item
  }
  const start = address.itemId === undefined ? undefined : drive.find(address.itemId)
  if (!start || drive.owner.moods.missingParents === 404) throw refusals.itemNotFound()
  refuseWhenFull(world, drive)
  let folder = start
  for (const name of address.names) {
    if (!isFolder(folder)) throw refusals.itemNotFound()
    folder = drive.child(folder, name) ?? drive.add(folder, name)
  }
  if (!isFolder(folder)) throw refusals.itemNotFound()
  return folder
}

/**
 * What each drive does about a name that is there already. Sources: onedrive-api-docs#359, #391, #323, #1162.
 */
function place(
  world: World,
  drive: Drive,
  parent: Folder,
  name: string,
  conflict: ConflictBehavior | undefined,
): { item: Item; made: boolean } {
  const existing = drive.child(parent, name)
  if (!existing) {
    refuseWhenFull(world, drive)
    return { item: drive.add(parent, name), made: true }
  }
  const { kind, moods } = drive.owner
  // Only a folder is ever taken for the one asked for.
  if (isFolder(existing)) {
    if (moods.existing === 200) return { item: existing, made: false }
    if (kind === 'personal' && (conflict === undefined || conflict === 'replace'))
      return { item: existing, made: false }
  }
  if (conflict !== 'rename') throw refusals.nameAlreadyExists()
  refuseWhenFull(world, drive)
  return { item: drive.add(parent, freeName(drive, parent, name)), made: true }
}

/** A number after a space: "New Folder 1". Source: onedrive-api-docs#391. */
export function freeName(drive: Drive, parent: Folder, name: string): string {
  for (let number = 1; ; number++) {
    const candidate = `${name} ${number}`
    if (!drive.child(parent, candidate)) return candidate
  }
}

/** A drive over its quota takes no new folders either. Source: onedrive-api-docs, resources/quota. */
export function refuseWhenFull(world: World, drive: Drive): void {
  if (world.settings.quotaFull || drive.used >= drive.total) throw refusals.quotaLimitReached()
}
