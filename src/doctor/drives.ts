import type { Account } from '../accounts/account.ts'
import { listDrives, type OwnedDrive } from '../accounts/drives.ts'
import { accessToken } from '../accounts/token.ts'
import { graphFailure, placeGone } from '../graph/errors.ts'
import { type Place, startOf } from '../graph/place.ts'
import { openGraph } from '../graph/request.ts'
import { startPatience } from '../http/retry.ts'
import type { CheckResult } from './finding.ts'
import { nameInReport, withoutAddress } from './links.ts'

/** How long one drive may take, in milliseconds. */
const patienceMs = 6_000

/** The saved drives to check: those of one account, or all. */
export function drivesToCheck(account: Account | undefined): OwnedDrive[] {
  return listDrives(account && [account])
}

/**
 * Whether a saved drive can still be reached, by one request: somebody may have removed its folder, or stopped sharing it.
 * What it is called is not told, because its address may contain a person's.
 */
export async function checkDrive({ account, drive }: OwnedDrive, offline: boolean): Promise<CheckResult> {
  const whose = `with ${nameInReport(account)}`
  if (offline) return { notChecked: `saved ${whose}; whether it can be reached is not checked (--offline)` }
  const place: Place = {
    drive: `/drives/${encodeURIComponent(drive.id)}`,
    item: drive.item,
    prefix: `${drive.name}:`,
    path: [],
  }
  try {
    const link = await accessToken(account, { patience: startPatience(patienceMs) })
    const request = { method: 'GET', path: `${startOf(place)}?$select=id` }
    const answer = await openGraph(account, patienceMs, link).send(request)
    if (answer.status === 404) throw placeGone(place, answer)
    if (answer.status !== 200) throw graphFailure(answer, `Opening "${place.prefix}"`)
    return `can be reached ${whose}`
  } catch (error) {
    throw withoutAddress(error, account)
  }
}
