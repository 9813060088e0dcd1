import type { Account } from '../../accounts/account.ts'
import { internalError, OdLinkError } from '../../errors.ts'
import { newSignInWanted, renewedTokenRefused } from '../errors.ts'
import type { Start } from '../place.ts'
import { challengeOf } from '../send-once.ts'
import { sendBatch } from './batch.ts'
import { BatchResults } from './batch-results.ts'
import { tooLong } from './errors.ts'
import { type FolderResult, FolderStates } from './folder-states.ts'
import { Limiter } from './limiter.ts'
import { type Operation, unitsOf } from './operations.ts'
import { Outcomes } from './outcomes.ts'
import { Plan } from './plan.ts'
import { openTokens, type Tokens } from './tokens.ts'
import type { FolderTree } from './tree.ts'

export interface EngineOptions {
  /** How long to go on without any folder done, in milliseconds. */
  maxWaitMs: number
  /** The most batches in progress at once. */
  jobs?: number | undefined
  /** The folder that the root of the tree stands for; default: the root of the account's own drive. */
  start?: Start | undefined
  /** The sharing link that the start was typed with, for what refusals say. */
  sharingLink?: string | undefined
  /** Called for every folder as soon as its result is known. */
  onSettled: (settled: FolderResult) => void
  /** Called when nothing more can be done in this drive. */
  onGivenUp: (error: OdLinkError) => void
}

/** Creates a tree of folders in one drive, with as many batches in progress as the server accepts. */
export class Engine {
  readonly account: Account
  readonly states: FolderStates
  readonly results: BatchResults
  #tree: FolderTree
  #options: EngineOptions
  #plan: Plan
  #limiter: Limiter
  #tokens: Tokens
  #running = 0
  #ending: OdLinkError | undefined
  #lastProgress = performance.now()
  #ring: () => void = () => {}

  constructor(account: Account, tree: FolderTree, options: EngineOptions) {
    this.account = account
    this.#tree = tree
    this.#options = options
    const settled = (result: FolderResult) => {
      this.#lastProgress = performance.now()
      options.onSettled(result)
    }
    this.states = new FolderStates(tree, settled, options.start)
    this.#plan = new Plan(this.states)
    this.#limiter = new Limiter(options.jobs)
    const outcomes = new Outcomes(tree, this.states, this.#plan, (error) => this.#giveUp(error))
    this.results = new BatchResults(this.#plan, outcomes, this.#limiter)
    this.#tokens = openTokens(account, options.maxWaitMs)
  }

  /** Milliseconds for which the server has stopped everything. */
  get pause(): number {
    return this.#limiter.pause
  }

  /** Resolves when every folder has a result; never rejects, because failures are results. */
  async run(): Promise<void> {
    this.#plan.list(this.#tree.root)
    while (this.#running > 0 || (!this.#ending && this.#plan.wait !== undefined)) {
      const wait = this.#launch()
      if (this.#running > 0 || wait !== undefined) await this.#rest(wait)
    }
    for (const folder of this.#tree.below()) {
      if (!this.states.isOpen(folder)) continue
      this.states.settle({ folder, status: 'skipped', ...(this.#ending ? { error: this.#ending } : {}) })
    }
  }

  /** Finishes requests in progress, and skips the rest. */
  stop(why: OdLinkError): void {
    this.#ending ??= why
    this.#ring()
  }

  #giveUp(error: OdLinkError): void {
    this.stop(error)
    this.#options.onGivenUp(error)
  }

  /** Sends as many batches as may be sent now. @returns the milliseconds until another may, if that is known. */
  #launch(): number | undefined {
    while (!this.#ending && this.#running < this.#limiter.batches) {
      const ready = this.#plan.wait
      if (ready === undefined) return undefined
      const wait = Math.max(ready, this.#limiter.wait)
      if (wait > 0) return this.#bounded(wait)
      // The results of those in progress may fill it, or something that waited is due before them.
      if (!this.#plan.isDue(this.#limiter.batchSize)) return this.#plan.delay
      this.#send(this.#plan.take(this.#limiter.batchSize))
    }
    return undefined
  }

  #bounded(wait: number): number | undefined {
    const waited = performance.now() - this.#lastProgress
    if (this.#running > 0 || waited + this.#limiter.pause <= this.#options.maxWaitMs) return wait
    this.#giveUp(this.results.trouble ?? tooLong())
    return undefined
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

  #send(operations: Operation[]): void {
    this.#running += 1
    this.#exchange(operations, this.#limiter.send(unitsOf(operations)))
      .catch((error) => this.#giveUp(error instanceof OdLinkError ? error : internalError(error)))
      .finally(() => {
        this.#plan.finished(operations)
        this.#running -= 1
        this.#ring()
      })
  }

  async #exchange(operations: Operation[], sentAt: number): Promise<void> {
    const link = await this.#tokens.current()
    // Short enough that a server that does not respond can be asked again.
    const timeoutMs = Math.max(2_000, Math.min(30_000, this.#options.maxWaitMs / 3))
    const freshConnection = this.#limiter.troubles > 0
    const sender = { account: this.account, link, sharingLink: this.#options.sharingLink }
    const delivery = await sendBatch(sender, operations, this.states, { timeoutMs, freshConnection })
    const challenge = this.results.take(operations, delivery, sentAt)
    if (!challenge) {
      if ('answers' in delivery) this.#tokens.accepted(link)
      return
    }
    const claims = challengeOf(challenge)
    if (!this.#tokens.isSecond(link)) return this.#tokens.renew(link, claims)
    if (claims !== undefined) {
      await (await import('../../accounts/lifetime.ts')).keepClaims(this.account, claims)
      throw newSignInWanted(challenge)
    }
    this.results.tokenRefused(renewedTokenRefused(challenge), sentAt)
  }
}
