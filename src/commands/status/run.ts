import { type Account, labelOf } from '../../accounts/account.ts'
import { accountNow, defaultAccount, findAccount, listAccounts, readLink } from '../../accounts/index.ts'
import { accessToken } from '../../accounts/token.ts'
import type { Arguments } from '../../cli/command.ts'
import { OdLinkError } from '../../errors.ts'
import { driveTypeOf } from '../../graph/drive.ts'
import { graphFailure } from '../../graph/errors.ts'
import { openGraph } from '../../graph/request.ts'
import { startPatience } from '../../http/retry.ts'
import type { LinkRecord } from '../../identity/link.ts'
import { fail, print, printJson, styled } from '../../terminal/index.ts'
import { isoTime } from '../../text/format.ts'
import { describe } from '../shared/account-json.ts'
import { textOf } from '../shared/arguments.ts'
import { lifetimeInWords } from './lifetime.ts'

/** How long the sign-in service, and then Graph, may take to answer for one link. */
const checkWithinMs = 30_000

/** What is known of one link; `problem` when it cannot be used. */
interface AccountStatus {
  account: Account
  record?: LinkRecord
  /** The drive's kind as Graph told it, when it was asked. */
  driveType?: string
  /** It works, but its place cannot be written to, so that no renewal could be saved. */
  isReadOnly?: boolean
  problem?: OdLinkError
}

/** `od-link status [--check]`: claims only what it has seen; the exit code is that of the first problem. */
export async function run({ options }: Arguments): Promise<number> {
  const wanted = textOf(options, 'account')
  const accounts = wanted === undefined ? listAccounts() : [findAccount(wanted)]
  const standings: AccountStatus[] = []
  for (const account of accounts) standings.push(await look(account, options.check === true))
  // An account whose record is gone is not linked, whatever the index remembers.
  const linked = standings.filter(({ record }) => record)
  if (options.json) {
    printJson(linked.map((standing) => inJson(standing, options.check === true)))
  } else {
    for (const standing of linked) tell(standing, options.check === true)
  }
  const [problem, ...more] = standings.flatMap((standing) => standing.problem ?? [])
  if (problem) {
    // In JSON an error is one object, that of the first link.
    if (!options.json) for (const other of more) fail(other, false)
    return fail(problem, options.json === true)
  }
  if (linked.length > 0) return 0
  return fail(
    new OdLinkError('sign-in', 'No OneDrive is linked.', { hint: 'od-link login' }),
    options.json === true,
  )
}

async function look(account: Account, check: boolean): Promise<AccountStatus> {
  const standing: AccountStatus = { account }
  try {
    standing.record = await readLink(account)
    if (check) await ask(standing, standing.record)
  } catch (error) {
    if (!(error instanceof OdLinkError)) throw error
    standing.problem = error
    // The refusal that was just met is kept there by now.
    standing.account = accountNow(account)
  }
  return standing
}

/** Renews the link, however fresh its token is, and looks at its drive with the new one. */
async function ask(standing: AccountStatus, { accessToken: refused }: LinkRecord): Promise<void> {
  const { account } = standing
  const link = await accessToken(account, { refused, isCheck: true, patience: startPatience(checkWithinMs) })
  standing.record = link
  standing.isReadOnly = link.accessToken === refused
  const request = { method: 'GET', path: '/me/drive?$select=id,driveType' } as const
  const answer = await openGraph(account, checkWithinMs, link).send(request)
  if (answer.status !== 200) throw graphFailure(answer, `Looking at the drive of ${account.username}`)
  standing.driveType = driveTypeOf(answer)
}

function inJson({ account, record, driveType, isReadOnly, problem }: AccountStatus, checked: boolean) {
  return {
    ...describe(account, record),
    checked,
    ...(checked && {
      works: problem === undefined,
      renewable: problem === undefined && !isReadOnly,
      problem: problem ? { kind: problem.kind, message: problem.message, code: problem.code ?? null } : null,
    }),
    ...(driveType !== undefined && { driveType }),
  }
}

function tell({ account, record, driveType, isReadOnly, problem }: AccountStatus, checked: boolean): void {
  const usual = defaultAccount()?.id === account.id ? ' · default' : ''
  const title = account.name ? `${account.name}: ${account.username}` : account.username
  print(styled('bold', title), styled('dim', ` · ${account.kind} account${usual}`))
  const row = (what: string, text: string) => print(`  ${what.padEnd(12)}${text}`)
  if (account.displayName && account.displayName !== labelOf(account)) row('name', account.displayName)
  row('id', account.id)
  if (record) {
    row('linked', `${isoTime(record.linkedAt)}, renewed ${isoTime(record.lastRenewedAt)}`)
    for (const [what, text] of lifetimeInWords(account, record)) row(what, text)
    if (record.graphOrigin !== 'https://graph.microsoft.com') row('graph', record.graphOrigin)
  }
  if (!checked) return
  row('checked', problem ? problemInWords(problem) : `works, ${driveType} drive`)
  if (isReadOnly)
    row('', 'only until its token ends: it cannot be renewed in a place that cannot be written to')
}

/** A server that cannot be asked says nothing of the link. */
function problemInWords({ kind, message }: OdLinkError): string {
  return kind === 'service' || kind === 'network' ? `cannot tell now: ${message}` : `no: ${message}`
}
