import { foldName } from '../path.ts'
import type { FolderStates } from './folder-states.ts'
import type { Operation } from './operations.ts'
import type { Folder } from './tree.ts'

/**
 * What is sent next. A folder can be created once its parent is known, so the height of a folder (how many levels lie below
 * it) says how many batches must follow its own one after the other. Highest first is the order that takes the least time
 * for a tree of equal tasks (T. C. Hu, 1961).
 */
export class Plan {
  #states: FolderStates
  /** Reads, lists, and what is sent again. */
  #begun = new Queue<Operation>()
  /** Folders that can be created, by their height. */
  #ready: Queue<Folder>[] = []
  /** What is sent in a batch of its own. */
  #alone = new Queue<Operation>()
  /** What is sent again only after some time. */
  #later: { at: number; operation: Operation }[] = []
  /** How many operations in progress are about folders of each height. */
  #inProgress: number[] = []

  constructor(states: FolderStates) {
    this.#states = states
  }

  /** The parent exists, and none of its children that still wait is known to exist, so they can be created. */
  open(parent: Folder): void {
    for (const child of parent.children ?? []) {
      if (this.#states.statusOf(child) === 'waiting') this.#queueAt(child.height).push(child)
    }
  }

  /** The parent exists: which of the wanted children does it have? */
  list(parent: Folder): void {
    const waiting = (parent.children ?? []).filter((child) => this.#states.statusOf(child) === 'waiting')
    if (waiting.length > 0) this.find(parent, waiting)
  }

  /** Are these children in their parent's list? */
  find(parent: Folder, children: Folder[]): void {
    const missing = new Map(children.map((child) => [foldName(child.name), child]))
    this.#begun.push({ kind: 'list', folder: parent, missing, pages: [] })
  }

  /** An item with this name exists, or may exist. */
  get(folder: Folder): void {
    this.#begun.push({ kind: 'get', folder })
  }

  /** Sends an operation again, with the next batch or after some time. */
  again(operation: Operation, afterMs = 0): void {
    if (afterMs > 0) this.#later.push({ at: performance.now() + afterMs, operation })
    else this.#begun.push(operation)
  }

  /** Sends an operation again in a batch of its own, because together with others it was refused. */
  alone(operation: Operation): void {
    this.#alone.push(operation)
  }

  /** Milliseconds until there is something to send; undefined when there is nothing at all. */
  get wait(): number | undefined {
    if (this.#alone.length > 0 || this.#begun.length > 0 || this.#highestReady() !== undefined) return 0
    if (this.#later.length === 0) return undefined
    return Math.max(0, Math.min(...this.#later.map(({ at }) => at)) - performance.now())
  }

  /**
   * Whether the next batch should be sent now. One that is not full waits for the results of those in progress, which may
   * fill it, unless waiting would delay the highest folder.
   */
  isDue(most: number): boolean {
    this.#wake()
    const begun = this.#begun.length
    if (this.#alone.length > 0 || begun + this.#readyCount() >= most) return true
    const inProgress = highest(this.#inProgress)
    // Without children, they open nothing.
    if (inProgress <= 0) return true
    const heights = this.#begun.all().map(({ folder }) => folder.height)
    return Math.max(this.#highestReady() ?? -1, ...heights) >= inProgress
  }

  /** Takes the operations of the next batch. They are in progress until `finished`. */
  take(most: number): Operation[] {
    this.#wake()
    const operations: Operation[] = []
    const add = (operation: Operation) => {
      // Its parent may have failed meanwhile.
      if (operation.kind !== 'list' && !this.#states.isOpen(operation.folder)) return
      if (operation.kind !== 'list') this.#states.mark(operation.folder, 'asked')
      operations.push(operation)
    }
    const alone = this.#alone.shift()
    if (alone) add(alone)
    while (!alone && operations.length < most) {
      const begun = this.#begun.shift()
      const folder = begun ? undefined : this.#shiftReady()
      if (begun) add(begun)
      else if (folder) add({ kind: 'create', folder })
      else break
    }
    for (const { folder } of operations)
      this.#inProgress[folder.height] = (this.#inProgress[folder.height] ?? 0) + 1
    return operations
  }

  /** The results of a batch have been taken in. */
  finished(operations: readonly Operation[]): void {
    for (const { folder } of operations)
      this.#inProgress[folder.height] = (this.#inProgress[folder.height] ?? 0) - 1
  }

  #wake(): void {
    if (this.#later.length === 0) return
    const now = performance.now()
    for (const { operation } of this.#later.filter(({ at }) => at <= now)) this.#begun.push(operation)
    this.#later = this.#later.filter(({ at }) => at > now)
  }

  #queueAt(height: number): Queue<Folder> {
    this.#ready[height] ??= new Queue()
    return this.#ready[height]
  }

  /** Folders that have been skipped meanwhile count as well, which does no harm. */
  #readyCount(): number {
    return this.#ready.reduce((sum, queue) => sum + queue.length, 0)
  }

  #highestReady(): number | undefined {
    for (let height = this.#ready.length - 1; height >= 0; height -= 1) {
      const queue = this.#queueAt(height)
      while (queue.next && this.#states.statusOf(queue.next) !== 'waiting') queue.shift()
      if (queue.length > 0) return height
    }
    return undefined
  }

  #shiftReady(): Folder | undefined {
    const height = this.#highestReady()
    return height === undefined ? undefined : this.#ready[height]?.shift()
  }
}

/** The highest index with a count above zero, or -1. */
function highest(counts: readonly number[]): number {
  return counts.findLastIndex((count) => count > 0)
}

/** First in, first out, however long it gets. */
export class Queue<T> {
  #items: T[] = []
  #first = 0

  get length(): number {
    return this.#items.length - this.#first
  }

  /** The first one, which stays. */
  get next(): T | undefined {
    return this.#items[this.#first]
  }

  all(): T[] {
    return this.#items.slice(this.#first)
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
