/** A number of resource units per time window. */
export interface Limit {
  units: number
  seconds: number
}

/** The units that each drive has used in its current window. */
export class Usage {
  #windows = new Map<string, { since: number; used: number }>()

  /**
   * @returns milliseconds until the next window if too few units are left; otherwise undefined, and the units
   * are used.
   */
  use(owner: string, units: number, limit: Limit, now: number): number | undefined {
    const window = this.#windows.get(owner)
    const length = limit.seconds * 1000
    if (!window || now >= window.since + length) {
      this.#windows.set(owner, { since: now, used: units })
      return undefined
    }
    if (window.used + units > limit.units) return window.since + length - now
    window.used += units
    return undefined
  }
}
