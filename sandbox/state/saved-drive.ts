import { list, number, type Reader, record, text } from '../server/shape.ts'
import type { FileSystemInfo, Folder, Item, Remote } from './items.ts'
import { foldName } from './names.ts'
import type { Version, Versions } from './versions.ts'

/** A saved item: a file with its content in base64, a folder with the list of its children, or a shortcut. */
export interface SavedItem {
  id: string
  uniqueId: string
  name: string
  created: number
  modified: number
  version: number
  /** What its cTag is made from; left out by earlier versions. */
  changes?: number
  fileSystemInfo?: FileSystemInfo
  description?: string
  special?: string
  createdBy?: string
  modifiedBy?: string
  children?: SavedItem[]
  content?: string
  /** Of a file that was written again: the number of its current version, and the earlier ones, oldest first. */
  edition?: number
  versions?: SavedVersion[]
  remote?: Remote
}

interface SavedVersion {
  number: number
  modified: number
  content: string
}

export interface SavedDrive {
  /** The last number used for an item id on a personal drive: ids are never reused. */
  lastNumber: number
  root: SavedItem
  /** The recycle bin, oldest first: what was deleted, and the id of the folder that it was in. */
  bin?: { parent: string; item: SavedItem }[]
}

/** Restores an item and everything in it. @param earlier where the earlier versions of files go. */
export function restoreItem(saved: SavedItem, earlier: Versions): Item {
  const { children, content, versions, changes = saved.version, ...kept } = saved
  const item: Item = { ...kept, key: foldName(saved.name), size: 0, changes, sequence: 0 }
  if (item.remote) return item
  if (children === undefined) {
    item.content = Buffer.from(content ?? '', 'base64')
    item.size = item.content.length
    if (versions) earlier.restore(item, versions.map(readVersion))
    return item
  }
  item.children = new Map()
  for (const child of children.map((one) => restoreItem(one, earlier))) {
    child.parent = item as Folder
    item.children.set(child.key, child)
    item.size += child.size
  }
  return item
}

function readVersion({ content, ...kept }: SavedVersion): Version {
  return { ...kept, content: Buffer.from(content, 'base64') }
}

const anyText: Reader<string> = (value, where) => (value === '' ? '' : text(value, where))

const base64: Reader<string> = (value, where) => {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(anyText(value, where))) throw new Error(`${where} must be base64.`)
  return value as string
}

const itemShape = record(
  {
    ...{ id: text, uniqueId: text, name: text, created: number(), modified: number(), version: number(0) },
    changes: number(0),
    fileSystemInfo: record({ created: number(), modified: number() }, ['created', 'modified']),
    ...{ description: anyText, special: text, content: base64, createdBy: text, modifiedBy: text },
    edition: number(1),
    versions: list(
      record({ number: number(1), modified: number(), content: base64 }, ['number', 'modified', 'content']),
    ),
    remote: record({ driveId: text, id: text }, ['driveId', 'id']),
    children: (value: unknown, where: string): SavedItem[] => list(readItem)(value, where),
  },
  ['id', 'uniqueId', 'name', 'created', 'modified', 'version'],
)

const readItem: Reader<SavedItem> = (value, where) => {
  const item = itemShape(value, where)
  const kinds = [item.children, item.content, item.remote].filter((one) => one !== undefined)
  if (kinds.length !== 1) {
    throw new Error(`${where} must have either children or content or remote.`)
  }
  const keys = new Set(item.children?.map((child) => foldName(child.name)))
  if (keys.size !== (item.children?.length ?? 0))
    throw new Error(`${where}.children contains the same name twice.`)
  return item
}

const driveShape = record(
  {
    ...{ lastNumber: number(0), root: readItem },
    bin: list(record({ parent: text, item: readItem }, ['parent', 'item'])),
  },
  ['lastNumber', 'root'],
)

/** Reads a drive from a file. @throws an Error with a plain sentence that names the bad field. */
export const readSavedDrive: Reader<SavedDrive> = (value, where) => {
  const drive = driveShape(value, where)
  if (drive.root.children === undefined) throw new Error(`${where}.root must be a folder.`)
  return drive
}
