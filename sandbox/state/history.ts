import { randomUUID } from 'node:crypto'

/** How many deletions a delta can still tell of. */
const keptDeletions = 10_000

/** Counts the changes of a drive, and remembers what was deleted. */
export class History {
  /** Another one after each start: a place in a history is good for that history alone. */
  readonly epoch = randomUUID()
  /** The number of the last change. */
  last = 0
  /** What was deleted and when, oldest first. */
  readonly deletions: { id: string; sequence: number }[] = []
  /** The newest of the deletions that are no longer among them. */
  forgotten = 0

  next(): number {
    return ++this.last
  }

  deleted(id: string): void {
    this.deletions.push({ id, sequence: this.next() })
    const tooMany = this.deletions.length - keptDeletions
    if (tooMany > 0) this.forgotten = this.deletions.splice(0, tooMany).at(-1)?.sequence ?? 0
  }
}
