import { foldName } from '../path.ts'
import type { Ledger } from './folder-states.ts'
import type { Ask, MakeAsk } from './operations.ts'
import type { Folder } from './tree.ts'

/** A parent that is there, and how far its children have been asked for. */
interface Opened {
  parent: Folder
  next: number
}

/** What is asked next: what was begun before what is new, and parents before children. */
export class Plan {
  #ledger: Ledger
  /** Looks, lists, and what is sent again. */
  #begun = new Queue<Ask>()
  #opened = new Queue<Opened>()
  #alone = new Queue<Ask>()
  /** What is sent again only after some time. */
  #later: { at: number; ask: Ask }[] = []

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** The parent is there, and none of its children that still wait is known to be: they can be made. */
  open(parent: Folder): void {
    this.#opened.push({ parent, next: 0 })
  }

  /** The parent is there: which of the wanted children are in it? */
  list(parent: Folder): void {
    const waiting = (parent.children ?? []).filter((child) => this.#ledger.statusOf(child) === 'waiting')
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
  again(ask: Ask, afterMs = 0): void {
    const next = ask.kind === 'make' ? this.#byItself(ask) : ask
    if (!next) return
    if (afterMs > 0) this.#later.push({ at: performance.now() + afterMs, ask: next })
    else this.#begun.push(next)
  }

  /** Asks again in a batch of its own: in another one's company it was refused. */
  alone(ask: Ask): void {
    const next = ask.kind === 'make' ? this.#byItself(ask) : ask
    if (next) this.#alone.push(next)
  }

  #byItself({ folder }: MakeAsk): MakeAsk | undefined {
    // It failed with its parent, which was answered before it.
    if (!this.#ledger.isOpen(folder)) return undefined
    if (this.#ledger.isKnown(folder.parent as Folder)) return { kind: 'make', folder }
    this.#ledger.mark(folder, 'waiting')
    return undefined
  }

  /** Milliseconds until there is something to ask; none when there is nothing at all. */
  get wait(): number | undefined {
    if (this.#alone.length > 0 || this.#begun.length > 0 || this.#peek()) return 0
    if (this.#later.length === 0) return undefined
    return Math.max(0, Math.min(...this.#later.map(({ at }) => at)) - performance.now())
  }

  /** Takes what goes into the next batch. */
  take(most: number): Ask[] {
    this.#wake()
    const alone = this.#alone.shift()
    const asks: Ask[] = []
    if (alone) this.#takeBegun(alone, asks, 1)
    else {
      while (asks.length < most && this.#begun.length > 0)
        this.#takeBegun(this.#begun.shift() as Ask, asks, most)
      for (let next = this.#peek(); next && asks.length < most; next = this.#peek())
        this.#takeWithChildren(next, undefined, asks, most)
    }
    return asks
  }

  #takeBegun(ask: Ask, asks: Ask[], most: number): void {
    // What lies below a failure was given up meanwhile.
    if (ask.kind !== 'list' && !this.#ledger.isOpen(ask.folder)) return
    if (ask.kind === 'look') this.#ledger.mark(ask.folder, 'asked')
    if (ask.kind === 'make') this.#takeWithChildren(ask.folder, undefined, asks, most)
    else asks.push(ask)
  }

  #wake(): void {
    const now = performance.now()
    for (const { ask } of this.#later.filter(({ at }) => at <= now)) this.#begun.push(ask)
    this.#later = this.#later.filter(({ at }) => at > now)
  }

  /** The next folder that can be made, all else being done. */
  #peek(): Folder | undefined {
    for (let opened = this.#opened.next; opened; opened = this.#opened.next) {
      const { children = [] } = opened.parent
      for (; opened.next < children.length; opened.next += 1) {
        const child = children[opened.next] as Folder
        if (this.#ledger.statusOf(child) === 'waiting') return child
      }
      this.#opened.shift()
    }
    return undefined
  }

  /** A folder, and as much of what is below it as the batch has room for: each waits for its parent there. */
  #takeWithChildren(folder: Folder, after: MakeAsk | undefined, asks: Ask[], most: number): void {
    const ask: MakeAsk = { kind: 'make', folder, ...(after ? { after } : {}) }
    this.#ledger.mark(folder, 'asked')
    asks.push(ask)
    for (const child of folder.children ?? []) {
      if (asks.length >= most) return
      if (this.#ledger.statusOf(child) === 'waiting') this.#takeWithChildren(child, ask, asks, most)
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
