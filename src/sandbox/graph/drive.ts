import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Account } from '../users.ts'
import { checkName, foldName } from './names.ts'

/** A file or a folder. */
export interface Item {
  readonly id: string
  /** What the eTag of a work item holds. */
  readonly uniqueId: string
  name: string
  /** Nothing for the root alone. */
  parent?: Folder
  readonly created: number
  modified: number
  version: number
  /** The children of a folder, by folded name. */
  children?: Map<string, Item>
  /** The bytes of a file. */
  content?: Buffer
}

export type Folder = Item & { children: Map<string, Item> }

export function isFolder(item: Item): item is Folder {
  return item.children !== undefined
}

/** Source: onedrive-api-docs, resources/quota; the sizes of a free personal and an ordinary work drive. */
const quotas = { personal: 5 * 1024 ** 3, work: 1024 ** 4 }

/** One OneDrive: items by id, and by name in each folder, each found at once however many there are. */
export class Drive {
  readonly owner: Account
  readonly id: string
  readonly root: Folder
  readonly total: number
  used = 0
  #now: () => number
  #byId = new Map<string, Item>()
  #sorted = new WeakMap<Folder, Item[]>()
  #tag: string
  #lastNumber = 100

  constructor(owner: Account, now: () => number) {
    const digest = createHash('sha512').update(`drive of ${owner.username.toLowerCase()}`).digest()
    this.owner = owner
    this.#now = now
    this.total = quotas[owner.kind]
    this.#tag = base32(digest).slice(0, 6)
    // Shapes: onedrive-api-docs, api/drive_get and driveitem_get.
    this.id = owner.kind === 'work' ? `b!${digest.subarray(0, 48).toString('base64url')}` : owner.graphId
    this.root = this.#make('root', undefined) as Folder
  }

  find(id: string): Item | undefined {
    return id === 'root' ? this.root : this.#byId.get(id)
  }

  /** The child of that name, whatever its case. */
  child(folder: Folder, name: string): Item | undefined {
    return folder.children.get(foldName(name))
  }

  /** The item at a path below another one. */
  walk(from: Item, names: string[]): Item | undefined {
    let item: Item | undefined = from
    for (const name of names) item = item && isFolder(item) ? this.child(item, name) : undefined
    return item
  }

  /** The children in the order of their folded names, those after a name first where one is given. */
  list(folder: Folder, after = ''): Item[] {
    let sorted = this.#sorted.get(folder)
    if (!sorted) {
      sorted = [...folder.children].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, item]) => item)
      this.#sorted.set(folder, sorted)
    }
    if (after === '') return sorted
    const start = sorted.findIndex((item) => foldName(item.name) > after)
    return start < 0 ? [] : sorted.slice(start)
  }

  /**
   * Puts a new folder, or a new file with its bytes, under a name that is free.
   * @throws GraphError for a name that OneDrive refuses.
   */
  add(parent: Folder, name: string, content?: Buffer): Item {
    checkName(name, {
      kind: this.owner.kind,
      atTop: parent === this.root,
      isFolder: content === undefined,
      parentPath: this.path(parent),
      libraryPath: this.owner.kind === 'work' ? this.libraryPath : '',
    })
    const item = this.#make(name, parent, content)
    parent.children.set(foldName(name), item)
    this.#touch(parent)
    this.used += content?.length ?? 0
    return item
  }

  /** Gives a file other bytes. */
  overwrite(file: Item, content: Buffer): void {
    this.used += content.length - (file.content?.length ?? 0)
    file.content = content
    file.version++
    file.modified = this.#now()
  }

  /** Takes an item away, and all that is in it. */
  remove(item: Item): void {
    if (!item.parent) return
    item.parent.children.delete(foldName(item.name))
    this.#touch(item.parent)
    const pending: Item[] = [item]
    for (let one = pending.pop(); one; one = pending.pop()) {
      this.#byId.delete(one.id)
      this.used -= one.content?.length ?? 0
      if (one.children) pending.push(...one.children.values())
    }
  }

  /** The decoded path from the root: empty for the root, else `/a/b`. */
  path(item: Item): string {
    let path = ''
    for (let one = item; one.parent; one = one.parent) path = `/${one.name}${path}`
    return path
  }

  /** Where SharePoint keeps a work drive: `/personal/ada_contoso_example/Documents`. */
  get libraryPath(): string {
    return `/personal/${this.owner.username.toLowerCase().replace(/[^a-z0-9]/g, '_')}/Documents`
  }

  #make(name: string, parent: Folder | undefined, content?: Buffer): Item {
    const now = this.#now()
    const item: Item = {
      id: this.#newId(),
      uniqueId: randomUUID(),
      name,
      created: now,
      modified: now,
      version: 1,
    }
    if (parent) item.parent = parent
    if (content) item.content = content
    else item.children = new Map()
    this.#byId.set(item.id, item)
    return item
  }

  /** Work: 34 characters with the drive's own in front; personal: the drive's id and a number. Ids are never reused. */
  #newId(): string {
    if (this.owner.kind === 'work') return `01${this.#tag}${base32(randomBytes(17)).slice(0, 26)}`
    return `${this.id.toUpperCase()}!${++this.#lastNumber}`
  }

  #touch(folder: Folder): void {
    this.#sorted.delete(folder)
    folder.modified = this.#now()
  }
}

function base32(bytes: Buffer): string {
  let bits = ''
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  return (bits.match(/.{5}/g) ?? [])
    .map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five, 2)])
    .join('')
}
