import type { Account } from '../../accounts/index.ts'
import { OdLinkError } from '../../errors.ts'
import { parseRetryAfter } from '../../retry.ts'
import { challengeOf, type GraphAnswer, isTokenRefused } from '../authorized.ts'
import { graphFailure, linkRefused } from '../failure.ts'
import { maxFaults } from '../request.ts'
import { Answers } from './answers.ts'
import { type Ask, unitsOf } from './asks.ts'
import { type Delivery, sendBatch } from './batch.ts'
import { Ledger, type Settled } from './ledger.ts'
import { Limiter } from './limiter.ts'
import { Plan } from './plan.ts'
import { openTokens, type Tokens } from './tokens.ts'
import type { FolderTree } from './tree.ts'

/** So many failures, and nothing else in a batch, are no matter of single folders. */
const manyAtOnce = 5

export interface EngineOptions {
  /** The longest that the server may let us wait without one folder done, in milliseconds. */
  maxWaitMs: number
  /** The most batches under way at once. */
  jobs?: number | undefined
  /** Called for every folder, as soon as it is known what became of it. */
  onSettled: (settled: Settled) => void
  /** Called when nothing more can be done in this drive. */
  onGivenUp: (error: OdLinkError) => void
}

/** Makes a tree of folders in one drive: as many batches under way as it takes well, until every folder is settled. */
export class Engine {
  readonly account: Account
  readonly ledger: Ledger
  /** Requests that were answered, and how many of them were refused for their number. */
  requests = 0
  refused = 0
  /** Milliseconds for which a Retry-After, or trouble, stopped everything. */
  stoppedMs = 0
  #tree: FolderTree
  #options: EngineOptions
  #plan: Plan
  #answers: Answers
  #limiter: Limiter
  #tokens: Tokens
  #running = 0
  #ending: OdLinkError | undefined
  #trouble: OdLinkError | undefined
  #lastProgress = performance.now()
  #ring: () => void = () => {}

  constructor(account: Account, tree: FolderTree, options: EngineOptions) {
    this.account = account
    this.#tree = tree
    this.#options = options
    this.ledger = new Ledger(tree, (settled) => {
      this.#lastProgress = performance.now()
      options.onSettled(settled)
    })
    this.#plan = new Plan(this.ledger)
    this.#answers = new Answers(tree, this.ledger, this.#plan, (error) => this.#giveUp(error))
    this.#limiter = new Limiter(options.jobs)
    this.#tokens = openTokens(account, options.maxWaitMs)
  }

  /** Milliseconds for which the server has stopped everything, from now on. */
  get pause(): number {
    return this.#limiter.pause
  }

