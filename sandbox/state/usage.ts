/** So many resource units in so many seconds, counted anew when they are over. */
export interface Limit {
  units: number
  seconds: number
}

/** How much of the limit each drive has used up since when. */
export class Usage {
  #windows = new Map<string, { since: number; used: number }>()

  /** @returns milliseconds until the next window when this one has too few units left, else nothing, and they are used. */
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
