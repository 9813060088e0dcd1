import { OdLinkError } from '../../errors.ts'
import type { GraphAnswer } from '../answer.ts'
import { addressOf, followShortcutAbove, getItem } from '../drive.ts'
import { means, redeemFirst } from '../error-codes.ts'
import { graphFailure, placeGone, traceOf } from '../errors.ts'
import { itemOf } from '../item.ts'
import { isPathIgnored, type Place, parentOf, showPlace } from '../place.ts'
import type { Graph } from '../request.ts'
import { mayBeShortcut, mostShortcuts, targetOf } from '../shortcuts.ts'
import { type FileItem, fileItemOf } from './file-item.ts'

/** An item, and where it really is: behind a shortcut, in the drive that the shortcut leads to. */
export interface Found {
  item: FileItem
  place: Place
  /** The item that a shortcut stands for. */
  behind: Place | undefined
  answer: GraphAnswer
}

/**
 * The item at a place. A path may lead through shortcuts.
 * @throws OdLinkError (not-found) when nothing is there.
 */
export async function findItem(graph: Graph, place: Place): Promise<Found> {
  const found = await lookUp(graph, place)
  if (found.item) return found
  throw (await goneStart(graph, found.place, found.answer)) ?? noItem(place, found.answer)
}

/**
 * The error where not the path but what it starts from is gone: the folder of a saved drive, or what a shortcut stands for.
 * @param place where nothing was found.
 * @param answer that said so.
 */
export async function goneStart(
  graph: Graph,
  place: Place,
  answer?: GraphAnswer,
): Promise<OdLinkError | undefined> {
  if (place.item === undefined) return undefined
  const start = { ...place, path: [] }
  const first = place.path.length === 0 && answer ? answer : await getItem(graph, start)
  return means(first, 'notFound') ? placeGone(start, first) : undefined
}

/** The same, but what a shortcut at the end of the path stands for. */
export async function findTarget(graph: Graph, place: Place): Promise<Found> {
  let found = await findItem(graph, place)
  for (let shortcuts = 0; found.behind && shortcuts < mostShortcuts; shortcuts += 1)
    found = await findItem(graph, found.behind)
  return found
}

/** The same, for callers that go on when nothing is there. @returns what was found, or the refusal and where it came from. */
export async function lookUp(
  graph: Graph,
  place: Place,
): Promise<Found | { item: undefined; place: Place; answer: GraphAnswer }> {
  let here = place
  for (let shortcuts = 0; ; shortcuts += 1) {
    const answer = await graph.send({ method: 'GET', path: await addressOf(graph, here) })
    if (answer.status === 200 && isPathIgnored(here, itemOf(answer.json))) {
      here = { ...here, byKeys: true }
      continue
    }
    if (answer.status === 200) {
      const behind = targetOf(here, itemOf(answer.json))
      return { item: fileItemOf(answer.json), place: here, behind, answer }
    }
    const mayLead = mayBeShortcut(answer) && shortcuts < mostShortcuts
    const behind = mayLead ? await followShortcutAbove(graph, here) : undefined
    if (!behind) {
      if (means(answer, 'notFound')) return { item: undefined, place: here, answer }
      throw graphFailure(answer, `Reading "${showPlace(here)}"`)
    }
    here = behind
  }
}

/** Nothing is at a place. */
export function noItem(place: Place, answer?: GraphAnswer): OdLinkError {
  const { path } = place
  const args = [showPlace(parentOf(place))]
  return new OdLinkError('not-found', `There is nothing at "${showPlace(place)}".`, {
    reason: 'no-such-item',
    next: [
      ...(answer ? redeemFirst(answer) : []),
      ...(path.length === 0 ? [] : [{ intro: 'To see what is there:', verb: 'ls', args }]),
    ],
    ...(answer ? traceOf(answer) : {}),
  })
}
