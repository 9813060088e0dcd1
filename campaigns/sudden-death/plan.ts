import type { Instant } from './kill.ts'

/** Reproducible random numbers from 0 to 1: the same seed gives the same numbers (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The generator of one victim, whichever others are killed as well. @param place and @param at count both from 0. */
export function chanceOf(seed: number, place: number, at: number): () => number {
  return chance(seed + place * 100 + at)
}

/** Random moments: half of them at any time in the run, half while it writes. */
export function instants(random: () => number, times: number): Instant[] {
  return Array.from({ length: times }, (_, index) =>
    index % 2 === 0 ? { at: 'time', part: random() } : { at: 'sign', laterMs: random() * 60 },
  )
}
