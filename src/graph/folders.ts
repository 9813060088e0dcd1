import type { DriveItem } from '@microsoft/microsoft-graph-types'
import { type ErrorDetails, OdLinkError } from '../errors.ts'
import { notices } from '../notices.ts'
import { addressOf, findChild, followShortcutAbove, getItem, getItemOrListed } from './drive.ts'
import { createCopy, means, useExisting } from './error-codes.ts'
import { graphFailure, misplaced, nameTaken, noDrive, placeGone, similarName, traceOf } from './errors.ts'
import { isFolder, isMisplaced, isSince, itemOf } from './item.ts'
import { type DrivePath, sameName } from './path.ts'
import { isPathIgnored, type Place, parentOf, placeBelow, type Start, showPlace } from './place.ts'
import type { Graph, GraphAnswer } from './request.ts'
import { isDangling, mayBeShortcut, targetOf } from './shortcuts.ts'

/** What to do when the name is taken: fail, use another name, or use the existing folder. */
export const conflictChoices = ['fail', 'rename', 'reuse'] as const
export type OnConflict = (typeof conflictChoices)[number]

export interface Folder {
  /** `/parent/name`, with the name as the drive has it. */
  path: string
  name: string
  id: string
  webUrl: string
  /** Whether this call created it, or it existed before. */
  created: boolean
}

export interface CreateOptions {
  onConflict: OnConflict
  /** Create missing parents. */
  parents: boolean
}

/** A conflict whose item does not exist on a second look, or a parent that has gone again, is a race; this many attempts. */
const maxRaces = 3

/** How Graph may refuse to create something in an item that is not a folder. */
const refusedShapes = new Set([400, 404, 405, 422])

/**
 * Creates one folder. Only 201 counts as "created": a 200 is the existing folder, and a 409 may be a folder, a file, or the
 * work of an attempt whose answer was lost, so the item is read.
 * https://learn.microsoft.com/en-us/graph/api/driveitem-post-children
 * @throws OdLinkError (taken), (not-found) for a missing parent, or what Graph refused it for.
 */
export async function createFolder(graph: Graph, place: Place, options: CreateOptions): Promise<Folder> {
  return (await make(graph, place, options)).folder
}

/**
 * Creates a folder and its parents, unless they exist.
 * @returns where paths in it start from.
 */
export async function createParents(graph: Graph, place: Place): Promise<Start> {
  const { folder, place: found } = await make(graph, place, parentOptions)
  return { drive: found.drive, item: folder.id }
}

/** A folder, and where its own folders are created: for a shortcut, in the folder that it stands for. */
interface Made {
  folder: Folder
  place: Place
}

async function make(graph: Graph, typed: Place, options: CreateOptions): Promise<Made> {
  if (typed.path.length === 0) return itself(graph, typed, options)
  const started = Date.now()
  let place = typed
  for (let race = 1; ; race += 1) {
    const answer = await create(graph, place, options, started)
    if (answer.status === 201) return { folder: created(place, answer, options), place }
    if (answer.status === 200 || means(answer, 'taken', 'similar', 'conflict')) {
      const found = await existing(graph, place, options, answer, started)
      if (found) return found
      if (race >= maxRaces) throw unseen(place, answer)
    } else if ((answer.status === 404 || mayBeShortcut(answer)) && race <= maxRaces) {
      place = await inOtherParent(graph, place, options, answer)
    } else {
      if (refusedShapes.has(answer.status)) await refuseFileAsParent(graph, place, options)
      throw graphFailure(answer, `Creating "${showPlace(place)}"`)
    }
  }
}

async function create(
  graph: Graph,
  place: Place,
  options: CreateOptions,
  started: number,
): Promise<GraphAnswer> {
  const { onConflict, parents } = options
  let address: string
  try {
    address = await addressOf(graph, parentOf(place))
  } catch (error) {
    // The path is too deep to be addressed at once, and an upper part of it is missing.
    if (!(error instanceof OdLinkError && error.kind === 'not-found')) throw error
    if (!parents) throw noFolder(place, error)
    await make(graph, parentOf(place), parentOptions)
    address = await addressOf(graph, parentOf(place))
  }
  const body = {
    name: place.path.at(-1),
    folder: {},
    // Always sent: without it, personal drives answer 200 with the existing folder, work drives 409.
    '@microsoft.graph.conflictBehavior': onConflict === 'rename' ? 'rename' : 'fail',
  }
  const lookFirst =
    onConflict === 'rename' ? () => findRenamed(graph, place, started) : () => findCreated(graph, place)
  return graph.send({ method: 'POST', path: `${address}/children`, body }, lookFirst)
}

