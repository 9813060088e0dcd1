import { OdLinkError } from '../errors.ts'
import { type Account, holdingLink, readLink, writeLink } from './index.ts'
import type { LinkRecord } from './record.ts'

/** A token with less than this left is renewed before it is used; MSAL draws the line at the same place. */
const freshForMs = 5 * 60_000

/** A token that Graph refused with 401, and the claims it asked for with the refusal, if any. */
export interface Refusal {
  token: string
  claims?: string | undefined
}

/**
 * An access token for the account, from the store or renewed. Of any number of processes that need a new one at
 * the same time, one renews it and the others use what it saved; it is saved before anyone uses it.
 * @param refusal after a 401: a token other than this one is wanted, however fresh it seemed.
 * @throws OdLinkError (sign-in) when Microsoft ends the link; the record stays as it is.
 */
export async function accessToken(account: Account, refusal?: Refusal): Promise<LinkRecord> {
  const usable = (record: LinkRecord) =>
    record.accessToken !== refusal?.token && record.expiresAt - Date.now() > freshForMs
  const record = await readLink(account)
  if (usable(record)) return record
  return holdingLink(account.id, async () => {
    const current = await readLink(account)
    return usable(current) ? current : renew(account, current, refusal)
  })
}

async function renew(
  account: Account,
  record: LinkRecord,
  refusal: Refusal | undefined,
): Promise<LinkRecord> {
  const { refreshTokens } = await import('../identity/refresh.ts')
  try {
    const tokens = await refreshTokens(record, refusal?.claims)
    const renewed: LinkRecord = { ...record, ...tokens, lastRenewedAt: Date.now() }
    await writeLink(renewed)
    return renewed
  } catch (error) {
    if (!(error instanceof OdLinkError)) throw error
    // Microsoft is in trouble, the token is not: it is good for some minutes yet.
    const passing = error.kind === 'service' || error.kind === 'network'
    if (passing && !refusal && record.expiresAt > Date.now() + 10_000) return record
    if (error.kind !== 'sign-in') throw error
    // The refusal is believed only if it was of the newest refresh token: a login may have replaced it meanwhile.
    const stored = await readLink(account)
    if (stored.refreshToken === record.refreshToken) throw error
    return renew(account, stored, refusal)
  }
}
