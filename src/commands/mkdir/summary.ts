import type { Engine, FolderTree } from '../../graph/bulk/index.ts'
import { shortDuration } from '../../text/format.ts'

/** How far a run of many folders is, and what became of it, in numbers and in words. */

export const count = (number: number) => number.toLocaleString('en')

/** `412/1,010 folders · 310/s · throttled for 12 s · 3 s left` */
export function stateOf(engines: readonly Engine[], tree: FolderTree, began: number): string {
  const total = tree.named * engines.length
  const done = engines.reduce((sum, { states }) => sum + states.done, 0)
  const perSecond = done / ((performance.now() - began) / 1000)
  const pause = Math.max(0, ...engines.map((engine) => engine.pause))
  return [
    `${count(done)}/${count(total)} folders`,
    done > 0 && `${perSecond < 10 ? perSecond.toFixed(1) : count(Math.round(perSecond))}/s`,
    pause > 1_000 && `throttled for ${Math.ceil(pause / 1000)} s`,
    done > 0 && done < total && `${shortDuration((total - done) / perSecond)} left`,
  ]
    .filter(Boolean)
    .join(' · ')
}

export interface Summary {
  folders: number
  created: number
  exists: number
  failed: number
  skipped: number
  /** Folders on the way to those of the list that were made. */
  parentsCreated: number
  accounts: number
  requests: number
  refused: number
  seconds: number
}

/** The whole run, over all accounts. */
export function summaryOf(engines: readonly Engine[], tree: FolderTree, began: number): Summary {
  const sum = (of: (engine: Engine) => number) => engines.reduce((total, engine) => total + of(engine), 0)
  return {
    folders: tree.named * engines.length,
    created: sum(({ states }) => states.named.created),
    exists: sum(({ states }) => states.named.exists),
    failed: sum(({ states }) => states.named.failed),
    skipped: sum(({ states }) => states.named.skipped),
    parentsCreated: sum(({ states }) => states.all.created - states.named.created),
    accounts: engines.length,
    requests: sum(({ results }) => results.requests),
    refused: sum(({ results }) => results.refused),
    seconds: Math.round(performance.now() - began) / 1000,
  }
}

/** One sentence. */
export function inWords(sum: Summary): string {
  const { folders, created, exists, failed, skipped, parentsCreated } = sum
  if (folders === 0) return 'The list is empty, so there was nothing to make.'
  const there = created + exists
  const noun = folders === 1 ? 'folder is' : 'folders are'
  const whole =
    there < folders
      ? `${count(there)} of ${count(folders)}`
      : folders === 1
        ? 'The one'
        : `All ${count(folders)}`
  const parts = [
    created > 0 && `${count(created)} made`,
    exists > 0 && `${count(exists)} there already`,
    failed > 0 && `${count(failed)} failed`,
    skipped > 0 && `${count(skipped)} not tried`,
    parentsCreated > 0 && `${count(parentsCreated)} made on the way to them`,
  ].filter(Boolean)
  return `${whole} ${noun} there (${parts.join(', ')}; ${shortDuration(sum.seconds)}).`
}
