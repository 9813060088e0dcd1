import { setTimeout as sleep } from 'node:timers/promises'
import { notices } from '../notices.ts'
import { monotonicMs } from '../system/clock.ts'
import { shortDuration } from '../text/format.ts'

/** A longer wait is the same to anyone who waits, and Node's timers take no more than 24 days. */
const longestMs = 86_400_000

/**
 * Retry-After in milliseconds, a day at most: seconds, with a fraction or without, or an HTTP date (RFC 9110 section 10.2.3;
 * Graph has sent "0.249"). Undefined when it is absent or something else.
 */
export function parseRetryAfter(value: string | undefined, now = Date.now()): number | undefined {
  const text = value?.trim()
  if (!text) return undefined
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(longestMs, Number(text) * 1000)
  // Only what looks like a date: Date.parse takes "5 minutes" for one too.
  const date = /\d{2}:\d{2}:\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.min(longestMs, Math.max(0, date - now))
}

/** Waits between attempts, all together for no longer than a limit. */
export interface Patience {
  /**
   * Waits before the next attempt: for as long as the server asked, else 1, 2, 4 … 30 s with some jitter.
   * @returns false, at once, when the wait would pass the limit.
   */
  pause: (why: string, retryAfter?: string) => Promise<boolean>
  /** Milliseconds left of the limit. */
  left: () => number
  /**
   * How long one attempt may take, in milliseconds: two thirds of what is left, so that a server that was silent once
   * can be asked again; 2 s however little that is, and never longer than `longest`.
   */
  attempt: (longest: number) => number
  /** How many pauses there were. */
  readonly pauses: number
}

/**
 * @param maxWaitMs from now on: by the wall clock, so that a suspended machine does not prolong it, and by the one that
 *   nobody sets, so that a wall clock that is set back does not either.
 */
export function startPatience(maxWaitMs: number): Patience {
  const began = [Date.now(), monotonicMs()] as const
  const left = () => maxWaitMs - Math.max(Date.now() - began[0], monotonicMs() - began[1])
  let pauses = 0
  return {
    async pause(why, retryAfter) {
      const asked = parseRetryAfter(retryAfter)
      const backOff = (first: number) => Math.min(30_000, first * 2 ** pauses) * (0.75 + Math.random() / 2)
      // "0", or a date that is past, does not mean "at once, for ever".
      const ms = asked === undefined ? backOff(1_000) : Math.max(asked, pauses === 0 ? 0 : backOff(50))
      if (ms > left()) return false
      pauses += 1
      notices.waiting(`${why} Trying again in ${shortDuration(ms / 1000)} …`)
      await sleep(ms)
      return true
    },
    left,
    attempt: (longest) => Math.max(2_000, Math.min(longest, (left() * 2) / 3)),
    get pauses() {
      return pauses
    },
  }
}
