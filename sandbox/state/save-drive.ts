import type { Drive } from './drive.ts'
import type { Item } from './items.ts'
import type { SavedDrive, SavedItem } from './saved-drive.ts'

/** A drive in the form in which it is saved to a file. */
export function saveDrive(drive: Drive): SavedDrive {
  return { lastNumber: drive.ids.last, root: saveItem(drive.root) }
}

function saveItem(item: Item): SavedItem {
  const { id, uniqueId, name, created, modified, version, changes } = item
  const { fileSystemInfo, description, special, createdBy, modifiedBy, remote } = item
  return {
    ...{ id, uniqueId, name, created, modified, version, changes },
    ...(fileSystemInfo === undefined ? {} : { fileSystemInfo }),
    ...(description === undefined ? {} : { description }),
    ...(special === undefined ? {} : { special }),
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(modifiedBy === undefined ? {} : { modifiedBy }),
    ...(remote ? { remote } : {}),
    ...(item.children ? { children: [...item.children.values()].map(saveItem) } : {}),
    ...(item.content ? { content: item.content.toString('base64') } : {}),
  }
}
