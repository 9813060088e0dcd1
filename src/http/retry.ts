import { setTimeout as sleep } from 'node:timers/promises'
import { notices } from '../notices.ts'
import { monotonicMs } from '../system/clock.ts'
import { longDuration, shortDuration } from '../text/format.ts'
import type { NextStep } from '../text/next-step.ts'

/** Nobody waits longer than a day, and Node's timers support at most 24 days. */
const longestMs = 86_400_000

/**
 * Retry-After in milliseconds, at most a day. It is a number of seconds, with or without a fraction (Graph has sent "0.249"),
 * or an HTTP date (RFC 9110 section 10.2.3). Undefined if it is absent or anything else.
 */
export function parseRetryAfter(value: string | undefined, now = Date.now()): number | undefined {
  const text = value?.trim()
  if (!text) return undefined
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(longestMs, Number(text) * 1000)
  // Only what looks like a date, because Date.parse also accepts "5 minutes".
  const date = /\d{2}:\d{2}:\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.min(longestMs, Math.max(0, date - now))
}

/** What to do after a failure that passes. */
export const tryLater = 'Try again in a few minutes.'

/**
 * What to do after a refusal that passes: how long Microsoft asks to wait, where it says so, and the limit that would do.
 * @param usually the limit in seconds where Microsoft doesn't say.
 */
export function afterTheWait(retryAfter: string | undefined, usually = 600): readonly NextStep[] {
  const waitMs = parseRetryAfter(retryAfter)
  if (waitMs === undefined || waitMs < 60_000) {
    return [tryLater, { intro: 'Or let it wait longer:', flags: { 'max-wait': String(usually) } }]
  }
  const seconds = Math.ceil(waitMs / 1000)
  return [
    `Microsoft asks to wait ${longDuration(seconds)}. Try again after that.`,
    // A minute more, for the requests themselves.
    { intro: 'Or let it wait:', flags: { 'max-wait': String(seconds + 60) } },
  ]
}

/**
 * A pause of several pieces of work: Microsoft counts the requests of an account together, so when one is told to wait, none
 * is sent. https://learn.microsoft.com/en-us/graph/throttling
 */
export class Pause {
  #until = 0

  /** Milliseconds until it ends. Where nothing was told to wait, `performance` is not loaded for it (system/clock.ts). */
  get left(): number {
    return this.#until === 0 ? 0 : Math.max(0, this.#until - performance.now())
  }

  /** Lasts at least this long from now on. */
  stopFor(milliseconds: number): void {
    this.#until = Math.max(this.#until, performance.now() + milliseconds)
  }
}

/** Waits between attempts, with a limit on their sum. */
export interface Patience {
  /** Waits before an attempt while the shared pause lasts. If that exceeds the limit, the server's own refusal says so. */
  ready: () => Promise<void>
  /**
   * Waits before the next attempt: for as long as the server asks, otherwise 1, 2, 4 … 30 s with some jitter.
   * @returns false, at once, if the wait would exceed the limit.
   */
  pause: (why: string, retryAfter?: string) => Promise<boolean>
  /** Milliseconds left of the limit. */
  left: () => number
  /**
   * How long one attempt may take, in milliseconds: two thirds of the time left, so that a server that did not respond can
   * be asked again. At least 2 s, and at most `longest`.
   */
  attempt: (longest: number) => number
  /** The number of pauses so far. */
  readonly pauses: number
}

/**
 * @param maxWaitMs from now on, by the wall clock and the monotonic clock: neither a suspended machine nor a wall clock that
 *   is set back extends it.
 * @param shared the pause of other work at the same time, which every Retry-After prolongs.
 */
export function startPatience(maxWaitMs: number, shared = new Pause()): Patience {
  const began = [Date.now(), monotonicMs()] as const
  const left = () => maxWaitMs - Math.max(Date.now() - began[0], monotonicMs() - began[1])
  let pauses = 0
  return {
    async ready() {
      while (shared.left > 0 && shared.left <= left()) await sleep(shared.left)
    },
    async pause(why, retryAfter) {
      const asked = parseRetryAfter(retryAfter)
      const backOff = (first: number) => Math.min(30_000, first * 2 ** pauses) * (0.75 + Math.random() / 2)
      // "0", or a date in the past, must not lead to attempts without any pause.
      const ms = asked === undefined ? backOff(1_000) : Math.max(asked, pauses === 0 ? 0 : backOff(50))
      if (ms > left()) return false
      pauses += 1
      // Requests that are under way together are refused together.
      const isTold = shared.left > ms / 2
      if (asked !== undefined) shared.stopFor(ms)
      // Microsoft's own sentences often lack their full stop.
      if (!isTold)
        notices.waiting(`${why.replace(/[^.!?…]$/, '$&.')} Retrying in ${shortDuration(ms / 1000)}…`)
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
