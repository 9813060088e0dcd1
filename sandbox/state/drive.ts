import { type Deletion, History } from './history.ts'
import { driveIdOf, ItemIds } from './ids.ts'
import {
  type Folder,
  foldersAbove,
  grow,
  type Item,
  isFolder,
  newItem,
  type Properties,
  type Remote,
  withDescendants,
} from './items.ts'
import { checkName, foldName, foldSimilar } from './names.ts'
import { RecycleBin } from './recycle-bin.ts'
import { restoreItem, type SavedDrive } from './saved-drive.ts'
import { isLibrary, type Owner } from './sites.ts'
import { indexAfter } from './sorted.ts'
import type { Account } from './users.ts'
import { Versions } from './versions.ts'

/**
 * Source: onedrive-api-docs, resources/quota; the sizes of a free personal drive, an ordinary work drive and a site.
 */
const quotas = { personal: 5 * 1024 ** 3, business: 1024 ** 4, documentLibrary: 25 * 1024 ** 4 }

/** A drive: a person's OneDrive or a library of a site. Items are indexed by id, and by name in each folder. */
export class Drive {
  readonly owner: Owner
  readonly id: string
  readonly root: Folder
  readonly total: number
  /** Source: onedrive-api-docs, resources/drive. */
  readonly driveType: 'personal' | 'business' | 'documentLibrary'
  /** The path in SharePoint: `/personal/ada_contoso_example/Documents`, `/sites/team/Shared Documents`. */
  readonly libraryPath: string
  readonly ids: ItemIds
  readonly history: History
  readonly versions = new Versions()
  readonly bin = new RecycleBin()
  /** How often its id was sent, for drives whose id changes case. */
  spelled = 0
  readonly checkedOut = new Set<Item>()
  readonly followed = new Set<Item>()
  /** Files whose first upload session was lost, for drives of that mood. */
  readonly lostUploads = new WeakSet<Item>()
  /** Called after each change. */
  changed: () => void = () => {}
  /** Who is changing it now. */
  actor: () => Account | undefined = () => undefined
  #now: () => number
  #special = new Map<string, Item>()
  #byId = new Map<string, Item>()
  #sorted = new WeakMap<Folder, Item[]>()

  constructor(owner: Owner, now: () => number, saved?: SavedDrive) {
    this.owner = owner
    this.#now = now
    this.history = new History(now)
    this.driveType = isLibrary(owner) ? 'documentLibrary' : owner.kind === 'work' ? 'business' : 'personal'
    this.total = owner.quota ?? quotas[this.driveType]
    this.libraryPath = isLibrary(owner)
      ? owner.path
      : `/personal/${owner.username.toLowerCase().replace(/[^a-z0-9]/g, '_')}/Documents`
    this.id = driveIdOf(owner)
    this.ids = new ItemIds(owner, this.id, saved?.lastNumber)
    this.root = saved
      ? (restoreItem(saved.root, this.versions) as Folder)
      : (newItem(this.ids.next(), 'root', now()) as Folder)
    for (const item of withDescendants(this.root)) {
      this.#byId.set(item.id, item)
      if (item.special !== undefined) this.#special.set(item.special, item)
    }
    this.#refill(saved?.bin ?? [])
  }

  /** Fills the recycle bin as an earlier run saved it. */
  #refill(saved: NonNullable<SavedDrive['bin']>): void {
    const deleted = saved.map(({ item, parent }) => ({ item: restoreItem(item, this.versions), parent }))
    const folders = new Map<string, Item>()
    for (const { item } of deleted) for (const one of withDescendants(item)) folders.set(one.id, one)
    for (const { item, parent } of deleted) {
      // A folder that is gone for good stands for itself: nothing can be restored into it.
      const folder = this.find(parent) ?? folders.get(parent) ?? newItem(parent, '', this.#now())
      item.parent = folder as Folder
      this.bin.add(item, folder as Folder)
    }
  }

  /** The bytes of all files. */
  get used(): number {
    return this.root.size
  }

  find(id: string): Item | undefined {
    return id === 'root' ? this.root : this.#byId.get(id)
  }

