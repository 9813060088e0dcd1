import type { OdLinkError } from '../../errors.ts'
import { parseRetryAfter } from '../../http/retry.ts'
import { graphFailure } from '../errors.ts'
import { maxRetries } from '../request.ts'
import { type GraphAnswer, isTokenRefused } from '../send-once.ts'
import type { Delivery } from './batch.ts'
import { unanswered } from './errors.ts'
import type { Limiter } from './limiter.ts'
import { type Operation, unitsOf } from './operations.ts'
import type { Outcomes } from './outcomes.ts'
import type { Plan } from './plan.ts'

/** So many failures, and nothing else in a batch, are no matter of single folders. */
const manyAtOnce = 5

/** What came of each batch: the limiter hears how the server takes it, the answers what became of each ask. */
export class BatchResults {
  /** Requests that were answered, and how many of them were refused for their number. */
  requests = 0
  refused = 0
  /** What stopped everything last. */
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
   * @returns a refusal of the token, if there is one; what was asked with it is asked again.
   * @throws OdLinkError when nothing more can be done in this drive.
   */
  take(operations: Operation[], delivery: Delivery, sentAt: number): GraphAnswer | undefined {
    if ('answers' in delivery) return this.#takeEach(operations, delivery.answers, sentAt)
    if ('refusal' in delivery) return this.#refusedAsAWhole(operations, delivery.refusal, sentAt)
    const trouble = 'lost' in delivery ? delivery.lost : delivery.unsent
    // Nothing was ever answered: a wrong host, no network. It will be the same in a second.
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
    // In the order of the asks: a parent's before those of its children.
    for (const [at, operation] of operations.entries()) {
      const answer = answers[at]
      if (!answer) {
        this.#outcomes.lost(operation, unanswered())
        continue
      }
      // What depends on a failure was not even begun.
      if (answer.status !== 424) this.requests += 1
      if (answer.status === 429) {
        this.#throttled(answer, sentAt)
        this.#plan.again(operation)
      } else if (isTokenRefused(answer)) {
        challenge ??= answer
        this.#outcomes.unauthorized(operation, answer)
      } else {
        if (answer.status >= 500 && answer.status !== 507) failing.push(answer)
        else accepted.push(operation)
        this.#outcomes.take(operation, answer)
      }
    }
    if (accepted.length > 0) this.#limiter.accepted(unitsOf(accepted), sentAt)
    this.#heed(failing, operations.length, sentAt)
    return challenge
  }

  /** A server that is busy says for how long; one that does nothing else but fail is in trouble as a whole. */
  #heed(failing: GraphAnswer[], asked: number, sentAt: number): void {
    const waits = failing.map(retryAfterOf).filter((ms) => ms !== undefined)
    const isTrouble = failing.length === asked && asked >= manyAtOnce
    if (isTrouble && failing[0]) this.#inTrouble(failureOf(failing[0]), sentAt)
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
        // A gateway that gives up does not know what was done behind it.
        if (status === 503) this.#plan.again(operation)
        else this.#outcomes.lost(operation, error)
      }
    } else if ((status === 400 || status === 413) && operations.length > 1) {
      // One request in it is not as Graph wants it, or all together are too large: the others will pass alone.
      for (const operation of operations) this.#plan.alone(operation)
    } else if (operations.length === 1 && operations[0]) this.#outcomes.take(operations[0], answer)
    else throw error
    return undefined
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
  return graphFailure(answer, 'Making folders')
}

function retryAfterOf({ headers }: GraphAnswer): number | undefined {
  return parseRetryAfter(headers['retry-after'])
}
