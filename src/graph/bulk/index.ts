import type { Account } from '../../accounts/account.ts'
import type { OdLinkError } from '../../errors.ts'
import type { Start } from '../place.ts'
import { Engine } from './engine.ts'
import type { FolderResult } from './folder-states.ts'
import type { FolderTree } from './tree.ts'

/**
 * Many folders at once:
 * 1. a list of paths is read and checked, and becomes a tree of distinct folders (read-list, tree);
 * 2. each account has an engine of its own (engine): it finds what exists and creates what is missing (plan, operations), in
 *    batches (batch), as many at once as the server accepts (limiter, rate), with a token that is renewed on the way (tokens);
 * 3. the results of a batch go to the limiter and to the outcomes (batch-results), which decide what each answer means for
 *    its folder (outcomes); the state of each folder is kept in folder-states.
 */
export type { Engine } from './engine.ts'
export type { FolderResult } from './folder-states.ts'
export { BadLines, type InvalidLine, readList } from './read-list.ts'
export { type Folder, type FolderTree, showFolder } from './tree.ts'

export interface ManyOptions {
  /** How long to go on without any folder done, in milliseconds. */
  maxWaitMs: number
  /** The most batches in progress at once in one account. */
  jobs: number | undefined
  /** The folder that the root of the tree stands for, in the drive of a single account. */
  start?: Start | undefined
  /** The sharing link that it was typed with. */
  sharingLink?: string | undefined
  /** Stop everything at the first failure. */
  failFast: boolean
  onSettled: (account: Account, settled: FolderResult) => void
}

export interface Many {
  engines: readonly Engine[]
  /** Resolves when every folder has a result in every account; never rejects. */
  finished: Promise<void>
  /** Finishes requests in progress, and skips the rest for this reason. */
  stop: (why: OdLinkError) => void
}

/** Creates the folders of a tree in each of these drives at the same time; no account waits for another, or fails with it. */
export function createFolders(tree: FolderTree, accounts: Account[], options: ManyOptions): Many {
  const { maxWaitMs, jobs, start, sharingLink, failFast, onSettled } = options
  const stop = (why: OdLinkError) => {
    for (const engine of engines) engine.stop(why)
  }
  const failed = (error: OdLinkError) => {
    if (failFast) stop(error)
  }
  const engines = accounts.map(
    (account) =>
      new Engine(account, tree, {
        maxWaitMs,
        jobs,
        start,
        sharingLink,
        onGivenUp: failed,
        onSettled(settled) {
          onSettled(account, settled)
          if (settled.error) failed(settled.error)
        },
      }),
  )
  return { engines, finished: Promise.all(engines.map((engine) => engine.run())).then(() => {}), stop }
}
