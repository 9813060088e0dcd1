import type { OdLinkError } from '../../errors.ts'
import { parseRetryAfter } from '../../http/retry.ts'
import type { GraphAnswer } from '../answer.ts'
import { mayPass } from '../error-codes.ts'
import { graphFailure } from '../errors.ts'
import { maxRetries } from '../request.ts'
import { isTokenRefused } from '../send-once.ts'
import type { Delivery } from './batch.ts'
import { unanswered } from './errors.ts'
import type { Limiter } from './limiter.ts'
import { type Operation, unitsOf } from './operations.ts'
import type { Outcomes } from './outcomes.ts'
import type { Plan } from './plan.ts'

/** A batch with this many failures and nothing else is not about single folders. */
const manyAtOnce = 5

/** Takes the results of each batch: the limiter learns how the server copes, the outcomes what each answer was. */
export class BatchResults {
  /** Requests that were answered, and how many of them were throttled. */
  requests = 0
  refused = 0
  /** The last failure that passes by itself: why nothing more is done when the time is up. */
  trouble: OdLinkError | undefined
  #plan: Plan
  #outcomes: Outcomes
  #limiter: Limiter

  constructor(plan: Plan, outcomes: Outcomes, limiter: Limiter) {
    this.#plan = plan
    this.#outcomes = outcomes
    this.#limiter = limiter
  }

  /**
   * @returns a refusal of the token, if there is one; its operations are sent again.
   * @throws OdLinkError when nothing more can be done in this drive.
   */
  take(operations: Operation[], delivery: Delivery, sentAt: number): GraphAnswer | undefined {
    if ('answers' in delivery) return this.#takeEach(operations, delivery.answers, sentAt)
    if ('refusal' in delivery) return this.#refusedAsAWhole(operations, delivery.refusal, sentAt)
    const trouble = 'lost' in delivery ? delivery.lost : delivery.unsent
    // Nothing was ever answered: a wrong host, or no network. It would be the same a second later.
    if ('unsent' in delivery && this.requests === 0) throw trouble
    this.#inTrouble(trouble, sentAt)
    for (const operation of operations) {
      if ('lost' in delivery) this.#outcomes.lost(operation, trouble)
      else this.#plan.again(operation)
    }
    return undefined
  }

  #takeEach(
    operations: Operation[],
    answers: (GraphAnswer | undefined)[],
    sentAt: number,
  ): GraphAnswer | undefined {
    let challenge: GraphAnswer | undefined
    const accepted: Operation[] = []
    const failing: GraphAnswer[] = []
    for (const [at, operation] of operations.entries()) {
      const answer = answers[at]
      if (!answer) {
        this.#outcomes.lost(operation, unanswered())
        continue
      }
      this.requests += 1
      if (answer.status === 429) {
        this.#throttled(answer, sentAt)
        this.#plan.again(operation)
      } else if (isTokenRefused(answer)) {
        challenge ??= answer
        this.#outcomes.unauthorized(operation, answer)
      } else {
        if (answer.status >= 400 && mayPass(answer)) failing.push(answer)
        else accepted.push(operation)
        this.#outcomes.take(operation, answer)
      }
    }
    if (accepted.length > 0) this.#limiter.accepted(unitsOf(accepted), sentAt)
    this.#heed(failing, operations.length, sentAt)
    return challenge
  }

  /** A busy server says for how long; if all of a batch fails, the server as a whole is unavailable. */
  #heed(failing: GraphAnswer[], asked: number, sentAt: number): void {
    const waits = failing.map(retryAfterOf).filter((ms) => ms !== undefined)
    const [first] = failing
    if (first) this.trouble = failureOf(first)
    const isTrouble = failing.length === asked && asked >= manyAtOnce
    if (isTrouble && first) this.#inTrouble(failureOf(first), sentAt)
    this.#limiter.stopFor(Math.max(0, ...waits))
  }

  #refusedAsAWhole(operations: Operation[], answer: GraphAnswer, sentAt: number): GraphAnswer | undefined {
    const { status } = answer
    this.requests += 1
    if (status === 429) this.#throttled(answer, sentAt)
    if (status === 429 || isTokenRefused(answer)) {
      for (const operation of operations) this.#plan.again(operation)
      return status === 429 ? undefined : answer
    }
    const error = failureOf(answer)
    if (status >= 500 || status === 408) {
      this.#inTrouble(error, sentAt, retryAfterOf(answer))
      for (const operation of operations) {
        // A gateway that times out does not know what was done behind it.
        if (status === 503) this.#plan.again(operation)
        else this.#outcomes.lost(operation, error)
      }
    } else if ((status === 400 || status === 413) && operations.length > 1) {
      // One of the requests is invalid, or all together are too large: the others pass in batches of their own.
      for (const operation of operations) this.#plan.alone(operation)
    } else if (operations.length === 1 && operations[0]) this.#outcomes.take(operations[0], answer)
    else throw error
    return undefined
  }

  /** A token that was issued just now is refused: all wait, as for a server that is unavailable. */
  tokenRefused(error: OdLinkError, sentAt: number): void {
    this.#inTrouble(error, sentAt)
  }

  #throttled(answer: GraphAnswer, sentAt: number): void {
    this.refused += 1
    this.trouble = failureOf(answer)
    this.#limiter.throttled(sentAt, retryAfterOf(answer))
  }

  #inTrouble(error: OdLinkError, sentAt: number, retryAfterMs?: number): void {
    this.trouble = error
    this.#limiter.troubled(sentAt, retryAfterMs)
    if (this.#limiter.troubles > maxRetries) throw error
  }
}

function failureOf(answer: GraphAnswer): OdLinkError {
  return graphFailure(answer, 'Creating folders')
}

function retryAfterOf({ headers }: GraphAnswer): number | undefined {
  return parseRetryAfter(headers['retry-after'])
}
