import type { Drive } from '@microsoft/microsoft-graph-types'
import type { Account } from '../accounts/account.ts'
import { readLink } from '../accounts/index.ts'
import { accessToken } from '../accounts/token.ts'
import { OdLinkError } from '../errors.ts'
import { driveTypeOf } from '../graph/drive.ts'
import { graphFailure } from '../graph/errors.ts'
import { openGraph } from '../graph/request.ts'
import { startPatience } from '../http/retry.ts'
import { byteSize } from '../text/format.ts'
import type { CheckResult } from './finding.ts'
import { maskAddress } from './mask.ts'

/** How long the sign-in service, and then Graph, may take to answer for one link, in milliseconds. */
const patienceMs = 6_000

/** How a report names an account: by its short name, or an address that says little. */
export function nameInReport({ name, username }: Account): string {
  return name ?? maskAddress(username)
}

/** Whether a link works: its tokens are there, Microsoft renews them, they are enough, and there is a drive with room. */
export async function checkLink(account: Account, offline: boolean): Promise<CheckResult> {
  const record = await readLink(account)
  if (offline) {
    const renewed = new Date(record.lastRenewedAt).toISOString().slice(0, 10)
    return {
      notChecked: `its tokens are there, renewed on ${renewed}; whether they work is not checked (--offline)`,
    }
  }
  const patience = startPatience(patienceMs)
  const link = await accessToken(account, { refused: record.accessToken, isCheck: true, patience })
  const { grantedScope, graphOrigin, accessToken: token } = link
  refuseTooNarrow(grantedScope)
  const request = { method: 'GET', path: '/me/drive?$select=id,driveType,quota' } as const
  const answer = await openGraph(account, patienceMs, link).send(request)
  if (answer.status !== 200) throw graphFailure(answer, 'Looking at the drive')
  const { quota } = answer.json as Drive
  if (quota?.state === 'exceeded') throw noSpace(quota)
  const where = graphOrigin === 'https://graph.microsoft.com' ? '' : ` at ${new URL(graphOrigin).host}`
  const scopes = grantedScope
    .split(' ')
    .filter((scope) => !/^(openid|profile|email|offline_access)$/.test(scope))
  return [
    `${token === record.accessToken ? 'its token lives, but cannot be renewed in this place' : 'renewed just now'}${where}`,
    `${driveTypeOf(answer)} drive${room(quota)}`,
    `granted ${scopes.join(' ')}`,
  ].join('; ')
}

/** A scope that lets od-link make folders wherever the person may. */
const wideEnough = /(^|\/)(Files\.ReadWrite(\.All)?|Sites\.(ReadWrite|Manage|FullControl)\.All)$/i

function refuseTooNarrow(grantedScope: string): void {
  if (grantedScope.split(' ').some((scope) => wideEnough.test(scope))) return
  throw new OdLinkError('not-allowed', `No folder can be made with what was granted: ${grantedScope}.`, {
    hint: 'od-link login --scope Files.ReadWrite',
  })
}

function noSpace(quota: Drive['quota']): OdLinkError {
  return new OdLinkError('not-allowed', `There is no space left in this OneDrive${room(quota)}.`, {
    hint: 'Free some space, or empty the recycle bin: https://onedrive.live.com',
  })
}

/** `, 1.2 GB used, 3.8 GB free`, where Graph tells; https://learn.microsoft.com/en-us/graph/api/resources/quota */
function room(quota: Drive['quota']): string {
  const { used, remaining } = quota ?? {}
  if (typeof used !== 'number' || typeof remaining !== 'number') return ''
  return `, ${byteSize(used)} used, ${byteSize(remaining)} free`
}
