import { type DrivePath, foldName, sameName } from '../path.ts'
import { showPlace } from '../place.ts'

/** A folder to create, or one of its parents. */
export class Folder {
  children: Folder[] | undefined
  /** How many levels lie below it; known once the tree is closed. */
  height = 0
  /** Whether a line of the list names it; otherwise it is a parent of one. */
  named = false

  constructor(
    /** Its position in the order in which folders were first met; the root is 0. */
    readonly index: number,
    /** Of the root: what is shown before a path, such as `team:` (place.ts). */
    public name: string,
    readonly parent: Folder | undefined,
  ) {}

  /** The names from the root down. */
  get path(): DrivePath {
    const names: string[] = []
    for (let one: Folder = this; one.parent; one = one.parent) names.push(one.name)
    return names.reverse()
  }
}

/** Up to this many children are searched one by one; more get an index. */
const few = 8

/**
 * The distinct folders of a list, as a tree below the place where its paths begin. Spellings that OneDrive does not distinguish are one
 * folder, and the first one counts. Its size depends on the number of folders, not of lines.
 */
export class FolderTree {
  readonly root: Folder
  /** The number of folders below the root. */
  size = 0
  /** The number of those that a line names. */
  named = 0
  /** Whether no line was added, not even the one that names the place itself (`.`). */
  isEmpty = true
  #indexes = new Map<Folder, Map<string, Folder>>()
  /** The folder that was added last, with its path: sorted lists continue from there. */
  #last: { path: DrivePath; folders: Folder[] } = { path: [], folders: [] }

  /** @param prefix what is shown before a path. */
  constructor(prefix = '') {
    this.root = new Folder(0, prefix, undefined)
  }

  /** Adds a folder that a line names. */
  add(path: DrivePath): void {
    this.isEmpty = false
    const folders = this.#shared(path)
    let folder = folders.at(-1) ?? this.root
    for (let depth = folders.length; depth < path.length; depth += 1) {
      const name = path[depth] ?? ''
      folder = this.#child(folder, name) ?? this.#grow(folder, name)
      folders.push(folder)
    }
    this.#last = { path, folders }
    if (folder.named || folder === this.root) return
    folder.named = true
    this.named += 1
  }

  /** Nothing more will be added, so what only helped to build the tree is dropped. */
  close(): this {
    // Children come after their parents, so in reverse order each height is known before its parent's.
    for (const folder of [...this.below()].reverse()) {
      const { parent } = folder
      if (parent) parent.height = Math.max(parent.height, folder.height + 1)
    }
    this.#indexes.clear()
    this.#last = { path: [], folders: [] }
    return this
  }

  /** Every folder below one, parents first. */
  *below(top: Folder = this.root): Generator<Folder> {
    const open = [...(top.children ?? [])].reverse()
    for (let folder = open.pop(); folder; folder = open.pop()) {
      yield folder
      const { children = [] } = folder
      for (let at = children.length - 1; at >= 0; at -= 1) open.push(children[at] as Folder)
    }
  }

  #shared(path: DrivePath): Folder[] {
    const { path: before, folders } = this.#last
    let depth = 0
    while (depth < path.length && path[depth] === before[depth]) depth += 1
    return folders.slice(0, depth)
  }

  #child(parent: Folder, name: string): Folder | undefined {
    const index = this.#indexes.get(parent)
    return index ? index.get(foldName(name)) : parent.children?.find((child) => sameName(child.name, name))
  }

  #grow(parent: Folder, name: string): Folder {
    this.size += 1
    const folder = new Folder(this.size, flat(name), parent)
    parent.children ??= []
    parent.children.push(folder)
    const index = this.#indexes.get(parent)
    if (index) index.set(foldName(folder.name), folder)
    else if (parent.children.length > few)
      this.#indexes.set(parent, new Map(parent.children.map((child) => [foldName(child.name), child])))
    return folder
  }
}

/** A string of its own: a slice of a line would keep the whole line in memory. */
function flat(name: string): string {
  return Buffer.from(name).toString()
}

/** `/a/b`, `team:/a/b`: as od-link prints it. @param name its last name as the drive has it. */
export function showFolder(folder: Folder, name = folder.name): string {
  if (!folder.parent) return showPlace({ prefix: folder.name, path: [] })
  return showPlace({ prefix: rootOf(folder).name, path: [...folder.parent.path, name] })
}

function rootOf(folder: Folder): Folder {
  let one = folder
  while (one.parent) one = one.parent
  return one
}
