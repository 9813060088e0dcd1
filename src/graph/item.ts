import type { DriveItem, RemoteItem } from '@microsoft/microsoft-graph-types'
import { isJsonObject } from '../text/json.ts'
import type { GraphAnswer } from './answer.ts'
import { type DrivePath, foldName, isName } from './path.ts'

/** Real ones have less than a hundred characters. */
const longestId = 1_000
/** A path of 400 characters, each of them encoded. */
const longestUrl = 8_000

/**
 * The drive item in an answer: the fields that od-link reads, each valid or absent. Names end up in paths that scripts read,
 * and IDs in URLs that are requested later, so a value that cannot be one is left out.
 */
export function itemOf(value: unknown): DriveItem {
  const json = isJsonObject(value) ? value : {}
  const { createdDateTime, remoteItem } = json
  const item: DriveItem = fieldsOf(json)
  if (typeof createdDateTime === 'string') item.createdDateTime = createdDateTime
  // What a shortcut points to. Only its IDs are left of a target that is gone.
  if (isJsonObject(remoteItem)) item.remoteItem = fieldsOf(remoteItem)
  return item
}

/** The fields that an item and what a shortcut points to have in common. */
function fieldsOf(json: Record<string, unknown>): RemoteItem & DriveItem {
  const { id, name, webUrl, folder, file, package: notebook, parentReference } = json
  const item: RemoteItem & DriveItem = {}
  // Not one object spread into another for each: a folder may have a hundred thousand items.
  if (isId(id)) item.id = id
  if (typeof name === 'string' && isName(name)) item.name = name
  if (typeof webUrl === 'string' && webUrl.length <= longestUrl) item.webUrl = webUrl
  if (isJsonObject(folder)) item.folder = folder
  if (isJsonObject(file)) item.file = file
  if (isJsonObject(notebook)) item.package = notebook
  if (isJsonObject(parentReference)) item.parentReference = referenceOf(parentReference)
  return item
}

function referenceOf({
  id,
  driveId,
  path,
}: Record<string, unknown>): NonNullable<DriveItem['parentReference']> {
  return {
    ...(isId(id) ? { id } : {}),
    ...(isId(driveId) ? { driveId } : {}),
    ...(typeof path === 'string' && path.length <= longestUrl ? { path } : {}),
  }
}

/**
 * Whether an item is certainly not in the folder where it was created: China's cloud was seen to ignore the path after an
 * ID. Items of shared drives often lack a path, and IDs of personal drives change their case. rclone/rclone#3973
 * @param where the folder, by its ID, by its path from the root, or both.
 */
export function isMisplaced(item: DriveItem, where: { id?: string; path?: DrivePath }): boolean {
  const { id, path } = item.parentReference ?? {}
  if (where.id !== undefined && id) return id.toLowerCase() !== where.id.toLowerCase()
  const names = /^[^:]*\/root:(.*)$/.exec(path ?? '')?.[1]
  if (where.path === undefined || names === undefined) return false
  const wanted = foldName(where.path.map((name) => `/${name}`).join(''))
  // Some services encode it.
  return foldName(names) !== wanted && foldName(decoded(names)) !== wanted
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** Even encoded, `.` and `..` would be steps in a URL, and half a character cannot be encoded. */
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

/** How much the time that the answer travelled may distort the comparison of clocks. */
const clockDoubtMs = 250

/**
 * Whether an item may have been created after `started`, by the server's clock: then it is the work of an attempt whose
 * answer was lost, and not a conflict. The clocks are compared by the answer's Date, which has whole seconds, like the items
 * of some drives; in doubt the item is ours.
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
