import type { DriveItem } from '@microsoft/microsoft-graph-types'
import { type ErrorDetails, OdLinkError } from '../errors.ts'
import { notices } from '../notices.ts'
import { commandLine } from '../text/shell-quote.ts'
import { addressOf, findChild, getItem, getItemOrListed } from './drive.ts'
import { makeAnother, useFolder } from './error-codes.ts'
import { graphFailure, isSimilarName, nameTaken, noDrive, traceOf } from './errors.ts'
import { isFolder, isSince, itemOf } from './item.ts'
import { type DrivePath, sameName, showPath } from './path.ts'
import type { Graph, GraphAnswer } from './request.ts'

/** What to do when the name is taken: refuse, take another name, or use the folder that is there. */
export const conflictChoices = ['fail', 'rename', 'reuse'] as const
export type OnConflict = (typeof conflictChoices)[number]

export interface Folder {
  /** `/parent/name`, with the name as the drive keeps it. */
  path: string
  name: string
  id: string
  webUrl: string
  /** Whether this call made it, or it was there. */
  created: boolean
}

export interface MakeOptions {
  onConflict: OnConflict
  /** Make missing parents. */
  parents: boolean
}

/** A conflict whose item is gone when one looks, or a parent that is gone again, is a race: worth so many attempts. */
const maxRaces = 3

/** How Graph may refuse a request for children of what has none. */
const refusedShapes = new Set([400, 404, 405, 422])

/**
 * Makes one folder. Only 201 is believed to mean "made": a 200 is the folder that was there, a 409 may be a
 * folder, a file, or our own work whose answer was lost, so it is looked at.
 * https://learn.microsoft.com/en-us/graph/api/driveitem-post-children
 * @throws OdLinkError (taken), (not-found) for a missing parent, or what Graph refused it for.
 */
export async function makeFolder(graph: Graph, path: DrivePath, options: MakeOptions): Promise<Folder> {
  const started = Date.now()
  for (let race = 1; ; race += 1) {
    const answer = await create(graph, path, options, started)
    if (answer.status === 201) return made(path, answer, options)
    if (answer.status === 200 || answer.status === 409 || isSimilarName(answer)) {
      const folder = await existing(graph, path, options, answer, started)
      if (folder) return folder
      if (race >= maxRaces) throw taken(path, 'an item that cannot be seen', answer)
    } else if (answer.status === 404 && race <= maxRaces) {
      await missingParent(graph, path, options, answer)
    } else {
      if (refusedShapes.has(answer.status)) await refuseFileAsParent(graph, path, options)
      throw graphFailure(answer, `Making "${showPath(path)}"`)
    }
  }
}

async function create(
  graph: Graph,
  path: DrivePath,
  options: MakeOptions,
  started: number,
): Promise<GraphAnswer> {
  const { onConflict, parents } = options
  let address: string
  try {
    address = await addressOf(graph, path.slice(0, -1))
  } catch (error) {
    // A path too deep to be addressed at once, of which an upper part is missing.
    if (!(error instanceof OdLinkError && error.kind === 'not-found')) throw error
    if (!parents) throw noFolder(path, error)
    await makeParent(graph, path)
    address = await addressOf(graph, path.slice(0, -1))
  }
  const body = {
    name: path.at(-1),
    folder: {},
    // Always sent: without it personal drives answer 200 with the folder that is there, work drives 409.
    '@microsoft.graph.conflictBehavior': onConflict === 'rename' ? 'rename' : 'fail',
  }
  const lookFirst =
    onConflict === 'rename' ? () => findRenamed(graph, path, started) : () => findMade(graph, path)
  return graph.send({ method: 'POST', path: `${address}/children`, body }, lookFirst)
}

/** After a lost answer: the folder, if it is there now. */
async function findMade(graph: Graph, path: DrivePath): Promise<GraphAnswer | undefined> {
  const answer = await getItem(graph, path)
  return answer.status === 200 ? answer : undefined
}

/**
 * After a lost answer to a `rename`: the folder that this call made, whatever number OneDrive put behind it. The
 * youngest is taken, since the one that was in the way may be young as well.
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

/** What is there under the name: a folder that may be used, or an error that says what is in the way. */
async function existing(
  graph: Graph,
  path: DrivePath,
  options: MakeOptions,
  answer: GraphAnswer,
  started: number,
): Promise<Folder | undefined> {
  const found = answer.status === 200 ? answer : await getItemOrListed(graph, path)
  if (!found) {
    if (isSimilarName(answer)) throw taken(path, 'an item with a similar name', answer)
    return undefined
  }
  if (found.status === 404) {
    await missingParent(graph, path, options, found)
    return undefined
  }
  if (found.status !== 200) throw graphFailure(found, `Looking at "${showPath(path)}"`)
  const item = itemOf(found.json)
  if (!isFolder(item)) throw taken(path, item.package ? 'a notebook' : 'a file', answer)
  const ours = answer.repeated && isSince(item, found, started)
  if (ours || options.onConflict === 'reuse') return folderOf(path, item, ours)
  const hint = options.onConflict === 'rename' ? useFolder : `${useFolder}\n${makeAnother}`
  throw taken(path, 'a folder', answer, hint)
}

async function missingParent(
  graph: Graph,
  path: DrivePath,
  { parents }: MakeOptions,
  answer: GraphAnswer,
): Promise<void> {
  if (path.length === 1) throw noDrive(answer)
  const failure = graphFailure(answer, `Making "${showPath(path)}"`)
  if (failure.kind !== 'not-found') throw failure
  if (parents) {
    await makeParent(graph, path)
    return
  }
  throw noFolder(path, traceOf(answer))
}

/** The parent of this path is not there. */
function noFolder(path: DrivePath, { code, requestId, timestamp }: ErrorDetails): OdLinkError {
  return new OdLinkError('not-found', `There is no folder "${showPath(path.slice(0, -1))}".`, {
    hint:
      commandLine(['od-link', 'mkdir', '-p', showPath(path)]) ??
      'To make it as well, give mkdir the option -p.',
    code,
    requestId,
    timestamp,
  })
}

/** What Graph answers for a folder in a file is not documented, so one looks. */
async function refuseFileAsParent(graph: Graph, path: DrivePath, { parents }: MakeOptions): Promise<void> {
  for (let length = path.length - 1; length > 0; length -= 1) {
    const parent = path.slice(0, length)
    const found = await getItem(graph, parent)
    if (found.status !== 200) continue
    if (isFolder(itemOf(found.json))) return
    if (parents) throw taken(parent, 'a file', found)
    throw new OdLinkError('not-found', `"${showPath(parent)}" is a file, not a folder.`, {
      hint: 'Choose another parent.',
    })
  }
}

async function makeParent(graph: Graph, path: DrivePath): Promise<void> {
  await makeFolder(graph, path.slice(0, -1), { onConflict: 'reuse', parents: true })
}

function made(path: DrivePath, answer: GraphAnswer, { onConflict }: MakeOptions): Folder {
  const folder = folderOf(path, itemOf(answer.json), true)
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

function taken(path: DrivePath, what: string, answer: GraphAnswer, hint?: string): OdLinkError {
  return nameTaken(showPath(path), what, answer, hint)
}
