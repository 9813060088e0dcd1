import type { FileItem } from '../../graph/files/file-item.ts'
import { type Place, showPlace } from '../../graph/place.ts'
import { isoTime } from '../../text/format.ts'

/** An item as the commands for files print it in JSON. @param place where it is. */
export function itemAsJson(place: Place, item: FileItem): object {
  const { id, name, kind, size, modified, webUrl, target } = item
  return {
    path: showPlace(place),
    name: name ?? null,
    type: kind,
    size: size ?? null,
    modified: modified === undefined ? null : isoTime(modified),
    id: id ?? null,
    webUrl: webUrl ?? null,
    ...(target
      ? { target: { type: target.isFolder ? 'folder' : 'file', webUrl: target.webUrl ?? null } }
      : {}),
  }
}
