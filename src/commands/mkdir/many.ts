import { createReadStream } from 'node:fs'
import type { Account } from '../../accounts/account.ts'
import { findAccount, listAccounts } from '../../accounts/index.ts'
import type { Arguments } from '../../cli/command.ts'
import { OdLinkError } from '../../errors.ts'
import {
  BadLines,
  createFolders,
  type FolderTree,
  type InvalidLine,
  readList,
  showFolder,
} from '../../graph/bulk/index.ts'
import { createParents } from '../../graph/folders.ts'
import { openPlace } from '../../graph/open-place.ts'
import { readPlace, type Start, showPlace, type TypedPlace } from '../../graph/place.ts'
import { caughtUp, isSeen, print, printJson, say } from '../../terminal/index.ts'
import { onInterrupt } from '../../terminal/interrupt.ts'
import { secondsOf, textOf, textsOf } from '../shared/arguments.ts'
import { jobsOf } from '../shared/file-options.ts'
import { startProgress } from './progress.ts'
import { dryRunInWords, skippedInWords } from './summary.ts'

type Options = Arguments['options']

/** `od-link mkdir --from-file FILE [parent]`: checks everything that was typed, then the whole list, then creates its folders. */
export async function createMany(parent: string | undefined, options: Options): Promise<void> {
  const json = options.json === true
  const quiet = json || options.quiet === true
  refuseConflictChoice(options)
  const jobs = jobsOf(options)
  const maxWaitMs = (secondsOf(options, 'max-wait') ?? 600) * 1000
  const below = readPlace(parent ?? '/')
  const isOwn = below.prefix === ''
  if (!isOwn) refuseSeveral(options, below)
  const ownAccounts = options['dry-run'] || !isOwn ? [] : accountsOf(options)
  const { tree, invalid } = await treeOf(options, below)
  if (options['dry-run']) return printTree(tree, { json, quiet, invalid })

  const wanted = textsOf(options, 'account')[0]
  // For a list without a valid line nothing is requested, so nothing that an address names is created either.
  const isIdle = tree.isEmpty && below.address !== undefined
  const elsewhere = isOwn || isIdle ? undefined : await openStart(below, wanted, maxWaitMs)
  if (elsewhere) tree.root.name = elsewhere.prefix
  const [account] = isIdle ? [await checkAddress(below, wanted)] : [elsewhere?.account]
  const accounts = account ? [account] : ownAccounts
  const report = startProgress(tree, accounts, { json, quiet, invalid })
  const failFast = options['fail-fast'] === true
  const many = createFolders(tree, accounts, {
    ...{ maxWaitMs, jobs, failFast, start: elsewhere?.start, sharingLink: elsewhere?.sharingLink },
    onSettled: report.settled,
  })
  report.watch(many.engines)
  const release = onInterrupt(() => {
    many.stop(new OdLinkError('interrupted', 'Interrupted.'))
    if (!quiet) say('Finishing requests in progress. Press Ctrl-C again to stop now.')
  })
  await many.finished
  release()
  report.finish()
}

function refuseConflictChoice(options: Options): void {
  const choice = options['on-conflict']
  if (choice === undefined || choice === 'reuse') return
  throw new OdLinkError(
    'usage',
    `--on-conflict ${choice} cannot be used with --from-file, which uses existing folders.`,
    { reason: 'conflicting-options', next: [{ flags: { 'on-conflict': undefined } }] },
  )
}

/** A saved drive or an address belongs to one account. */
function refuseSeveral(options: Options, { prefix }: TypedPlace): void {
  const several = options['all-accounts'] === true || textsOf(options, 'account').length > 1
  if (!several) return
  throw new OdLinkError('usage', `"${prefix}" belongs to one account, so no others can be named.`, {
    reason: 'conflicting-options',
    next: [{ flags: { account: undefined, 'all-accounts': undefined } }],
  })
}

interface Elsewhere {
  account: Account
  start: Start
  sharingLink?: string | undefined
  prefix: string
}

/** The place in another drive where the list begins. What an address names and does not exist yet is created. */
async function openStart(
  typed: TypedPlace,
  account: string | undefined,
  maxWaitMs: number,
): Promise<Elsewhere> {
  const opened = await openPlace(typed, { account, maxWaitMs })
  const { graph, place, sharingLink } = opened
  if (typed.address === undefined) return { account: opened.account, start: place, prefix: typed.prefix }
  const start = place.path.length > 0 ? await createParents(graph, place) : place
  return { account: opened.account, start, sharingLink, prefix: showPlace(place) }
}

/** The account that an address is for. Nothing is sent. @throws OdLinkError (usage) for an address that cannot be asked about. */
async function checkAddress({ address = '' }: TypedPlace, wanted: string | undefined): Promise<Account> {
  const account = findAccount(wanted)
  const { readAddressFor } = await import('../../graph/places/resolve.ts')
  await readAddressFor(account, address)
  return account
}

/** One engine per account, so no account twice. */
function accountsOf(options: Options): Account[] {
  const named = textsOf(options, 'account')
  const all = options['all-accounts'] ? listAccounts() : []
  if (all.length > 0) return all
  const found = named.length > 0 ? named.map((name) => findAccount(name)) : [findAccount()]
  return [...new Map(found.map((account) => [account.id, account])).values()]
}

interface List {
  tree: FolderTree
  /** How many lines were skipped; undefined without --skip-invalid. */
  invalid: number | undefined
}

/** Reads the list; bad lines are reported one by one, before the error or the summary that counts them. */
async function treeOf(options: Options, below: TypedPlace): Promise<List> {
  const file = textOf(options, 'from-file') ?? '-'
  let invalid = options['skip-invalid'] === true ? 0 : undefined
  const skipping = {
    each(line: InvalidLine) {
      if (options.json) printJson(asJson(line))
    },
    all(bad: BadLines) {
      invalid = bad.count
      if (!options.json) bad.inLines(say)
    },
  }
  try {
    const separator = options.null ? '\0' : '\n'
    const tree = await readList(open(file), separator, below, invalid === undefined ? undefined : skipping)
    return { tree, invalid }
  } catch (error) {
    if (error instanceof BadLines && !options.json) throw error.inLines(say)
    if (error instanceof OdLinkError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    throw new OdLinkError('usage', `The list "${file}" cannot be read (${code ?? message}).`, {
      reason: 'local-file',
      next: ['Name a file with one path per line, or - for standard input.'],
    })
  }
}

/** A line that was left out, among the results of the others. */
function asJson({ number, text, why }: InvalidLine): object {
  return { status: 'invalid', line: number, text: text ?? null, reason: why }
}

function open(file: string): AsyncIterable<Buffer> {
  if (file !== '-') return createReadStream(file, { highWaterMark: 256 * 1024 })
  if (process.stdin.isTTY && isSeen()) say('Type one path per line, then press Ctrl-D.')
  return process.stdin
}

/** `--dry-run`: the folders of the list, each once, parents first. */
async function printTree(
  tree: FolderTree,
  { json, quiet, invalid }: { json: boolean; quiet: boolean; invalid: number | undefined },
): Promise<void> {
  for (const folder of tree.below()) {
    if (!folder.named) continue
    if (json) printJson({ path: showFolder(folder), name: folder.name, status: 'wanted' })
    else print(showFolder(folder))
    await caughtUp()
  }
  const parents = tree.size - tree.named
  if (json) printJson({ summary: { folders: tree.named, parents, invalid, dryRun: true } })
  if (quiet) return
  const sentences = [dryRunInWords(tree.named, parents), skippedInWords(invalid), 'Nothing was sent.']
  say(sentences.filter(Boolean).join(' '))
}
