import type { Incoming, Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import { GraphError, refusals } from '../state/graph-error.ts'
import type { Deletion } from '../state/history.ts'
import { type Folder, type Item, isFolder, isWithin, withDescendants } from '../state/items.ts'
import type { World } from '../state/world.ts'
import { driveItem } from './item.ts'
import { defaultPage, withoutSkipToken } from './listing.ts'
import { select } from './query.ts'
import { graphJson } from './replies.ts'
import { type DriveRequest, requireItem } from './request.ts'
import { listed } from './shortcuts.ts'

/** A position in a drive's history: changes after `since` and up to `until` are reported, from the entry `at`. */
interface Place {
  since: number
  until: number
  at: number
}

const ending = /\/(?:microsoft\.graph\.)?delta(?:\([^/]*\))?\/?$/

/**
 * `GET …/delta`: all items at first, with a link for later changes. Work drives and libraries have one for their root
 * alone, personal drives for each folder. Sources: microsoft-graph-docs-contrib, api/driveitem-delta;
 * onedrive-api-docs, getting-started/release-notes.
 */
export function delta(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive, address, options } = request
  const folder = requireItem(request)
  if (!isFolder(folder)) throw refusals.invalidRequest('The item is not a folder.')
  if (folder !== drive.root && drive.owner.kind === 'work')
    throw refusals.invalidRequest('Delta is only supported for the root of this drive.')
  const token = /^token='([^']*)'$/.exec(address.argument ?? '')?.[1] ?? options.token
  const start = `${world.origins.graph}${incoming.path.replace(ending, '/delta')}`
  const place = readToken(drive, folder, token)
  if (!place) throw overAgain(start)
  const entries = token === 'latest' ? [] : entriesOf(drive, folder, place)
  const end = place.at + (options.top ?? defaultPage)
  const more = end < entries.length
  if (more) drive.history.keepList(keyOf(folder, place), entries)
  const next = more ? { ...place, at: end } : { since: place.until, until: -1, at: 0 }
  const kept = withoutSkipToken(incoming.query).filter((pair) => !/^(\$|%24)?(delta)?token=/.test(pair))
  const query = [...kept, `token=${writeToken(drive, folder, next)}`].join('&')
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#Collection(driveItem)`,
    [more ? '@odata.nextLink' : '@odata.deltaLink']: `${start}?${query}`,
    value: entries
      .slice(place.at, end)
      .filter((entry) => isShown(drive, entry, incoming))
      .map((entry) => resourceOf(world, drive, entry))
      .filter((resource) => resource !== undefined)
      .map((resource) => select(resource, options.select)),
  })
}

/** Whether a shortcut is to be told of, like in a list. */
function isShown(drive: Drive, entry: string | Deletion, incoming: Incoming): boolean {
  const item = typeof entry === 'string' ? drive.find(entry) : undefined
  return item === undefined || listed(drive, [item], incoming).length > 0
}

/** The ids of what has changed, each folder before what is in it, and what was deleted. */
function entriesOf(drive: Drive, folder: Folder, place: Place): readonly (string | Deletion)[] {
  const known = drive.history.lists.get(keyOf(folder, place))
  return known ?? [...changedItems(drive, folder, place), ...deletedItems(drive, folder, place)]
}

function keyOf({ id }: Folder, { since, until }: Place): string {
  return `${id} ${since} ${until}`
}

function changedItems(drive: Drive, folder: Folder, { since }: Place): string[] {
  const movedIn = movesSince(drive, since).filter(
    ({ above }) => !above.includes(folder.id) && folder !== drive.root,
  )
  const moved = new Set(movedIn.map(({ id }) => id))
  const all = [...withDescendants(folder)]
  const isMoved = (item: Item | undefined): boolean =>
    item !== undefined && (moved.has(item.id) || isMoved(item.parent))
  return all.filter((item) => item.sequence > since || (moved.size > 0 && isMoved(item))).map(({ id }) => id)
}

