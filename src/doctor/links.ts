import type { Drive } from '@microsoft/microsoft-graph-types'
import type { Account } from '../accounts/account.ts'
import { accountFlag, readLink } from '../accounts/index.ts'
import { accessToken } from '../accounts/token.ts'
import { OdLinkError } from '../errors.ts'
import { driveTypeOf } from '../graph/drive.ts'
import { graphFailure } from '../graph/errors.ts'
import { openGraph } from '../graph/request.ts'
import { includesScope, ownDriveScope } from '../graph/scopes.ts'
import { startPatience } from '../http/retry.ts'
import { byteSize } from '../text/format.ts'
import type { NextStep } from '../text/next-step.ts'
import type { CheckResult } from './finding.ts'
import { maskAddress } from './mask.ts'

/** How long the sign-in service, and then Graph, may take for one link, in milliseconds. */
const patienceMs = 6_000

/** The name of an account in a report: its short name, or its masked address. */
export function nameInReport({ name, username }: Account): string {
  return name ?? maskAddress(username)
}

/**
 * The same error; but its commands name the account only by its short name. Addresses and IDs are masked in a report, and a
 * command with a masked one does not work.
 */
export function withoutAddress(error: unknown, { name }: Account): unknown {
  if (!(error instanceof OdLinkError)) return error
  const hide = (step: NextStep): NextStep => {
    if (typeof step === 'string' || step.flags?.account === undefined) return step
    return { ...step, flags: { ...step.flags, account: name } }
  }
  return error.with({ next: error.next.map(hide) })
}

/** Whether a link works: it has tokens, Microsoft renews them, their scope is enough, and the drive has space. */
export async function checkLink(account: Account, offline: boolean): Promise<CheckResult> {
  try {
    return await check(account, offline)
  } catch (error) {
    throw withoutAddress(error, account)
  }
}

async function check(account: Account, offline: boolean): Promise<CheckResult> {
  const record = await readLink(account)
  if (offline) {
    const renewed = new Date(record.lastRenewedAt).toISOString().slice(0, 10)
    return {
      notChecked: `has tokens, renewed on ${renewed}; whether they work is not checked (--offline)`,
    }
  }
  const patience = startPatience(patienceMs)
  const link = await accessToken(account, { refused: record.accessToken, isCheck: true, patience })
  const { grantedScope, graphOrigin, accessToken: token } = link
  refuseTooNarrow(account, grantedScope)
  const request = { method: 'GET', path: '/me/drive?$select=id,driveType,quota' } as const
  const answer = await openGraph(account, patienceMs, link).send(request)
  if (answer.status !== 200) throw graphFailure(answer, 'Reading the drive')
  const { quota } = answer.json as Drive
  if (quota?.state === 'exceeded') throw noSpace(quota)
  const where = graphOrigin === 'https://graph.microsoft.com' ? '' : ` at ${new URL(graphOrigin).host}`
  const scopes = grantedScope
    .split(' ')
    .filter((scope) => !/^(openid|profile|email|offline_access)$/.test(scope))
  return [
    `${token === record.accessToken ? 'its token is valid, but cannot be renewed here (read-only)' : 'renewed just now'}${where}`,
    `${driveTypeOf(answer)} drive${space(quota)}`,
    `granted ${scopes.join(' ')}`,
  ].join('; ')
}

function refuseTooNarrow(account: Account, grantedScope: string): void {
  if (includesScope(grantedScope, ownDriveScope)) return
  throw new OdLinkError(
    'not-allowed',
    `The granted scope does not allow creating folders (${grantedScope}).`,
    {
      reason: 'scope-too-narrow',
      next: [
        { verb: 'login', flags: { account: accountFlag(account), scope: `User.Read ${ownDriveScope}` } },
      ],
    },
  )
}

function noSpace(quota: Drive['quota']): OdLinkError {
  return new OdLinkError('not-allowed', `There is no space left in this OneDrive${space(quota)}.`, {
    reason: 'no-space',
    next: ['Free some space, or empty the recycle bin: https://onedrive.live.com'],
  })
}

/** `, 1.2 GB used, 3.8 GB free`, if Graph reports it; https://learn.microsoft.com/en-us/graph/api/resources/quota */
function space(quota: Drive['quota']): string {
  const { used, remaining } = quota ?? {}
  if (typeof used !== 'number' || typeof remaining !== 'number') return ''
  return `, ${byteSize(used)} used, ${byteSize(remaining)} free`
}
