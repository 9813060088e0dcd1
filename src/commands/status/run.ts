import { type Account, labelOf } from '../../accounts/account.ts'
import { listDrives } from '../../accounts/drives.ts'
import {
  accountNow,
  defaultAccount,
  findAccount,
  listAccounts,
  notLinked,
  readLink,
} from '../../accounts/index.ts'
import { lifetimeOf } from '../../accounts/lifetime.ts'
import { accessToken } from '../../accounts/token.ts'
import type { Arguments } from '../../cli/command.ts'
import { OdLinkError } from '../../errors.ts'
import { driveTypeOf } from '../../graph/drive.ts'
import { graphFailure } from '../../graph/errors.ts'
import { openGraph } from '../../graph/request.ts'
import { startPatience } from '../../http/retry.ts'
import type { LinkRecord } from '../../identity/link.ts'
import { columnsOfData, fail, print, printJson, styled } from '../../terminal/index.ts'
import { localTime } from '../../text/format.ts'
import { wrap } from '../../text/wrap.ts'
import { describe } from '../shared/account-json.ts'
import { textOf } from '../shared/arguments.ts'
import { describeDrive } from '../shared/drive-json.ts'
import { lifetimeInWords } from './lifetime.ts'

/** How long the sign-in service, and then Graph, may take to respond for one link. */
const checkWithinMs = 30_000

/** What is known about one link; `problem` when it cannot be used. */
interface AccountStatus {
  account: Account
  record?: LinkRecord
  /** The drive's type according to Graph, when it was asked. */
  driveType?: string
  /** It works, but its store is read-only, so that no renewal could be saved. */
  isReadOnly?: boolean
  problem?: OdLinkError
}

/** `od-link status [--check]`: claims only what it has seen; the exit code is that of the first problem. */
export async function run({ options }: Arguments): Promise<number> {
  const wanted = textOf(options, 'account')
  const accounts = wanted === undefined ? listAccounts() : [findAccount(wanted)]
  const statuses: AccountStatus[] = []
  for (const account of accounts) statuses.push(await statusOf(account, options.check === true))
  // An account whose record is gone is not linked, whatever the index says.
  const linked = statuses.filter(({ record }) => record)
  if (options.json) {
    printJson(linked.map((status) => inJson(status, options.check === true)))
  } else {
    for (const [at, status] of linked.entries()) {
      if (at > 0) print()
      show(status, options.check === true)
    }
  }
  const [problem, ...more] = statuses.flatMap((status) => status.problem ?? [])
  if (problem) {
    // With --json there is one error object: the first link's.
    if (!options.json) for (const other of more) fail(other, false)
    return fail(problem, options.json === true)
  }
  if (linked.length > 0) return 0
  return fail(notLinked(), options.json === true)
}

async function statusOf(account: Account, check: boolean): Promise<AccountStatus> {
  const status: AccountStatus = { account }
  try {
    status.record = await readLink(account)
    if (check) await checkNow(status, status.record)
  } catch (error) {
    if (!(error instanceof OdLinkError)) throw error
    status.problem = error
    // The index has the refusal that just came by now.
    status.account = accountNow(account)
  }
  return status
}

/** Renews the link, however fresh its token is, and checks its drive with the new one. */
async function checkNow(status: AccountStatus, { accessToken: refused }: LinkRecord): Promise<void> {
  const { account } = status
  const link = await accessToken(account, { refused, isCheck: true, patience: startPatience(checkWithinMs) })
  status.record = link
  status.isReadOnly = link.accessToken === refused
  const request = { method: 'GET', path: '/me/drive?$select=id,driveType' } as const
  const answer = await openGraph(account, checkWithinMs, link).send(request)
  if (answer.status !== 200) throw graphFailure(answer, `Looking at the drive of ${account.username}`)
  status.driveType = driveTypeOf(answer)
}

function inJson({ account, record, driveType, isReadOnly, problem }: AccountStatus, checked: boolean) {
  return {
    ...describe(account, record),
    drives: listDrives([account]).map(describeDrive),
    checked,
    ...(checked && {
      works: problem === undefined,
      renewable: problem === undefined && !isReadOnly,
      problem: problem ? { kind: problem.kind, message: problem.message, code: problem.code ?? null } : null,
    }),
    ...(driveType !== undefined && { driveType }),
  }
}

function show({ account, record, driveType, isReadOnly, problem }: AccountStatus, checked: boolean): void {
  const usual = defaultAccount()?.id === account.id ? ' · default' : ''
  const hasEnded = record && lifetimeOf(account, record).end !== undefined
  const title = account.name ? `${account.name}: ${account.username}` : account.username
  print(
    styled('bold', title),
    styled('dim', ` · ${account.kind} account${usual}`),
    hasEnded ? styled('red', ' · ended') : '',
  )
  const row = (what: string, text: string) => {
    // A command stays on one line, so that it can be pasted.
    const lines = what === 'next' ? [text] : wrap(text, columnsOfData() - 14)
    for (const [at, line] of lines.entries()) print(`  ${(at === 0 ? what : '').padEnd(12)}${line}`)
  }
  if (account.displayName && account.displayName !== labelOf(account)) row('name', account.displayName)
  row('id', account.id)
  if (record) {
    row('linked', `${localTime(record.linkedAt)}, renewed ${localTime(record.lastRenewedAt)}`)
    for (const [what, text] of lifetimeInWords(account, record)) row(what, text)
    row('app', `${record.registration.clientId} (tenant ${record.registration.tenant})`)
    row('scopes', scopesInWords(record.grantedScope))
    if (record.graphOrigin !== 'https://graph.microsoft.com') row('graph', record.graphOrigin)
  }
  row('store', account.store)
  for (const [at, { drive }] of listDrives([account]).entries())
    row(at === 0 ? 'drives' : '', `${drive.name}: ${drive.about}`)
  if (!checked) return
  row('checked', problem ? problemInWords(problem) : `works, ${driveType} drive`)
  if (isReadOnly)
    row('', 'only until its token expires; it cannot be renewed, because its store is read-only')
}

/** Without those that every sign-in asks for. */
function scopesInWords(granted: string): string {
  const usual = ['openid', 'profile', 'email', 'offline_access']
  return (
    granted
      .split(' ')
      .filter((scope) => !usual.includes(scope))
      .join(' ') || 'none'
  )
}

/** A server that cannot be reached says nothing about the link. */
function problemInWords({ kind, message }: OdLinkError): string {
  return kind === 'service' || kind === 'network' ? `cannot be checked now: ${message}` : `no: ${message}`
}
