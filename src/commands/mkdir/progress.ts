import { type Account, labelOf } from '../../accounts/account.ts'
import { exitCodes, type OdLinkError } from '../../errors.ts'
import { type Engine, type FolderResult, type FolderTree, showFolder } from '../../graph/bulk/index.ts'
import { clearProgress, isSeen, print, printJson, progress, say, styled } from '../../terminal/index.ts'
import { count, inWords, stateOf, summaryOf } from './summary.ts'

/** What `od-link mkdir --from-file` says: each path as it is done, how far it is, and what became of it all. */
export interface Progress {
  settled: (account: Account, settled: FolderResult) => void
  /** Shows how far these are, from now on. */
  watch: (engines: readonly Engine[]) => void
  /** The end. @throws OdLinkError of the first failure's kind when not all folders are there. */
  finish: () => void
}

/** How many failures are told one by one, and how many paths are listed to a person at a terminal. */
const mostTold = 20
const everyMs = { terminal: 100, pipe: 5_000 }

/** The talk of a run of many folders: its progress, what failed, and the sum at the end. */
export function startProgress(
  tree: FolderTree,
  accounts: readonly Account[],
  { json, quiet }: { json: boolean; quiet: boolean },
): Progress {
  const began = performance.now()
  const several = accounts.length > 1
  let engines: readonly Engine[] = []
  let timer: NodeJS.Timeout | undefined
  let first: OdLinkError | undefined
  let told = 0

  const tellFailure = (account: Account, path: string, { message }: OdLinkError) => {
    told += 1
    if (json || told > mostTold) return
    const where = [several && labelOf(account), !message.includes(path) && path].filter(Boolean)
    say(styled('red', '✗'), ` ${[...where, message].join(': ')}`)
    if (told === mostTold) say('Further failures are told at the end alone.')
  }
  const show = () => {
    if (isSeen()) progress(stateOf(engines, tree, began))
  }

  return {
    settled(account, settled) {
      const { folder, status, error } = settled
      if (error && !first) first = error
      if (status === 'failed' && error) tellFailure(account, showFolder(folder), error)
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
      const sum = summaryOf(engines, tree, began)
      const missing = sum.failed + sum.skipped
      const failed =
        first && (missing > 0 || engines.some(({ states }) => states.all.failed > 0)) ? first : undefined
      if (json) printJson({ summary: { ...sum, exitCode: failed?.exitCode ?? 0 } })
      if (!failed) {
        if (!quiet) say(styled('green', '✓'), ` ${inWords(sum)}`)
        return
      }
      if (!json) for (const engine of engines) listMissing(engine, tree, several)
      throw failed.with({
        message: `${inWords(sum)} ${failed.message}`,
        hint: failed.hint ?? 'Run the same again: what is missing is made.',
      })
    },
  }
}

/** The path as it was typed, but for the last name, which is as the drive has it. */
function pathOf({ folder, item }: FolderResult): string {
  const above = showFolder(folder).slice(0, -folder.name.length)
  return above + (item?.name ?? folder.name)
}

function asJson(settled: FolderResult, account: Account | undefined): object {
  const { folder, status, item, error } = settled
  const { kind, message, hint, code, requestId } = error ?? {}
  return {
    path: pathOf(settled),
    name: item?.name ?? folder.name,
    id: item?.id ?? null,
    webUrl: item?.webUrl ?? null,
    created: status === 'created',
    status,
    ...(kind ? { error: { kind, message, hint, exitCode: exitCodes[kind], code, requestId } } : {}),
    ...(account ? { account: labelOf(account) } : {}),
  }
}

/** The paths that are not there, each on a line that begins with a slash, as no other line does. */
function listMissing({ account, states }: Engine, tree: FolderTree, several: boolean): void {
  const missing = states.named.failed + states.named.skipped
  if (missing === 0) return
  const name = several ? ` in the drive of ${labelOf(account)}` : ''
  say(`Not there${name}:`)
  let listed = 0
  for (const folder of tree.below()) {
    if (!folder.named || !['failed', 'skipped'].includes(states.statusOf(folder))) continue
    listed += 1
    if (isSeen() && listed > mostTold) break
    say(showFolder(folder))
  }
  if (isSeen() && missing > mostTold) say(`… and ${count(missing - mostTold)} more.`)
}