/** After a lost answer: the folder, if it exists now. */
async function findCreated(graph: Graph, place: Place): Promise<GraphAnswer | undefined> {
  const answer = await getItem(graph, place)
  return answer.status === 200 ? answer : undefined
}

/**
 * After a lost answer to a `rename`: the folder that this call created, whatever number OneDrive appended. The youngest is
 * used, because the one that had the name may be young as well.
 */
async function findRenamed(graph: Graph, place: Place, started: number): Promise<GraphAnswer | undefined> {
  const name = place.path.at(-1) ?? ''
  const numberOf = (item: DriveItem) => Number(/ (\d+)/.exec((item.name ?? '').slice(name.length))?.[1] ?? 0)
  const isOurs = (item: DriveItem, list: GraphAnswer) => {
    const found = item.name ?? ''
    const numbered = /^ \d+$/.test(found.slice(name.length)) && sameName(found.slice(0, name.length), name)
    return isFolder(item) && (sameName(found, name) || numbered) && isSince(item, list, started)
  }
  const isYounger = (one: DriveItem, other: DriveItem) => {
    const lead = Date.parse(one.createdDateTime ?? '') - Date.parse(other.createdDateTime ?? '')
    return lead > 0 || (lead === 0 && numberOf(one) > numberOf(other))
  }
  const answer = await findChild(graph, parentOf(place), isOurs, isYounger)
  return answer?.status === 200 ? { ...answer, status: 201 } : undefined
}

/** The folder that a place starts from exists already. @throws OdLinkError (taken) unless it may be used. */
async function itself(graph: Graph, place: Place, { onConflict }: CreateOptions): Promise<Made> {
  const found = await getItem(graph, place)
  if (found.status === 404) throw placeGone(place, found)
  if (found.status !== 200) throw graphFailure(found, `Reading "${showPlace(place)}"`)
  const item = itemOf(found.json)
  if (!isFolder(item)) throw taken(place, whatIs(item), found)
  const folder = { ...folderOf(place, item, false), path: showPlace(place) }
  if (onConflict === 'reuse') return { folder, place }
  throw nameTaken(showPlace(place), 'a folder', found, [{ verb: 'mkdir', args: [showPlace(place), 'NAME'] }])
}

/** What has the name: a folder that may be used, or an error that says what it is. */
async function existing(
  graph: Graph,
  place: Place,
  options: CreateOptions,
  answer: GraphAnswer,
  started: number,
): Promise<Made | undefined> {
  const found = answer.status === 200 ? answer : await look(graph, place, answer)
  if (!found) return undefined
  if (found.status === 404) {
    await inOtherParent(graph, place, options, found)
    return undefined
  }
  if (found.status !== 200) throw graphFailure(found, `Reading "${showPlace(place)}"`)
  const item = itemOf(found.json)
  if (isDangling(item) && options.onConflict === 'reuse')
    throw placeGone({ prefix: showPlace(place), path: [] }, answer)
  if (!isFolder(item)) throw taken(place, whatIs(item), answer)
  const ours = answer.repeated && isSince(item, found, started)
  if (ours || options.onConflict === 'reuse')
    return { folder: folderOf(place, item, ours), place: targetOf(place, item) ?? place }
  const steps = options.onConflict === 'rename' ? [useExisting] : [useExisting, createCopy]
  const args = [showPlace(place)]
  throw nameTaken(
    showPlace(place),
    'a folder',
    answer,
    steps.map((step) => ({ ...step, verb: 'mkdir', args })),
  )
}

/**
 * The item under a name that is taken.
 * @throws OdLinkError (taken) at once when either answer says that only a similar name is.
 */
