import type { Engine, FolderTree } from '../../graph/bulk/index.ts'
import { shortDuration } from '../../text/format.ts'

/* The progress and the results of a run with many folders, in numbers and in words. */

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
  /** Parents that were created and that no line names. */
  parentsCreated: number
  accounts: number
  requests: number
  refused: number
  seconds: number
  /** Lines of the list that were skipped; only with --skip-invalid. */
  invalid?: number | undefined
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

/** `All 600 folders exist (600 created, plus 1 parent; 2.8 s).`, with a second sentence for lines that were skipped. */
export function inWords(sum: Summary): string {
  const { folders, created, exists, failed, skipped, parentsCreated } = sum
  const skippedLines = skippedInWords(sum.invalid)
  if (folders === 0)
    return skippedLines
      ? `Nothing was created. ${skippedLines}`
      : 'The list is empty, so nothing was created.'
  const parts = [
    created > 0 && `${count(created)} created`,
    exists > 0 && `${count(exists)} existed before`,
    failed > 0 && `${count(failed)} failed`,
    skipped > 0 && `${count(skipped)} skipped`,
    parentsCreated > 0 && `plus ${parents(parentsCreated)}`,
  ].filter(Boolean)
  const result = `${whole(created + exists, folders)} (${parts.join(', ')}; ${shortDuration(sum.seconds)}).`
  return skippedLines ? `${result} ${skippedLines}` : result
}

/** `2 lines were skipped, because they are not valid folder paths.` @returns nothing where there are none. */
export function skippedInWords(invalid = 0): string {
  if (invalid === 0) return ''
  if (invalid === 1) return '1 line was skipped, because it is not a valid folder path.'
  return `${count(invalid)} lines were skipped, because they are not valid folder paths.`
}

function whole(existing: number, folders: number): string {
  if (existing === folders) return folders === 1 ? 'The folder exists' : `All ${count(folders)} folders exist`
  const isOne = existing === 1 || folders === 1
  return `${count(existing)} of ${count(folders)} ${folders === 1 ? 'folder' : 'folders'} ${isOne ? 'exists' : 'exist'}`
}

/** One sentence: `3 folders, plus 1 parent, would be created if missing.` */
export function dryRunInWords(folders: number, parentCount: number): string {
  const more = parentCount > 0 ? `, plus ${parents(parentCount)},` : ''
  return `${count(folders)} ${folders === 1 ? 'folder' : 'folders'}${more} would be created if missing.`
}

function parents(number: number): string {
  return `${count(number)} ${number === 1 ? 'parent' : 'parents'}`
}
