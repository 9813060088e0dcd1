import {
  type Account,
  defaultAccount,
  findAccount,
  labelOf,
  listAccounts,
  readLink,
} from '../accounts/index.ts'
import type { LinkRecord } from '../accounts/record.ts'
import { accessToken } from '../accounts/token.ts'
import type { Arguments } from '../cli.ts'
import { OdLinkError } from '../errors.ts'
import { graphFailure } from '../graph/failure.ts'
import { openGraph } from '../graph/request.ts'
import { fail, print, printJson, styled } from '../terminal.ts'
import { describe, isoTime } from './account.ts'
import { textOf } from './options.ts'

/** What is known of one link; `problem` when it cannot be used. */
interface Standing {
  account: Account
  record?: LinkRecord
  /** The drive's kind as Graph told it, when it was asked. */
  driveType?: string
  problem?: OdLinkError
}

/** `od-link status [--check]`: claims only what it has seen; the exit code is that of the first problem. */
export async function run({ options }: Arguments): Promise<number> {
  const wanted = textOf(options, 'account')
  const accounts = wanted === undefined ? listAccounts() : [findAccount(wanted)]
  const standings: Standing[] = []
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

async function look(account: Account, check: boolean): Promise<Standing> {
  const standing: Standing = { account }
  try {
    standing.record = await readLink(account)
    if (!check) return standing
    const answer = await openGraph(account, 30_000).send({
      method: 'GET',
      path: '/me/drive?$select=id,driveType',
    })
    if (answer.status !== 200) throw graphFailure(answer, `Looking at the drive of ${account.username}`)
    standing.driveType = String(answer.json?.driveType ?? 'unknown')
    standing.record = await accessToken(account)
  } catch (error) {
    if (!(error instanceof OdLinkError)) throw error
    standing.problem = error
  }
  return standing
}

function inJson({ account, record, driveType, problem }: Standing, checked: boolean) {
  return {
    ...describe(account, record),
    checked,
    ...(checked && { works: problem === undefined }),
    ...(driveType !== undefined && { driveType }),
  }
}

function tell({ account, record, driveType, problem }: Standing, checked: boolean): void {
  const usual = defaultAccount()?.id === account.id ? ' · default' : ''
  const title = account.name ? `${account.name}: ${account.username}` : account.username
  print(styled('bold', title), styled('dim', ` · ${account.kind} account${usual}`))
  const row = (what: string, text: string) => print(`  ${what.padEnd(12)}${text}`)
  if (account.displayName && account.displayName !== labelOf(account)) row('name', account.displayName)
  row('id', account.id)
  if (record) {
    row('linked', `${isoTime(record.linkedAt)}, renewed ${isoTime(record.lastRenewedAt)}`)
    row('token', tokenInWords(record.expiresAt))
    if (record.graphOrigin !== 'https://graph.microsoft.com') row('graph', record.graphOrigin)
  }
  if (checked) row('checked', problem ? `no: ${problem.message}` : `works, ${driveType} drive`)
}

function tokenInWords(expiresAt: number): string {
  const minutes = Math.floor((expiresAt - Date.now()) / 60_000)
  return minutes > 0
    ? `good until ${isoTime(expiresAt)} (${minutes} min)`
    : `ended ${isoTime(expiresAt)}; the next command renews it`
}
