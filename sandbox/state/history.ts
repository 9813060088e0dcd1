import { randomUUID } from 'node:crypto'

/** How many deletions and moves a delta can report, and how many lists are kept for the pages to come. */
const kept = 10_000
const keptLists = 20

/** What a delta reports of an item that was deleted. */
export interface Deletion {
  readonly id: string
  readonly name: string
  readonly isFolder: boolean
  readonly size: number
  /** The folders that it was in, the nearest first. */
  readonly above: readonly string[]
  readonly sequence: number
}

/** That an item has left a folder for another one. */
export interface Move {
  readonly id: string
  /** The folders that it was in before, the nearest first. */
  readonly above: readonly string[]
  readonly sequence: number
}

/** Numbers the changes of a drive, and remembers deletions and moves. */
export class History {
  /** Different in each run: a delta token is only valid for the history that issued it. */
  readonly epoch = randomUUID()
  /** The number of the last change. */
  last = 0
  /** Oldest first. */
  readonly deletions: Deletion[] = []
  readonly moves: Move[] = []
  /** The number of the newest deletion or move that was dropped. */
  forgotten = 0
  /** What a delta reports on its pages, by the key of the delta. */
  readonly lists = new Map<string, readonly (string | Deletion)[]>()
  #times: number[] = []
  #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  next(): number {
    this.#times.push(this.#now())
    return ++this.last
  }

  deleted(item: Omit<Deletion, 'sequence'>): void {
    this.deletions.push({ ...item, sequence: this.next() })
    this.#drop(this.deletions)
  }

  moved(item: Omit<Move, 'sequence'>): void {
    this.moves.push({ ...item, sequence: this.next() })
    this.#drop(this.moves)
  }

  /** The number of the last change up to a time, in milliseconds. */
  lastUntil(time: number): number {
    let [low, high] = [0, this.#times.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#times[middle] ?? 0) <= time) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Keeps the list of a delta, so that changes between its pages move nothing from one page to another. */
  keepList(key: string, list: readonly (string | Deletion)[]): void {
    this.lists.set(key, list)
    const [oldest] = this.lists.keys()
    if (this.lists.size > keptLists && oldest !== undefined) this.lists.delete(oldest)
  }

  #drop(list: { sequence: number }[]): void {
    const tooMany = list.length - kept
    if (tooMany > 0) this.forgotten = Math.max(this.forgotten, list.splice(0, tooMany).at(-1)?.sequence ?? 0)
  }
}
