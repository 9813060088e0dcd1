import type { Drive } from './drive.ts'
import type { Item } from './items.ts'
import type { SavedDrive, SavedItem } from './saved-drive.ts'
import type { Version } from './versions.ts'

/** A drive in the form in which it is saved to a file. */
export function saveDrive(drive: Drive): SavedDrive {
  const bin = drive.bin.all().map(({ item, parent }) => ({ parent: parent.id, item: saveItem(drive, item) }))
  return {
    lastNumber: drive.ids.last,
    root: saveItem(drive, drive.root),
    ...(bin.length > 0 ? { bin } : {}),
  }
}

function saveItem(drive: Drive, item: Item): SavedItem {
  const { id, uniqueId, name, created, modified, version, changes } = item
  const { fileSystemInfo, description, special, createdBy, modifiedBy, remote, edition } = item
  const versions = drive.versions.of(item).toReversed()
  return {
    ...{ id, uniqueId, name, created, modified, version, changes },
    ...(fileSystemInfo === undefined ? {} : { fileSystemInfo }),
    ...(description === undefined ? {} : { description }),
    ...(special === undefined ? {} : { special }),
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(modifiedBy === undefined ? {} : { modifiedBy }),
    ...(remote ? { remote } : {}),
    ...(item.children
      ? { children: [...item.children.values()].map((child) => saveItem(drive, child)) }
      : {}),
    ...(item.content ? { content: item.content.toString('base64') } : {}),
    ...(edition === undefined ? {} : { edition }),
    ...(versions.length > 0 ? { versions: versions.map(saveVersion) } : {}),
  }
}

function saveVersion({ number, modified, content }: Version) {
  return { number, modified, content: content.toString('base64') }
}