  /** Ends when every folder is settled; nothing is thrown, a failure is what became of a folder. */
  async run(): Promise<void> {
    this.#plan.list(this.#tree.root)
    while (this.#running > 0 || (!this.#ending && this.#plan.wait !== undefined)) {
      const wait = this.#launch()
      if (this.#running > 0 || (wait !== undefined && wait > 0)) await this.#rest(wait)
    }
    for (const folder of this.#tree.below()) {
      if (!this.ledger.isOpen(folder)) continue
      this.ledger.settle({ folder, status: 'skipped', ...(this.#ending ? { error: this.#ending } : {}) })
    }
  }

  /** Finishes what is under way, and leaves the rest. */
  stop(why: OdLinkError): void {
    this.#ending ??= why
    this.#ring()
  }

  #giveUp(error: OdLinkError): void {
    this.stop(error)
    this.#options.onGivenUp(error)
  }

  /** Sends as many batches as may be sent now. @returns the milliseconds until another may, if it is a matter of time. */
  #launch(): number | undefined {
    while (!this.#ending && this.#running < this.#limiter.batches) {
      const ready = this.#plan.wait
      if (ready === undefined) return undefined
      const wait = Math.max(ready, this.#limiter.wait)
      if (wait > 0) return this.#bounded(wait)
      const asks = this.#plan.take(this.#limiter.batchSize)
      if (asks.length > 0) this.#send(asks)
    }
    return undefined
  }

  #bounded(wait: number): number {
    const waited = performance.now() - this.#lastProgress
    if (this.#running > 0 || waited + this.#limiter.pause <= this.#options.maxWaitMs) return wait
    this.#giveUp(this.#trouble ?? tooLong())
    return 0
  }

  #rest(wait: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = wait === undefined ? undefined : setTimeout(resolve, wait)
      this.#ring = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #send(asks: Ask[]): void {
    this.#running += 1
    this.#exchange(asks)
      .catch((error) => this.#giveUp(error instanceof OdLinkError ? error : unforeseen(error)))
      .finally(() => {
        this.#running -= 1
        this.#ring()
      })
  }

  async #exchange(asks: Ask[]): Promise<void> {
    const link = await this.#tokens.current()
    const sentAt = this.#limiter.send(unitsOf(asks))
    // Short enough that one silent server leaves time to ask again.
    const timeoutMs = Math.max(2_000, Math.min(30_000, this.#options.maxWaitMs / 3))
    const freshConnection = this.#limiter.troubles > 0
    const delivery = await sendBatch(link, asks, this.ledger, { timeoutMs, freshConnection })
    const [challenge] = this.#receive(asks, delivery, sentAt)
    if (!challenge) {
      if ('answers' in delivery) this.#tokens.accepted(link)
      return
    }
    if (this.#tokens.isSecond(link)) throw linkRefused(challenge)
    await this.#tokens.renew(link, challengeOf(challenge))
  }

  /** @returns the refusals of the token; what was asked with it is asked again. */
  #receive(asks: Ask[], delivery: Delivery, sentAt: number): GraphAnswer[] {
    if ('answers' in delivery) return this.#receiveEach(asks, delivery.answers, sentAt)
    if ('refusal' in delivery) return this.#refusedAsAWhole(asks, delivery.refusal, sentAt)
    const trouble = 'lost' in delivery ? delivery.lost : delivery.unsent
    // Nothing was ever answered: a wrong host, no network. It will be the same in a second.
    if ('unsent' in delivery && this.requests === 0) throw trouble
    this.#inTrouble(trouble, sentAt)
    for (const ask of asks) {
      if ('lost' in delivery) this.#answers.lost(ask, trouble)
      else this.#plan.again(ask)
    }
    return []
  }

  #receiveEach(asks: Ask[], answers: (GraphAnswer | undefined)[], sentAt: number): GraphAnswer[] {
    const challenges: GraphAnswer[] = []
    const accepted: Ask[] = []
    const failing: GraphAnswer[] = []
    // In the order of the asks: a parent's before those of its children.
    for (const [at, ask] of asks.entries()) {
      const answer = answers[at]
      if (!answer) {
        this.#answers.lost(ask, unanswered())
        continue
      }
      // What depends on a failure was not even begun.
      if (answer.status !== 424) this.requests += 1
      if (answer.status === 429) {
        this.#throttled(answer, sentAt)
        this.#plan.again(ask)
      } else if (isTokenRefused(answer)) {
        challenges.push(answer)
        this.#plan.again(ask)
      } else {
        if (answer.status >= 500 && answer.status !== 507) failing.push(answer)
        else accepted.push(ask)
        this.#answers.take(ask, answer)
      }
    }
    if (accepted.length > 0) this.#limiter.accepted(unitsOf(accepted), sentAt)
    this.#heed(failing, asks.length, sentAt)
    return challenges
  }

  /** A server that is busy says for how long; one that does nothing else but fail is in trouble as a whole. */
  #heed(failing: GraphAnswer[], asked: number, sentAt: number): void {
    const waits = failing.map(retryAfterOf).filter((ms) => ms !== undefined)
    const isTrouble = failing.length === asked && asked >= manyAtOnce
    if (isTrouble && failing[0]) this.#inTrouble(graphFailure(failing[0], 'Making folders'), sentAt)
    if (waits.length > 0) this.#limiter.stopFor(Math.max(...waits))
  }

  #refusedAsAWhole(asks: Ask[], answer: GraphAnswer, sentAt: number): GraphAnswer[] {
    const { status } = answer
    this.requests += 1
    if (isTokenRefused(answer)) {
      for (const ask of asks) this.#plan.again(ask)
      return [answer]
    }
    const error = graphFailure(answer, 'Making folders')
    if (status === 429) {
      this.#throttled(answer, sentAt)
      for (const ask of asks) this.#plan.again(ask)
    } else if (status >= 500 || status === 408) {
      // A gateway that gives up does not know what was done behind it.
      this.#inTrouble(error, sentAt, retryAfterOf(answer))
      for (const ask of asks) {
        if (status === 503) this.#plan.again(ask)
        else this.#answers.lost(ask, error)
      }
    } else if ((status === 400 || status === 413) && asks.length > 1) {
      // One request in it is not as Graph wants it, or all together are too large: the others will pass alone.
      for (const ask of asks) this.#plan.alone(ask)
    } else if (asks.length === 1 && asks[0]) this.#answers.take(asks[0], answer)
    else throw error
    return []
  }

  #throttled(answer: GraphAnswer, sentAt: number): void {
    this.refused += 1
    this.#trouble = graphFailure(answer, 'Making folders')
    this.#limiter.throttled(sentAt, retryAfterOf(answer))
  }

  #inTrouble(error: OdLinkError, sentAt: number, retryAfterMs?: number): void {
    this.#trouble = error
    this.#limiter.troubled(sentAt, retryAfterMs)
    if (this.#limiter.troubles > maxFaults) throw error
  }
}

function retryAfterOf({ headers }: GraphAnswer): number | undefined {
  return parseRetryAfter(headers['retry-after'])
}

function unanswered(): OdLinkError {
  return new OdLinkError('service', 'Microsoft Graph left a request of a batch without an answer.', {
    hint: 'Run the same again: what is missing is made.',
  })
}

function tooLong(): OdLinkError {
  return new OdLinkError('service', 'Microsoft let od-link wait longer than it may.', {
    hint: 'Try again in some minutes, or let it wait longer: --max-wait 3600',
  })
}

function unforeseen(error: unknown): OdLinkError {
  const what = error instanceof Error ? error.message : String(error)
  return new OdLinkError('internal', `Something went wrong that od-link has no name for: ${what}`, {
    hint: 'Please report it, with what you typed.',
    cause: error,
  })
}