async function look(graph: Graph, place: Place, answer: GraphAnswer): Promise<GraphAnswer | undefined> {
  const isSimilar = means(answer, 'similar')
  const found = isSimilar ? await getItem(graph, place) : await getItemOrListed(graph, place)
  if (found && means(found, 'similar')) throw similarName(showPlace(place), found)
  if (isSimilar && found?.status !== 200) throw similarName(showPlace(place), answer)
  return found
}

/**
 * Where to try again after a parent was not found: below the parents that were created, or behind a shortcut.
 * @throws OdLinkError (not-found) where neither is possible.
 */
async function inOtherParent(
  graph: Graph,
  place: Place,
  { parents }: CreateOptions,
  answer: GraphAnswer,
): Promise<Place> {
  const parent = parentOf(place)
  if (place.path.length === 1) throw place.prefix === '' ? noDrive(answer) : placeGone(parent, answer)
  const failure = graphFailure(answer, `Creating "${showPlace(place)}"`)
  if (!mayBeShortcut(answer)) throw failure
  if (parents) return placeBelow((await make(graph, parent, parentOptions)).place, place.path.slice(-1))
  const behind = await followShortcutAbove(graph, place)
  if (behind) return behind
  throw failure.kind === 'not-found' ? noFolder(place, traceOf(answer)) : failure
}

/** The parent of this path does not exist. */
function noFolder(place: Place, { code, requestId, timestamp }: ErrorDetails): OdLinkError {
  return new OdLinkError('not-found', `There is no folder "${showPlace(parentOf(place))}".`, {
    reason: 'no-such-item',
    next: [{ verb: 'mkdir', flags: { p: true }, args: [showPlace(place)] }],
    code,
    requestId,
    timestamp,
  })
}

/** What Graph answers for a folder in a file is not documented, so the parents are read. */
async function refuseFileAsParent(graph: Graph, place: Place, { parents }: CreateOptions): Promise<void> {
  for (let length = place.path.length - 1; length > 0; length -= 1) {
    const parent = { ...place, path: place.path.slice(0, length) }
    const found = await getItem(graph, parent)
    if (found.status !== 200) continue
    if (isFolder(itemOf(found.json))) return
    if (parents) throw taken(parent, 'a file', found)
    throw new OdLinkError('not-found', `"${showPlace(parent)}" is a file, not a folder.`, {
      reason: 'not-a-folder',
      next: ['Choose another parent.'],
    })
  }
}

const parentOptions: CreateOptions = { onConflict: 'reuse', parents: true }

function created(place: Place, answer: GraphAnswer, { onConflict }: CreateOptions): Folder {
  const item = itemOf(answer.json)
  const parent = parentOf(place)
  if (isMisplaced(item, whereIs(parent)) || isPathIgnored(parent, item.parentReference ?? {}))
    throw misplaced(showPlace(place), answer)
  const folder = folderOf(place, item, true)
  const asked = place.path.at(-1) ?? ''
  if (onConflict !== 'rename' && !sameName(folder.name, asked)) {
    notices.warning(`OneDrive calls the folder "${folder.name}", not "${asked}".`)
  }
  return folder
}

/** What is known of a folder in whose answer to a creation its parent stands: the path, or the ID. */
function whereIs({ item, path }: Place): { id?: string; path?: DrivePath } {
  if (item === undefined) return { path }
  return path.length === 0 ? { id: item } : {}
}

function folderOf(place: Place, item: DriveItem, created: boolean): Folder {
  const name = item.name ?? place.path.at(-1) ?? ''
  return {
    path: showPlace(placeBelow(parentOf(place), [name])),
    name,
    id: item.remoteItem?.id ?? item.id ?? '',
    webUrl: item.remoteItem?.webUrl ?? item.webUrl ?? '',
    created,
  }
}

/** Something conflicts, and there is nothing at the place. */
function unseen(place: Place, answer: GraphAnswer): OdLinkError {
  return means(answer, 'conflict')
    ? graphFailure(answer, `Creating "${showPlace(place)}"`)
    : taken(place, 'an item that od-link cannot read', answer)
}

function whatIs(item: DriveItem): string {
  if (isDangling(item)) return 'a shortcut to a folder that is gone'
  return item.package ? 'a notebook' : 'a file'
}

function taken(place: Place, what: string, answer: GraphAnswer): OdLinkError {
  return nameTaken(showPlace(place), what, answer)
}
