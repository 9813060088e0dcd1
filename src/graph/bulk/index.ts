import type { Account } from '../../accounts/account.ts'
import type { OdLinkError } from '../../errors.ts'
import { Engine } from './engine.ts'
import type { FolderResult } from './folder-states.ts'
import type { FolderTree } from './tree.ts'

/**
 * Many folders at once:
 * 1. a list of paths is read and checked, and becomes a tree of distinct folders (read-list, tree);
 * 2. each account has an engine of its own (engine): it asks what is there and makes what is not (plan, operations), in
 *    batches (batch), as many as the server takes well (limiter, rate), with a token that is renewed on the way (tokens);
 * 3. what a batch brought back goes to the limiter and to the answers (batch-results), what an answer means is decided in
 *    one place (outcomes), and what became of a folder is kept in another (folder-states).
 */
export type { Engine } from './engine.ts'
export type { FolderResult } from './folder-states.ts'
export { BadLines, readList } from './read-list.ts'
export { type Folder, type FolderTree, showFolder } from './tree.ts'

export interface ManyOptions {
  /** The longest that a server may let us wait without one folder done, in milliseconds. */
  maxWaitMs: number
  /** The most batches under way at once in one account. */
  jobs: number | undefined
  /** Stop everything at the first failure. */
  failFast: boolean
  onSettled: (account: Account, settled: FolderResult) => void
}

export interface Many {
  engines: readonly Engine[]
  /** Ends when all is settled in all accounts; nothing is thrown. */
  finished: Promise<void>
  /** Finishes what is under way, and leaves the rest for this reason. */
  stop: (why: OdLinkError) => void
}

/** Makes the folders of a tree in each of these drives, side by side; no account waits for another, or fails with it. */
export function makeFolders(tree: FolderTree, accounts: Account[], options: ManyOptions): Many {
  const { maxWaitMs, jobs, failFast, onSettled } = options
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
        onGivenUp: failed,
        onSettled(settled) {
          onSettled(account, settled)
          if (settled.error) failed(settled.error)
        },
      }),
  )
  return { engines, finished: Promise.all(engines.map((engine) => engine.run())).then(() => {}), stop }
}
