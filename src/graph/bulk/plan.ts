import { foldName } from '../path.ts'
import type { FolderStates } from './folder-states.ts'
import type { CreateOperation, Operation } from './operations.ts'
import type { Folder } from './tree.ts'

/** A parent that is there, and how far its children have been asked for. */
interface Opened {
  parent: Folder
  next: number
}

/** What is asked next: what was begun before what is new, and parents before children. */
export class Plan {
  #states: FolderStates
  /** Looks, lists, and what is sent again. */
  #begun = new Queue<Operation>()
  #opened = new Queue<Opened>()
  #alone = new Queue<Operation>()
  /** What is sent again only after some time. */
  #later: { at: number; operation: Operation }[] = []

  constructor(states: FolderStates) {
    this.#states = states
  }

  /** The parent is there, and none of its children that still wait is known to be: they can be made. */
  open(parent: Folder): void {
    this.#opened.push({ parent, next: 0 })
  }

  /** The parent is there: which of the wanted children are in it? */
  list(parent: Folder): void {
    const waiting = (parent.children ?? []).filter((child) => this.#states.statusOf(child) === 'waiting')
    if (waiting.length > 0) this.find(parent, waiting)
  }

  /** Are these children in their parent's list? */
  find(parent: Folder, children: Folder[]): void {
    const missing = new Map(children.map((child) => [foldName(child.name), child]))
    this.#begun.push({ kind: 'list', folder: parent, missing, pages: [] })
  }

  /** Something is there under this name, or may be. */
  look(folder: Folder): void {
    this.#begun.push({ kind: 'look', folder })
  }

  /** Asks again, with the next batch or after some time. A folder whose parent is not known waits for that one. */
  again(operation: Operation, afterMs = 0): void {
    const next = operation.kind === 'make' ? this.#byItself(operation) : operation
    if (!next) return
    if (afterMs > 0) this.#later.push({ at: performance.now() + afterMs, operation: next })
    else this.#begun.push(next)
  }

  /** Asks again in a batch of its own: in another one's company it was refused. */
  alone(operation: Operation): void {
    const next = operation.kind === 'make' ? this.#byItself(operation) : operation
    if (next) this.#alone.push(next)
  }

  #byItself({ folder }: CreateOperation): CreateOperation | undefined {
    // It failed with its parent, which was answered before it.
    if (!this.#states.isOpen(folder)) return undefined
    if (this.#states.isKnown(folder.parent as Folder)) return { kind: 'make', folder }
    this.#states.mark(folder, 'waiting')
    return undefined
  }

  /** Milliseconds until there is something to ask; none when there is nothing at all. */
  get wait(): number | undefined {
    if (this.#alone.length > 0 || this.#begun.length > 0 || this.#peek()) return 0
    if (this.#later.length === 0) return undefined
    return Math.max(0, Math.min(...this.#later.map(({ at }) => at)) - performance.now())
  }

  /** Takes what goes into the next batch. */
  take(most: number): Operation[] {
    this.#wake()
    const alone = this.#alone.shift()
    const operations: Operation[] = []
    if (alone) this.#takeBegun(alone, operations, 1)
    else {
      while (operations.length < most && this.#begun.length > 0)
        this.#takeBegun(this.#begun.shift() as Operation, operations, most)
      for (let next = this.#peek(); next && operations.length < most; next = this.#peek())
        this.#takeWithChildren(next, undefined, operations, most)
    }
    return operations
  }

  #takeBegun(operation: Operation, operations: Operation[], most: number): void {
    // What lies below a failure was given up meanwhile.
    if (operation.kind !== 'list' && !this.#states.isOpen(operation.folder)) return
    if (operation.kind === 'look') this.#states.mark(operation.folder, 'asked')
    if (operation.kind === 'make') this.#takeWithChildren(operation.folder, undefined, operations, most)
    else operations.push(operation)
  }

  #wake(): void {
    const now = performance.now()
    for (const { operation } of this.#later.filter(({ at }) => at <= now)) this.#begun.push(operation)
    this.#later = this.#later.filter(({ at }) => at > now)
  }

  /** The next folder that can be made, all else being done. */
  #peek(): Folder | undefined {
    for (let opened = this.#opened.next; opened; opened = this.#opened.next) {
      const { children = [] } = opened.parent
      for (; opened.next < children.length; opened.next += 1) {
        const child = children[opened.next] as Folder
        if (this.#states.statusOf(child) === 'waiting') return child
      }
      this.#opened.shift()
    }
    return undefined
  }

  /** A folder, and as much of what is below it as the batch has room for: each waits for its parent there. */
  #takeWithChildren(
    folder: Folder,
    after: CreateOperation | undefined,
    operations: Operation[],
    most: number,
  ): void {
    const operation: CreateOperation = { kind: 'make', folder, ...(after ? { after } : {}) }
    this.#states.mark(folder, 'asked')
    operations.push(operation)
    for (const child of folder.children ?? []) {
      if (operations.length >= most) return
      if (this.#states.statusOf(child) === 'waiting')
        this.#takeWithChildren(child, operation, operations, most)
    }
  }
}

/** First in, first out, however long it grows. */
export class Queue<T> {
  #items: T[] = []
  #first = 0

  get length(): number {
    return this.#items.length - this.#first
  }

  /** The one that is next, left where it is. */
  get next(): T | undefined {
    return this.#items[this.#first]
  }

  push(item: T): void {
    this.#items.push(item)
  }

  shift(): T | undefined {
    const item = this.#items[this.#first]
    if (item === undefined) return undefined
    this.#first += 1
    if (this.#first === this.#items.length) {
      this.#items = []
      this.#first = 0
    }
    return item
  }
}
