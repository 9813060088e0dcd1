import { randomUUID } from 'node:crypto'
import { foldName } from './names.ts'

/** The two dates of a file as its owner's machine has them. Source: microsoft-graph-docs-contrib, resources/filesysteminfo. */
export interface FileSystemInfo {
  created: number
  modified: number
}

/** What a client keeps beside the bytes of a file, or of a folder. */
export interface Properties {
  fileSystemInfo?: FileSystemInfo
  /** Kept by personal drives alone. */
  description?: string
}

/** A file or a folder. */
export interface Item extends Properties {
  readonly id: string
  /** What the eTag of a work item holds. */
  readonly uniqueId: string
  name: string
  /** The folded name: its place among the children of its parent. */
  key: string
  /** Nothing for the root alone. */
  parent?: Folder
  readonly created: number
  modified: number
  version: number
  /** Of a file its bytes, of a folder the bytes of all that is in it. */
  size: number
  /** Grows with each change of the item or of what is in it: the heart of a cTag. */
  changes: number
  /** When it changed last, as the drive counts. */
  sequence: number
  /** The name of the special folder that it is, of an application's own with the application's id. */
  special?: string
  /** The children of a folder, by folded name. */
  children?: Map<string, Item>
  /** The bytes of a file. */
  content?: Buffer
}

export type Folder = Item & { children: Map<string, Item> }

/** A folder that lies nowhere yet, or with its bytes a file. */
export function newItem(id: string, name: string, now: number, content?: Buffer): Item {
  return {
    ...{ id, uniqueId: randomUUID(), name, key: foldName(name) },
    ...{ created: now, modified: now, version: 1, size: content?.length ?? 0, changes: 0, sequence: 0 },
    ...(content ? { content } : { children: new Map() }),
  }
}

export function isFolder(item: Item): item is Folder {
  return item.children !== undefined
}

/** Whether an item is a folder's own self, or lies anywhere in it. */
export function isWithin(item: Item, folder: Item): boolean {
  for (let one: Item | undefined = item; one; one = one.parent) if (one === folder) return true
  return false
}

/** Counts bytes that came, or went, in an item and all that it lies in. */
export function grow(item: Item, bytes: number): void {
  for (let one: Item | undefined = item; one; one = one.parent) one.size += bytes
}

/** An item and all that is in it, each folder before its children. */
export function* everything(item: Item): Generator<Item> {
  const pending: Item[] = [item]
  for (let one = pending.pop(); one; one = pending.pop()) {
    yield one
    if (one.children) pending.push(...[...one.children.values()].reverse())
  }
}
