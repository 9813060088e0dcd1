/**
 * 15 equal requests within five minutes. Source: entra-docs, identity-platform/reference-breaking-changes.
 */
const limit = 15
const period = 5 * 60 * 1000
const maxKeys = 1000

/** Detects a client that repeats the same request. */
export class Loops {
  #times = new Map<string, number[]>()

  /** Counts a request. @returns whether it belongs to a loop. */
  count(what: string, now: number): boolean {
    const times = (this.#times.get(what) ?? []).filter((time) => now - time < period)
    times.push(now)
    this.#times.delete(what)
    this.#times.set(what, times.slice(-limit))
    const [oldest] = this.#times.keys()
    if (this.#times.size > maxKeys && oldest !== undefined) this.#times.delete(oldest)
    return times.length > limit
  }
}
