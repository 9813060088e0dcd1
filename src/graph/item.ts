import type { DriveItem } from '@microsoft/microsoft-graph-types'
import { isJsonObject } from '../text/json.ts'
import { isName } from './path.ts'
import type { GraphAnswer } from './send-once.ts'

/** Real ones have less than a hundred characters. */
const longestId = 1_000
/** A path of 400 characters, each of them encoded. */
const longestUrl = 8_000

/**
 * What of an answer is a drive item: the fields that od-link wants, each as it should be or not there at all. The
 * name ends up in paths that scripts read, and the id in addresses that are asked later, so what can be neither is
 * not taken for one.
 */
export function itemOf(value: unknown): DriveItem {
  const { id, name, webUrl, createdDateTime, folder, file, remoteItem, ...rest } = isJsonObject(value)
    ? value
    : {}
  return {
    ...(isId(id) ? { id } : {}),
    ...(typeof name === 'string' && isName(name) ? { name } : {}),
    ...(typeof webUrl === 'string' && webUrl.length <= longestUrl ? { webUrl } : {}),
    ...(typeof createdDateTime === 'string' ? { createdDateTime } : {}),
    ...(isJsonObject(folder) ? { folder } : {}),
    ...(isJsonObject(file) ? { file } : {}),
    ...(isJsonObject(rest.package) ? { package: rest.package } : {}),
    ...(isJsonObject(remoteItem) ? { remoteItem } : {}),
  }
}

/** Encoded, `.` and `..` would still be steps in an address, and half a character cannot be encoded. */
function isId(id: unknown): id is string {
  return (
    typeof id === 'string' &&
    id !== '' &&
    id.length <= longestId &&
    !/^\.{1,2}$/.test(id) &&
    id.isWellFormed()
  )
}

/** A notebook of OneNote is shown as a folder with a `package`, a shortcut to a shared folder as a `remoteItem`. */
export function isFolder(item: DriveItem): boolean {
  return Boolean(item.folder ?? item.remoteItem?.folder) && !item.package
}

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
