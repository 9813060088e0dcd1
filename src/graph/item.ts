import type { DriveItem } from '@microsoft/microsoft-graph-types'
import { isJsonObject } from '../text/json.ts'
import { isName } from './path.ts'

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
