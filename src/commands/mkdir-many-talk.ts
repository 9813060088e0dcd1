import { type Account, labelOf } from '../accounts/index.ts'
import { exitCodes, OdLinkError } from '../errors.ts'
import { type Engine, type FolderTree, type Settled, showFolder } from '../graph/bulk/index.ts'
import { clearProgress, isSeen, print, printJson, progress, say, styled } from '../terminal.ts'

/** What `od-link mkdir --from-file` says: each path as it is done, how far it is, and what became of it all. */
export interface Talk {
  settled: (account: Account, settled: Settled) => void
  /** Shows how far these are, from now on. */
  watch: (engines: readonly Engine[]) => void
  /** The end. @throws OdLinkError of the first failure's kind when not all folders are there. */
  finish: () => void
}

/** How many failures are told one by one, and how many paths are listed to a person at a terminal. */
const mostTold = 20
const everyMs = { terminal: 100, pipe: 5_000 }

const count = (number: number) => number.toLocaleString('en')

export function startTalk(
  tree: FolderTree,
  accounts: readonly Account[],
  { json, quiet }: { json: boolean; quiet: boolean },
): Talk {
  const began = performance.now()
  const several = accounts.length > 1
  let engines: readonly Engine[] = []
  let timer: NodeJS.Timeout | undefined
  let first: OdLinkError | undefined
  let told = 0

  const tellFailure = (account: Account, error: OdLinkError) => {
    told += 1
    if (json || told > mostTold) return
    say(styled('red', '✗'), ` ${several ? `${labelOf(account)}: ` : ''}${error.message}`)
    if (told === mostTold) say('Further failures are told at the end alone.')
  }
  const show = () => {
    if (isSeen()) progress(stateOf(engines, tree, began))
  }

  return {
    settled(account, settled) {
      const { folder, status, error } = settled
      if (error && !first) first = error
      if (status === 'failed' && error) tellFailure(account, error)
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
        first && (missing > 0 || engines.some(({ ledger }) => ledger.all.failed > 0)) ? first : undefined
      if (json) printJson({ summary: { ...sum, exitCode: failed?.exitCode ?? 0 } })
      if (!failed) {
        if (!quiet) say(styled('green', '✓'), ` ${inWords(sum)}`)
        return
      }
      if (!json) for (const engine of engines) listMissing(engine, tree, several)
      throw new OdLinkError(failed.kind, `${inWords(sum)} ${failed.message}`, {
        hint: failed.hint ?? 'Run the same again: what is missing is made.',
        code: failed.code,
        requestId: failed.requestId,
        timestamp: failed.timestamp,
      })
    },
  }
}

/** The path as it was typed, but for the last name, which is as the drive has it. */
function pathOf({ folder, item }: Settled): string {
  const above = showFolder(folder).slice(0, -folder.name.length)
  return above + (item?.name ?? folder.name)
}

function asJson(settled: Settled, account: Account | undefined): object {
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

/** `412/1,010 folders · 310/s · throttled for 12 s · 3 s left` */
function stateOf(engines: readonly Engine[], tree: FolderTree, began: number): string {
  const total = tree.named * engines.length
  const done = engines.reduce((sum, { ledger }) => sum + ledger.done, 0)
  const perSecond = done / ((performance.now() - began) / 1000)
  const pause = Math.max(0, ...engines.map((engine) => engine.pause))
  return [
    `${count(done)}/${count(total)} folders`,
    done > 0 && `${perSecond < 10 ? perSecond.toFixed(1) : count(Math.round(perSecond))}/s`,
    pause > 1_000 && `throttled for ${Math.ceil(pause / 1000)} s`,
    done > 0 && done < total && `${duration((total - done) / perSecond)} left`,
  ]
    .filter(Boolean)
    .join(' · ')
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}

interface Summary {
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

function summaryOf(engines: readonly Engine[], tree: FolderTree, began: number): Summary {
  const sum = (of: (engine: Engine) => number) => engines.reduce((total, engine) => total + of(engine), 0)
  return {
    folders: tree.named * engines.length,
    created: sum(({ ledger }) => ledger.named.created),
    exists: sum(({ ledger }) => ledger.named.exists),
    failed: sum(({ ledger }) => ledger.named.failed),
    skipped: sum(({ ledger }) => ledger.named.skipped),
    parentsCreated: sum(({ ledger }) => ledger.all.created - ledger.named.created),
    accounts: engines.length,
    requests: sum(({ requests }) => requests),
    refused: sum(({ refused }) => refused),
    seconds: Math.round(performance.now() - began) / 1000,
  }
}

function inWords(sum: Summary): string {
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
  return `${whole} ${noun} there (${parts.join(', ')}; ${duration(sum.seconds)}).`
}

/** The paths that are not there, each on a line that begins with a slash, as no other line does. */
function listMissing({ account, ledger }: Engine, tree: FolderTree, several: boolean): void {
  const missing = ledger.named.failed + ledger.named.skipped
  if (missing === 0) return
  const name = several ? ` in the drive of ${labelOf(account)}` : ''
  say(`Not there${name}:`)
  let listed = 0
  for (const folder of tree.below()) {
    if (!folder.named || !['failed', 'skipped'].includes(ledger.statusOf(folder))) continue
    listed += 1
    if (isSeen() && listed > mostTold) break
    say(showFolder(folder))
  }
  if (isSeen() && missing > mostTold) say(`… and ${count(missing - mostTold)} more.`)
}