  /** The item whose eTag holds this GUID. */
  findUnique(uniqueId: string): Item | undefined {
    return [...this.#byId.values()].find((item) => item.uniqueId === uniqueId.toLowerCase())
  }

  /** The child with that name, ignoring case. */
  child(folder: Folder, name: string): Item | undefined {
    return folder.children.get(foldName(name))
  }

  /** A child whose name only looks different, on a drive where such names conflict. */
  similar(folder: Folder, name: string): Item | undefined {
    if (this.owner.moods.similarNames === 'different') return undefined
    const wanted = foldSimilar(name)
    return [...folder.children.values()].find(
      (child) => child.key !== foldName(name) && foldSimilar(child.name) === wanted,
    )
  }

  /** Whether a path ends at a name that only looks different from an existing one. */
  meetsSimilar(from: Item, names: string[]): boolean {
    let item: Item | undefined = from
    for (const name of names) {
      if (!item || !isFolder(item)) return false
      const child: Item | undefined = this.child(item, name)
      if (!child) return this.similar(item, name) !== undefined
      item = child
    }
    return false
  }

  /** The item at a path below another one, optionally as of a number in the history: newer items are not found. */
  walk(from: Item, names: string[], asOf = Number.POSITIVE_INFINITY): Item | undefined {
    let item: Item | undefined = from
    for (const name of names) {
      item = item && isFolder(item) ? this.child(item, name) : undefined
      if ((item?.born ?? 0) > asOf) return undefined
    }
    return item
  }

  /** The children in the order of their folded names, optionally only those after a given one. */
  list(folder: Folder, after = ''): Item[] {
    let sorted = this.#sorted.get(folder)
    if (!sorted) {
      sorted = [...folder.children.values()].sort((one, other) => (one.key < other.key ? -1 : 1))
      this.#sorted.set(folder, sorted)
    }
    return after === '' ? sorted : sorted.slice(indexAfter(sorted, after))
  }

  /**
   * Adds a new folder, or a new file with `content`, or a new shortcut, under a free name.
   * @throws GraphError for a name that OneDrive refuses.
   */
  add(parent: Folder, name: string, content?: Buffer | Remote): Item {
    this.#check(parent, name, content === undefined)
    const item = newItem(this.ids.next(), name, this.#now(), content)
    this.#sign(item)
    if (item.modifiedBy) item.createdBy = item.modifiedBy
    item.born = this.history.next()
    this.#byId.set(item.id, item)
    this.#attach(item, parent)
    this.changed()
    return item
  }

  /** Replaces the content of a file. */
  overwrite(file: Item, content: Buffer): void {
    this.versions.keep(file)
    grow(file, content.length - file.size)
    file.content = content
    file.changes++
    if (file.fileSystemInfo) file.fileSystemInfo = { ...file.fileSystemInfo, modified: this.#now() }
    this.#renew(file)
    this.changed()
  }

  /** Saves the properties that a client sets on an item. */
  describe(item: Item, properties: Properties): void {
    Object.assign(item, properties)
    this.#renew(item)
    this.changed()
  }

  /**
   * Renames or moves an item, or both. The caller has checked that the name is free and that the folder is
   * not inside the item.
   * @throws GraphError for a name that OneDrive refuses.
   */
  move(item: Item, parent: Folder, name: string): void {
    this.#check(parent, name, isFolder(item))
    if (parent !== item.parent) this.history.moved({ id: item.id, above: foldersAbove(item) })
    this.#detach(item)
    item.name = name
    item.key = foldName(name)
    this.#attach(item, parent)
    this.#renew(item)
    this.changed()
  }

  /** The special folder with that mark, unless it was deleted. */
  special(mark: string): Item | undefined {
    const item = this.#special.get(mark)
    return item && this.#byId.get(item.id)
  }

  markSpecial(folder: Folder, mark: string): Folder {
    if (folder.special === mark) return folder
    folder.special = mark
    this.#special.set(mark, folder)
    this.changed()
    return folder
  }

  /** Deletes an item and everything in it: into the recycle bin, or for good. */
  remove(item: Item, forGood = false): void {
    const { parent } = item
    if (!parent) return
    for (const one of withDescendants(item)) {
      this.#byId.delete(one.id)
      this.history.deleted(this.deletionOf(one))
      if (forGood) this.versions.forget(one)
    }
    this.#detach(item)
    if (!forGood) this.bin.add(item, parent)
    this.changed()
  }

  /**
   * Brings an item back from the recycle bin. The caller has checked that the name is free.
   * @throws GraphError for a name that OneDrive refuses.
   */
  restore(item: Item, parent: Folder, name: string): void {
    this.#check(parent, name, isFolder(item))
    this.bin.take(item.id)
    item.name = name
    item.key = foldName(name)
    this.#attach(item, parent)
    for (const one of withDescendants(item)) {
      this.#byId.set(one.id, one)
      one.sequence = this.history.next()
    }
    this.changed()
  }

  /** What a delta reports of an item that is gone. */
  deletionOf(item: Item): Deletion {
    const { id, name, size } = item
    return {
      id,
      name,
      size,
      isFolder: isFolder(item),
      above: foldersAbove(item),
      sequence: this.history.last,
    }
  }

  /** The decoded path from the root: empty for the root, else `/a/b`. */
  path(item: Item): string {
    let path = ''
    for (let one = item; one.parent; one = one.parent) path = `/${one.name}${path}`
    return path
  }

  #check(parent: Folder, name: string, folder: boolean): void {
    checkName(name, {
      kind: this.owner.kind,
      atTop: parent === this.root,
      isFolder: folder,
      parentPath: this.path(parent),
      libraryPath: this.owner.kind === 'work' ? this.libraryPath : '',
    })
  }

  #attach(item: Item, parent: Folder): void {
    item.parent = parent
    parent.children.set(item.key, item)
    grow(parent, item.size)
    this.#touch(parent)
    item.sequence = this.history.next()
  }

  #detach(item: Item): void {
    const { parent } = item
    if (!parent) return
    parent.children.delete(item.key)
    grow(parent, -item.size)
    this.#touch(parent)
  }

  #sign(item: Item): void {
    const by = this.actor()
    if (by) item.modifiedBy = by.username
  }

  /** After a change of the item itself. Whether its content has changed as well is up to the caller. */
  #renew(item: Item): void {
    item.version++
    this.#sign(item)
    if (item.parent) this.#count(item.parent)
    item.sequence = this.history.next()
    item.modified = this.#now()
  }

  #touch(folder: Folder): void {
    this.#sorted.delete(folder)
    this.#count(folder)
    folder.sequence = this.history.next()
    folder.modified = this.#now()
  }

  /** A change inside of a folder is one of its content, and of the content of all folders above it. */
  #count(folder: Folder): void {
    for (let one: Folder | undefined = folder; one; one = one.parent) one.changes++
  }
}
