/** 15 like requests within five minutes. Source: entra-docs, identity-platform/reference-breaking-changes. */
const limit = 15
const period = 5 * 60 * 1000
const kept = 1000

/** Notices a client that asks for the same thing over and over. */
export class Loops {
  #times = new Map<string, number[]>()

  /** Counts a request, and says whether it is one of a loop. */
  count(what: string, now: number): boolean {
    const times = (this.#times.get(what) ?? []).filter((time) => now - time < period)
    times.push(now)
    this.#times.delete(what)
    this.#times.set(what, times.slice(-limit))
    const [oldest] = this.#times.keys()
    if (this.#times.size > kept && oldest !== undefined) this.#times.delete(oldest)
    return times.length > limit
  }
}
