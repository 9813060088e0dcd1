import type { DriveItem } from '@microsoft/microsoft-graph-types'
import { type ErrorDetails, OdLinkError } from '../errors.ts'
import { notices } from '../notices.ts'
import { addressOf, findChild, getItem, getItemOrListed } from './drive.ts'
import { createCopy, means, useExisting } from './error-codes.ts'
import { graphFailure, misplaced, nameTaken, noDrive, similarName, traceOf } from './errors.ts'
import { isFolder, isMisplaced, isSince, itemOf } from './item.ts'
import { type DrivePath, sameName, showPath } from './path.ts'
import type { Graph, GraphAnswer } from './request.ts'

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
export async function createFolder(graph: Graph, path: DrivePath, options: CreateOptions): Promise<Folder> {
  const started = Date.now()
  for (let race = 1; ; race += 1) {
    const answer = await create(graph, path, options, started)
    if (answer.status === 201) return created(path, answer, options)
    if (answer.status === 200 || means(answer, 'taken', 'similar')) {
      const folder = await existing(graph, path, options, answer, started)
      if (folder) return folder
      if (race >= maxRaces) throw taken(path, 'an item that od-link cannot read', answer)
    } else if (answer.status === 404 && race <= maxRaces) {
      await missingParent(graph, path, options, answer)
    } else {
      if (refusedShapes.has(answer.status)) await refuseFileAsParent(graph, path, options)
      throw graphFailure(answer, `Creating "${showPath(path)}"`)
    }
  }
}

async function create(
  graph: Graph,
  path: DrivePath,
  options: CreateOptions,
  started: number,
): Promise<GraphAnswer> {
  const { onConflict, parents } = options
  let address: string
  try {
    address = await addressOf(graph, path.slice(0, -1))
  } catch (error) {
    // The path is too deep to be addressed at once, and an upper part of it is missing.
    if (!(error instanceof OdLinkError && error.kind === 'not-found')) throw error
    if (!parents) throw noFolder(path, error)
    await createParent(graph, path)
    address = await addressOf(graph, path.slice(0, -1))
  }
  const body = {
    name: path.at(-1),
    folder: {},
    // Always sent: without it, personal drives answer 200 with the existing folder, work drives 409.
    '@microsoft.graph.conflictBehavior': onConflict === 'rename' ? 'rename' : 'fail',
  }
  const lookFirst =
    onConflict === 'rename' ? () => findRenamed(graph, path, started) : () => findCreated(graph, path)
  return graph.send({ method: 'POST', path: `${address}/children`, body }, lookFirst)
}

/** After a lost answer: the folder, if it exists now. */
async function findCreated(graph: Graph, path: DrivePath): Promise<GraphAnswer | undefined> {
  const answer = await getItem(graph, path)
  return answer.status === 200 ? answer : undefined
}

/**
 * After a lost answer to a `rename`: the folder that this call created, whatever number OneDrive appended. The youngest is
 * used, because the one that had the name may be young as well.
 */
async function findRenamed(graph: Graph, path: DrivePath, started: number): Promise<GraphAnswer | undefined> {
  const name = path.at(-1) ?? ''
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
  const answer = await findChild(graph, path.slice(0, -1), isOurs, isYounger)
  return answer?.status === 200 ? { ...answer, status: 201 } : undefined
}

/** What has the name: a folder that may be used, or an error that says what it is. */
async function existing(
  graph: Graph,
  path: DrivePath,
  options: CreateOptions,
  answer: GraphAnswer,
  started: number,
): Promise<Folder | undefined> {
  const found = answer.status === 200 ? answer : await look(graph, path, answer)
  if (!found) return undefined
  if (found.status === 404) {
    await missingParent(graph, path, options, found)
    return undefined
  }
  if (found.status !== 200) throw graphFailure(found, `Reading "${showPath(path)}"`)
  const item = itemOf(found.json)
  if (!isFolder(item)) throw taken(path, item.package ? 'a notebook' : 'a file', answer)
  const ours = answer.repeated && isSince(item, found, started)
  if (ours || options.onConflict === 'reuse') return folderOf(path, item, ours)
  const steps = options.onConflict === 'rename' ? [useExisting] : [useExisting, createCopy]
  const args = [showPath(path)]
  throw nameTaken(
    showPath(path),
    'a folder',
    answer,
    steps.map((step) => ({ ...step, verb: 'mkdir', args })),
  )
}

/**
 * The item under a name that is taken.
 * @throws OdLinkError (taken) at once when either answer says that only a similar name is.
 */
async function look(graph: Graph, path: DrivePath, answer: GraphAnswer): Promise<GraphAnswer | undefined> {
  const isSimilar = means(answer, 'similar')
  const found = isSimilar ? await getItem(graph, path) : await getItemOrListed(graph, path)
  if (found && means(found, 'similar')) throw similarName(showPath(path), found)
  if (isSimilar && found?.status !== 200) throw similarName(showPath(path), answer)
  return found
}

async function missingParent(
  graph: Graph,
  path: DrivePath,
  { parents }: CreateOptions,
  answer: GraphAnswer,
): Promise<void> {
  if (path.length === 1) throw noDrive(answer)
  const failure = graphFailure(answer, `Creating "${showPath(path)}"`)
  if (failure.kind !== 'not-found') throw failure
  if (parents) {
    await createParent(graph, path)
    return
  }
  throw noFolder(path, traceOf(answer))
}

/** The parent of this path does not exist. */
function noFolder(path: DrivePath, { code, requestId, timestamp }: ErrorDetails): OdLinkError {
  return new OdLinkError('not-found', `There is no folder "${showPath(path.slice(0, -1))}".`, {
    reason: 'no-such-item',
    next: [{ verb: 'mkdir', flags: { p: true }, args: [showPath(path)] }],
    code,
    requestId,
    timestamp,
  })
}

/** What Graph answers for a folder in a file is not documented, so the parents are read. */
async function refuseFileAsParent(graph: Graph, path: DrivePath, { parents }: CreateOptions): Promise<void> {
  for (let length = path.length - 1; length > 0; length -= 1) {
    const parent = path.slice(0, length)
    const found = await getItem(graph, parent)
    if (found.status !== 200) continue
    if (isFolder(itemOf(found.json))) return
    if (parents) throw taken(parent, 'a file', found)
    throw new OdLinkError('not-found', `"${showPath(parent)}" is a file, not a folder.`, {
      reason: 'not-a-folder',
      next: ['Choose another parent.'],
    })
  }
}

async function createParent(graph: Graph, path: DrivePath): Promise<void> {
  await createFolder(graph, path.slice(0, -1), { onConflict: 'reuse', parents: true })
}

function created(path: DrivePath, answer: GraphAnswer, { onConflict }: CreateOptions): Folder {
  const item = itemOf(answer.json)
  if (isMisplaced(item, { path: path.slice(0, -1) })) throw misplaced(showPath(path), answer)
  const folder = folderOf(path, item, true)
  const asked = path.at(-1) ?? ''
  if (onConflict !== 'rename' && !sameName(folder.name, asked)) {
    notices.warning(`OneDrive calls the folder "${folder.name}", not "${asked}".`)
  }
  return folder
}

function folderOf(path: DrivePath, item: DriveItem, created: boolean): Folder {
  const name = item.name ?? path.at(-1) ?? ''
  return {
    path: showPath([...path.slice(0, -1), name]),
    name,
    id: item.id ?? '',
    webUrl: item.webUrl ?? '',
    created,
  }
}

function taken(path: DrivePath, what: string, answer: GraphAnswer): OdLinkError {
  return nameTaken(showPath(path), what, answer)
}
