/**
 * The pace that a server was seen to allow, in units a second; none is known before its first refusal. It is what was
 * accepted from one refusal to the next, the wait that was asked for included: true of a bucket that fills, and of a
 * window that ends.
 */

/** Fewer units than these say nothing about a pace. */
const enough = 40
/** Two measurements in a row that differ by no more than this prove a pace right. */
const likeness = 0.25
/** After that, so many units pass before a faster one is tried. */
const held = 2_000
/** How much faster it goes with every `enough` units, until it is proved and when it is tried again. */
const learning = 1.05
const trying = 1.01

export class Pace {
  #rate: number | undefined
  #measured: number | undefined
  #isProved = false
  #since = performance.now()
  #accepted = 0
  #isRefused = false
  /** When the next batch is due. */
  #nextAt = 0

  /** Units a second. */
  get rate(): number | undefined {
    return this.#rate
  }

  /** Milliseconds until the next batch is due. */
  get wait(): number {
    return Math.max(0, this.#nextAt - performance.now())
  }

  accepted(units: number): void {
    this.#accepted += units
    if (this.#rate === undefined || this.#isRefused) return
    const steps = units / enough
    if (!this.#isProved) this.#rate *= learning ** steps
    else if (this.#accepted > held) this.#rate *= trying ** steps
  }

  refused(): void {
    this.#isRefused = true
  }

  /** A batch is sent now. */
  sent(units: number): void {
    const now = performance.now()
    if (this.#isRefused) this.#measure(now)
    if (this.#rate !== undefined) this.#nextAt = Math.max(now, this.#nextAt) + (units / this.#rate) * 1000
  }

  #measure(now: number): void {
    this.#isRefused = false
    if (this.#accepted < enough) return
    const measured = (this.#accepted / (now - this.#since)) * 1000
    const before = this.#measured
    this.#isProved = before !== undefined && Math.abs(measured - before) < before * likeness
    this.#measured = measured
    this.#rate = measured
    this.#accepted = 0
    this.#since = now
    this.#nextAt = now
  }
}
