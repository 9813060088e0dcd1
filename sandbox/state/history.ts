import { randomUUID } from 'node:crypto'

/** How many deletions a delta can report. */
const keptDeletions = 10_000

/** Numbers the changes of a drive and remembers deletions. */
export class History {
  /** Different in each run: a delta token is only valid for the history that issued it. */
  readonly epoch = randomUUID()
  /** The number of the last change. */
  last = 0
  /** What was deleted and when, oldest first. */
  readonly deletions: { id: string; sequence: number }[] = []
  /** The number of the newest deletion that was dropped from the list. */
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
