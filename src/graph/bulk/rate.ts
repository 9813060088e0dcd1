/**
 * The rate that a server was seen to allow, in units per second. A single refusal sets none, because servers also refuse when
 * they are busy for a moment. From the second one on, it is what was accepted between two refusals, including the requested
 * wait; this works for a token bucket and for a fixed window.
 */

/** Fewer units than these say nothing about a rate. */
const enough = 40
/** How much faster it gets after each interval as long as the last wait, at least a second. */
const growth = 1.03
const shortestStepMs = 1_000
/** A rate that is refused falls to no less than this part of it. */
const slower = 0.85

export class Rate {
  #rate: number | undefined
  #refusals = 0
  /** Since when `#accepted` counts. */
  #since = performance.now()
  #accepted = 0
  #refusedAt: number | undefined
  #stepMs = shortestStepMs
  #grownAt = 0
  /** When the next batch is due. */
  #nextAt = 0

  /** Units per second. */
  get rate(): number | undefined {
    return this.#rate
  }

  /** Milliseconds until the next batch is due. */
  get wait(): number {
    return Math.max(0, this.#nextAt - performance.now())
  }

  accepted(units: number): void {
    this.#accepted += units
  }

  /** Something was refused; batches that were in progress together are refused together. */
  refused(): void {
    this.#refusedAt ??= performance.now()
  }

  /** A batch is sent now. */
  sent(units: number): void {
    const now = performance.now()
    if (this.#refusedAt !== undefined) this.#measure(now, this.#refusedAt)
    if (this.#rate === undefined) return
    if (now - this.#grownAt > this.#stepMs) {
      this.#rate *= growth
      this.#grownAt = now
    }
    this.#nextAt = Math.max(now, this.#nextAt) + (units / this.#rate) * 1000
  }

  /** After a refusal, and the wait that came with it. */
  #measure(now: number, refusedAt: number): void {
    this.#refusedAt = undefined
    this.#refusals += 1
    if (this.#accepted < enough) return
    const measured = (this.#accepted / (now - this.#since)) * 1000
    if (this.#refusals > 1) this.#rate = Math.max(measured, (this.#rate ?? 0) * slower)
    this.#stepMs = Math.max(shortestStepMs, now - refusedAt)
    this.#accepted = 0
    this.#since = now
    this.#grownAt = now
    this.#nextAt = now
  }
}
