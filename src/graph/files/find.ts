import { OdLinkError } from '../../errors.ts'
import type { GraphAnswer } from '../answer.ts'
import { addressOf } from '../drive.ts'
import { means } from '../error-codes.ts'
import { graphFailure, traceOf } from '../errors.ts'
import { type Place, parentOf, showPlace } from '../place.ts'
import type { Graph } from '../request.ts'
import { type FileItem, fileItemOf } from './file-item.ts'

/**
 * The item at a place.
 * @throws OdLinkError (not-found) when nothing is there.
 */
export async function findItem(graph: Graph, place: Place): Promise<FileItem> {
  const found = await lookUp(graph, place)
  if (found.item) return found.item
  throw noItem(place, found.answer)
}

/** The same, for callers that go on when nothing is there. @returns the item, or the refusal. */
export async function lookUp(
  graph: Graph,
  place: Place,
): Promise<{ item: FileItem; answer: GraphAnswer } | { item: undefined; answer: GraphAnswer }> {
  const answer = await graph.send({ method: 'GET', path: await addressOf(graph, place) })
  if (answer.status === 200) return { item: fileItemOf(answer.json), answer }
  if (means(answer, 'notFound')) return { item: undefined, answer }
  throw graphFailure(answer, `Reading "${showPlace(place)}"`)
}

/** Nothing is at a place. */
export function noItem(place: Place, answer?: GraphAnswer): OdLinkError {
  const { path } = place
  const args = [showPlace(parentOf(place))]
  return new OdLinkError('not-found', `There is nothing at "${showPlace(place)}".`, {
    reason: 'no-such-item',
    next: path.length === 0 ? [] : [{ intro: 'To see what is there:', verb: 'ls', args }],
    ...(answer ? traceOf(answer) : {}),
  })
}
