import { type Account, labelOf } from '../../accounts/account.ts'
import type { OdLinkError } from '../../errors.ts'
import { type Engine, type FolderResult, type FolderTree, showFolder } from '../../graph/bulk/index.ts'
import { showPath } from '../../graph/path.ts'
import {
  clearProgress,
  errorAsJson,
  isSeen,
  print,
  printJson,
  progress,
  say,
  styled,
} from '../../terminal/index.ts'
import { count, inWords, stateOf, summaryOf } from './summary.ts'

/** What `od-link mkdir --from-file` shows: each path when it is done, the progress, and a summary. */
export interface Progress {
  settled: (account: Account, settled: FolderResult) => void
  /** Shows the progress of these from now on. */
  watch: (engines: readonly Engine[]) => void
  /** The end. @throws OdLinkError of the first failure's kind when a folder is missing. */
  finish: () => void
}

/** How many failures are reported one by one, and how many paths are listed to a person at a terminal. */
const mostReported = 20
const everyMs = { terminal: 100, pipe: 5_000 }

/** Reports on a run with many folders: its progress, what failed, and the summary at the end. */
export function startProgress(
  tree: FolderTree,
  accounts: readonly Account[],
  { json, quiet, invalid }: { json: boolean; quiet: boolean; invalid?: number | undefined },
): Progress {
  const began = performance.now()
  const several = accounts.length > 1
  let engines: readonly Engine[] = []
  let timer: NodeJS.Timeout | undefined
  let first: { account: Account; result: FolderResult } | undefined
  let reported = 0

  const reportFailure = (account: Account, path: string, { message }: OdLinkError) => {
    reported += 1
    if (json || reported > mostReported) return
    const where = [several && labelOf(account), path].filter(Boolean)
    say(styled('red', '✗'), ` ${[...where, message].join(': ')}`)
    if (reported === mostReported) say('Further failures are only listed at the end.')
  }
  const show = () => {
    if (isSeen()) progress(stateOf(engines, tree, began))
  }

  return {
    settled(account, settled) {
      const { folder, status, error } = settled
      if (error && !first) first = { account, result: settled }
      if (status === 'failed' && error) reportFailure(account, showFolder(folder), error)
      if (!folder.named) return
      if (json) printJson(asJson(settled, several ? account : undefined))
      else if (status === 'created' || status === 'exists')
        print(several ? `${labelOf(account)}:${pathOf(settled)}` : pathOf(settled))
    },
    watch(these) {
      engines = these
      if (quiet) return
      timer = setInterval(
        isSeen() ? show : () => say(stateOf(engines, tree, began)),
        everyMs[isSeen() ? 'terminal' : 'pipe'],
      )
    },
    finish() {
      clearInterval(timer)
      clearProgress()
      const sum = { ...summaryOf(engines, tree, began), invalid }
      const missing = sum.failed + sum.skipped
      const hasFailed = missing > 0 || engines.some(({ states }) => states.all.failed > 0)
      const failed = hasFailed ? first?.result.error : undefined
      if (json) printJson({ summary: { ...sum, exitCode: failed?.exitCode ?? 0 } })
      if (!failed) {
        if (quiet) return
        // A list without a single valid line is nothing to be congratulated on.
        if (sum.folders === 0 && invalid) say(inWords(sum))
        else say(styled('green', '✓'), ` ${inWords(sum)}`)
        return
      }
      if (!json) for (const engine of engines) listMissing(engine, tree, several)
      const what = first ? subjectOf(first.result, several ? first.account : undefined) : ''
      throw failed.with({
        message: `${inWords(sum)} ${what}${failed.message}`,
        next: failed.next.length > 0 ? failed.next : ["Run it again to create what's missing."],
      })
    },
  }
}

/** What the first failure is about: the link, where there are several, and the folder, unless it is not about one. */
function subjectOf({ status, folder }: FolderResult, account: Account | undefined): string {
  const parts = [account && labelOf(account), status === 'failed' && showFolder(folder)]
  return parts.flatMap((part) => (part ? [`${part}: `] : [])).join('')
}

/** The path as it was typed, but for the last name, which is as the drive has it. */
function pathOf({ folder, item }: FolderResult): string {
  return showFolder(folder, item?.name ?? folder.name)
}

function asJson(settled: FolderResult, account: Account | undefined): object {
  const { folder, status, item, error, failed } = settled
  return {
    path: pathOf(settled),
    name: item?.name ?? folder.name,
    // Of a shortcut, the folder that it stands for.
    id: item?.remoteItem?.id ?? item?.id ?? null,
    webUrl: item?.remoteItem?.webUrl ?? item?.webUrl ?? null,
    created: status === 'created',
    status,
    ...(error ? { error: { ...errorAsJson(error), ...(failed ? { path: showFolder(failed) } : {}) } } : {}),
    ...(account ? { account: labelOf(account) } : {}),
  }
}

/** The missing paths, each on a line that begins with a slash, as no other line does. */
function listMissing({ account, states }: Engine, tree: FolderTree, several: boolean): void {
  const missing = states.named.failed + states.named.skipped
  if (missing === 0) return
  const { name: prefix } = tree.root
  const own = several ? ` in the drive of ${labelOf(account)}` : ''
  // Below it each line is a path that the list can have.
  say(`Missing${prefix === '' ? own : ` in ${prefix.replace(/:$/, '')}`}:`)
  let listed = 0
  for (const folder of tree.below()) {
    if (!folder.named || !['failed', 'skipped'].includes(states.statusOf(folder))) continue
    listed += 1
    if (isSeen() && listed > mostReported) break
    say(showPath(folder.path))
  }
  if (isSeen() && missing > mostReported) say(`… and ${count(missing - mostReported)} more.`)
}
