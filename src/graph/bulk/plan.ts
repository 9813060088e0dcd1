import { foldName } from '../path.ts'
import type { FolderStates } from './folder-states.ts'
import type { Operation } from './operations.ts'
import type { Folder } from './tree.ts'

/**
 * What is sent next. A folder can be created once its parent is known, so the height of a folder (how many levels lie below
 * it) says how many batches must follow its own one after the other. Highest first is the order that takes the least time
 * for a tree of equal tasks (T. C. Hu, 1961).
 *
 * A chain (`dependsOn`) would save a round trip for each level of one path, and create its folders one after the other: for
 * 600 folders in 7 levels at 50 ms a round trip, at best 200 or 100 ms of 500 or 950 if a creation takes 0 or 50 ms; at
 * 150 ms it is slower. docs/speed.md has the calculation.
 */
export class Plan {
  #states: FolderStates
  /** Reads, lists, and what is sent again. */
  #begun = new ByHeight<Operation>()
  /** Folders that can be created. */
  #ready = new ByHeight<Folder>()
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
      if (this.#states.statusOf(child) === 'waiting') this.#ready.push(child, child.height)
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
    this.#begin({ kind: 'list', folder: parent, missing, pages: [] })
  }

  /** An item with this name exists, or may exist. */
  get(folder: Folder): void {
    this.#begin({ kind: 'get', folder })
  }

  /** Sends an operation again, with the next batch or after some time. */
  again(operation: Operation, afterMs = 0): void {
    if (afterMs > 0) this.#later.push({ at: performance.now() + afterMs, operation })
    else this.#begin(operation)
  }

  /** Sends an operation again in a batch of its own, because together with others it was refused. */
  alone(operation: Operation): void {
    this.#alone.push(operation)
  }

  /** Milliseconds until there is something to send; undefined when there is nothing at all. */
  get wait(): number | undefined {
    return this.#alone.length > 0 || this.#highest() >= 0 ? 0 : this.delay
  }

  /** Milliseconds until the next operation that is sent again only after some time. */
  get delay(): number | undefined {
    if (this.#later.length === 0) return undefined
    return Math.max(0, Math.min(...this.#later.map(({ at }) => at)) - performance.now())
  }

  /**
   * Whether the next batch should be sent now. One that is not full waits for the results of those in progress, which may
   * fill it, unless waiting would delay the highest folder.
   */
  isDue(most: number): boolean {
    this.#wake()
    if (this.#alone.length > 0 || this.#begun.length + this.#ready.length >= most) return true
    const inProgress = this.#inProgress.findLastIndex((count) => count > 0)
    // Without children, those in progress open nothing.
    return inProgress <= 0 || this.#highest() >= inProgress
  }

  /** Takes the operations of the next batch. They are in progress until `finished`. */
  take(most: number): Operation[] {
    this.#wake()
    const alone = this.#alone.shift()
    const operations: Operation[] = []
    const isFull = () => alone !== undefined || operations.length === most
    for (let next = alone ?? this.#shift(); next; next = isFull() ? undefined : this.#shift()) {
      if (next.kind !== 'list') this.#states.mark(next.folder, 'asked')
      operations.push(next)
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

  #begin(operation: Operation): void {
    this.#begun.push(operation, operation.folder.height)
  }

  #wake(): void {
    if (this.#later.length === 0) return
    const now = performance.now()
    for (const { operation } of this.#later.filter(({ at }) => at <= now)) this.#begin(operation)
    this.#later = this.#later.filter(({ at }) => at > now)
  }

  /** The height of the highest folder that something can be sent for, or -1. */
  #highest(): number {
    // A parent may have been opened twice.
    while (this.#ready.next && this.#states.statusOf(this.#ready.next) !== 'waiting') this.#ready.shift()
    return Math.max(this.#begun.highest, this.#ready.highest)
  }

  #shift(): Operation | undefined {
    const height = this.#highest()
    if (this.#begun.highest === height) return this.#begun.shift()
    const folder = this.#ready.shift()
    return folder && { kind: 'create', folder }
  }
}

/** What waits, by the height of its folder: the highest first, and in order within a height. */
class ByHeight<T> {
  length = 0
  #queues: Queue<T>[] = []

  /** The greatest height of all, or -1. */
  get highest(): number {
    return this.#queues.length - 1
  }

  /** The first one of the highest, which stays. */
  get next(): T | undefined {
    return this.#queues.at(-1)?.next
  }

  push(item: T, height: number): void {
    while (this.#queues.length <= height) this.#queues.push(new Queue())
    this.#queues[height]?.push(item)
    this.length += 1
  }

  shift(): T | undefined {
    const item = this.#queues.at(-1)?.shift()
    if (item !== undefined) this.length -= 1
    while (this.#queues.at(-1)?.length === 0) this.#queues.pop()
    return item
  }
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