function deletedItems(drive: Drive, folder: Folder, { since }: Place): (string | Deletion)[] {
  if (since < 0) return []
  const isHere = ({ above }: { above: readonly string[] }) =>
    folder === drive.root || above.includes(folder.id)
  const gone = drive.history.deletions.filter(
    (one) => one.sequence > since && isHere(one) && drive.find(one.id) === undefined,
  )
  // For one who watches a folder, what was moved out of it is gone as well.
  const left = movesSince(drive, since)
    .filter(isHere)
    .flatMap(({ id }) => leftItems(drive, folder, id))
  return [...gone, ...left]
}

function leftItems(drive: Drive, folder: Folder, id: string): Deletion[] {
  const item = drive.find(id)
  if (!item || isWithin(item, folder)) return []
  return [...withDescendants(item)].map((one) => drive.deletionOf(one))
}

function movesSince({ history }: Drive, since: number) {
  return since < 0 ? [] : history.moves.filter(({ sequence }) => sequence > since)
}

/**
 * Whether references have a path here is a matter of the drive; see `Moods`. Which properties are left out on which kind of drive: microsoft-graph-docs-contrib,
 * api/driveitem-delta, the tables under "Remarks".
 */
function resourceOf(
  world: World,
  drive: Drive,
  entry: string | Deletion,
): Record<string, unknown> | undefined {
  const work = drive.owner.kind === 'work'
  if (typeof entry !== 'string') return deletedResource(drive, entry)
  const item = drive.find(entry)
  if (!item) return undefined
  const { parentReference, cTag, ...resource } = driveItem(world, drive, item)
  const { path, ...reference } = parentReference as Record<string, unknown>
  const isTold = path !== undefined && drive.owner.moods.deltaPaths === 'told'
  return {
    ...resource,
    ...(work || cTag === undefined ? {} : { cTag }),
    parentReference: { ...reference, ...(isTold ? { path } : {}) },
  }
}

function deletedResource(drive: Drive, { id, name, isFolder: wasFolder, size, above }: Deletion) {
  const work = drive.owner.kind === 'work'
  return {
    id,
    ...(work ? { size } : { name }),
    deleted: { state: 'deleted' },
    parentReference: {
      driveType: drive.driveType,
      driveId: drive.id,
      ...(above[0] === undefined ? {} : { id: above[0] }),
    },
    ...(wasFolder ? { folder: { childCount: 0 } } : { file: {} }),
  }
}

function writeToken({ history }: Drive, { id }: Folder, { since, until, at }: Place): string {
  return Buffer.from(JSON.stringify([history.epoch, id, since, until, at])).toString('base64url')
}

/** Undefined for a token of another history or folder. On work drives a time is a token as well. */
function readToken(drive: Drive, folder: Folder, token: string | undefined): Place | undefined {
  const { history, owner } = drive
  if (token === undefined || token === 'latest') return { since: -1, until: history.last, at: 0 }
  const time = /^\d{4}-\d\d-\d\dT/.test(token) ? Date.parse(token) : Number.NaN
  if (owner.kind === 'work' && !Number.isNaN(time))
    return { since: history.lastUntil(time), until: history.last, at: 0 }
  const [epoch, id, since, until, at] = parse(token)
  const tooOld = Number(since) >= 0 && Number(since) < history.forgotten
  if (epoch !== history.epoch || id !== folder.id || tooOld) return undefined
  return {
    since: Number(since),
    until: Number(until) < 0 ? history.last : Number(until),
    at: Number(at),
  }
}

function parse(token: string): unknown[] {
  try {
    const value = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}

/** Source: microsoft-graph-docs-contrib, api/driveitem-delta: `Location` has where to start over. */
function overAgain(start: string): GraphError {
  const { status, code, message, inner } = refusals.resyncRequired()
  return new GraphError(status, code, message, inner, { location: start })
}
