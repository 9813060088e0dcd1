import { Pause } from '../../http/retry.ts'
import { Rate } from './rate.ts'

/**
 * How much may be requested now: a number of batches in progress that grows while all goes well and is divided when it does
 * not; one pause for the whole account, set by every Retry-After; and the rate that the server allows.
 * https://learn.microsoft.com/en-us/graph/throttling
 */

const batchesAtFirst = 4
/** Every batch in progress may be refused at once, so more of them gain little and cost the server much. */
const defaultCeiling = 8
const roundsForOneMore = 8
/** The most requests that Graph takes in one batch. */
const largestBatch = 20
const unitsOfLargest = 2 * largestBatch

export class Limiter {
  readonly #rate = new Rate()
  readonly #ceiling: number
  #batches: number
  readonly #pause = new Pause()
  /** When the number of batches was last reduced. */
  #brakedAt = 0
  #throttles = 0
  #troubles = 0
  #isBraked = false

  /** @param ceiling the most batches in progress at once. */
  constructor(ceiling = defaultCeiling) {
    this.#ceiling = ceiling
    this.#batches = Math.min(batchesAtFirst, ceiling)
  }

  /** How many batches may be in progress. */
  get batches(): number {
    return Math.floor(this.#batches)
  }

  /** How many requests the next batch may have: no more than the rate allows in a second. */
  get batchSize(): number {
    const { rate = unitsOfLargest } = this.#rate
    return Math.max(1, Math.floor(Math.min(1, rate / unitsOfLargest) * largestBatch))
  }

  /** Milliseconds until the next batch may be sent. */
  get wait(): number {
    return Math.max(this.pause, this.#rate.wait)
  }

  /** Milliseconds for which the server, or a failure of it, has stopped everything. */
  get pause(): number {
    return this.#pause.left
  }

  /** The number of failures in a row, without a good answer in between. */
  get troubles(): number {
    return this.#troubles
  }

  /** A batch is sent now. @returns the time, to be passed back with its result. */
  send(units: number): number {
    this.#rate.sent(units)
    return performance.now()
  }

  /** Requests were answered, whatever the answer, and not throttled. */
  accepted(units: number, sentAt: number): void {
    this.#rate.accepted(units)
    if (sentAt < this.#brakedAt) return
    this.#throttles = 0
    this.#troubles = 0
    // Twice as many with each round until something fails; from then on one more with every few rounds.
    const more = this.#isBraked ? 1 / (roundsForOneMore * this.#batches) : 1
    this.#batches = Math.min(this.#ceiling, this.#batches + more)
  }

  /** The server throttled something. */
  throttled(sentAt: number, retryAfterMs: number | undefined): void {
    this.#rate.refused()
    const isNews = this.#brake(sentAt, 4)
    if (isNews) this.#throttles += 1
    // "0", or a date in the past, must not lead to requests without any pause.
    const least = this.#throttles > 1 ? backOff(50, this.#throttles) : 0
    if (retryAfterMs !== undefined) this.stopFor(Math.max(retryAfterMs, least))
    else if (isNews) this.stopFor(backOff(1_000, this.#throttles))
  }

  /** No answer came, or the server is unavailable. */
  troubled(sentAt: number, retryAfterMs?: number): void {
    const isNews = this.#brake(sentAt, 2)
    if (isNews) this.#troubles += 1
    if (retryAfterMs !== undefined) this.stopFor(retryAfterMs)
    else if (isNews) this.stopFor(backOff(500, this.#troubles))
  }

  /** @returns whether this is new: batches that were in progress together fail together. */
  #brake(sentAt: number, by: number): boolean {
    if (sentAt < this.#brakedAt) return false
    this.#brakedAt = performance.now()
    this.#isBraked = true
    this.#batches = Math.max(1, this.#batches / by)
    return true
  }

  /** Sends no request for this long. */
  stopFor(milliseconds: number): void {
    this.#pause.stopFor(milliseconds)
  }
}

/** The first wait, then twice as long each time, at most 30 s, with some jitter. */
function backOff(first: number, times: number): number {
  return Math.min(30_000, first * 2 ** (times - 1)) * (0.75 + Math.random() / 2)
}
