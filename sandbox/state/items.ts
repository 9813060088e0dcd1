import { randomUUID } from 'node:crypto'
import { foldName } from './names.ts'

/**
 * The dates of a file on the owner's machine. Source: microsoft-graph-docs-contrib, resources/filesysteminfo.
 */
export interface FileSystemInfo {
  created: number
  modified: number
}

/** What a client can set on an item besides its name and content. */
export interface Properties {
  fileSystemInfo?: FileSystemInfo
  /** Saved on personal drives only. */
  description?: string
}

/** What a shortcut points to; it may be gone. */
export interface Remote {
  driveId: string
  id: string
}

/** A file, a folder, or a shortcut to a shared folder. */
export interface Item extends Properties {
  readonly id: string
  /** What the eTag of a work item holds. */
  readonly uniqueId: string
  name: string
  /** The folded name: its key among the children of its parent. */
  key: string
  /** Undefined for the root only. */
  parent?: Folder
  readonly created: number
  modified: number
  version: number
  /** A file's bytes; a folder's total, with everything in it. */
  size: number
  /** Grows with each change of a file's content or of anything inside a folder; the cTag is made from it. */
  changes: number
  /** The number of its last change in the drive's history. */
  sequence: number
  /** The number of its creation there; undefined for what an earlier run created. */
  born?: number
  /**
   * The special folder that this is: its name, or for an application's own folder `approot` and the client
   * id.
   */
  special?: string
  /** The number of a file's current version, once it was written again. */
  edition?: number
  /** The children of a folder, by folded name. */
  children?: Map<string, Item>
  /** The bytes of a file. */
  content?: Buffer
  /** The shared folder that a shortcut points to. */
  remote?: Remote
  /** User names; of an item without them, the owner's. */
  createdBy?: string
  modifiedBy?: string
}

export type Folder = Item & { children: Map<string, Item> }

/** A new folder, or a new file with `content`, or a new shortcut; without a parent yet. */
export function newItem(id: string, name: string, now: number, content?: Buffer | Remote): Item {
  const isFile = Buffer.isBuffer(content)
  return {
    ...{ id, uniqueId: randomUUID(), name, key: foldName(name) },
    ...{ created: now, modified: now, version: 1, changes: 1, sequence: 0 },
    size: isFile ? content.length : 0,
    ...(isFile ? { content } : content ? { remote: content } : { children: new Map() }),
  }
}

/** Whether an item can have children. */
export function isFolder(item: Item): item is Folder {
  return item.children !== undefined
}

/** Whether an item is this folder or anywhere inside it. */
export function isWithin(item: Item, folder: Item): boolean {
  for (let one: Item | undefined = item; one; one = one.parent) if (one === folder) return true
  return false
}

/** The ids of the folders that an item is in, the nearest first. */
export function foldersAbove({ parent }: Item): string[] {
  const ids: string[] = []
  for (let one = parent; one; one = one.parent) ids.push(one.id)
  return ids
}

/** Adds bytes to the size of an item and all folders above it. */
export function grow(item: Item, bytes: number): void {
  for (let one: Item | undefined = item; one; one = one.parent) one.size += bytes
}

/** An item and everything in it; each folder comes before its children. */
export function* withDescendants(item: Item): Generator<Item> {
  const pending: Item[] = [item]
  for (let one = pending.pop(); one; one = pending.pop()) {
    yield one
    if (one.children) pending.push(...[...one.children.values()].reverse())
  }
}
