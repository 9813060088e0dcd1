import type { DriveItem } from '@microsoft/microsoft-graph-types'
import type { GraphAnswer } from './send-once.ts'

/** How far the answer's own travel time may have blurred the comparison of clocks. */
const clockDoubtMs = 250

/**
 * Whether an item may have been made after `started`, by the server's clock: then it is the work of an attempt whose
 * answer was lost, and no conflict. The clocks are compared by the answer's Date, which has whole seconds, as the
 * items of some drives do; in doubt the item is ours.
 */
export function isSince(item: DriveItem, answer: GraphAnswer, started: number): boolean {
  const created = Date.parse(item.createdDateTime ?? '')
  const serverNow = Date.parse(answer.headers.date ?? '')
  if (Number.isNaN(created) || Number.isNaN(serverNow)) return true
  const wholeSeconds = !/\.\d*[1-9]/.test(item.createdDateTime ?? '')
  const latestCreation = created + (wholeSeconds ? 1_000 : 0)
  const earliestStart = started + (serverNow - Date.now()) - clockDoubtMs
  return latestCreation >= earliestStart
}
