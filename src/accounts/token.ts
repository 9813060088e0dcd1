import { OdLinkError } from '../errors.ts'
import { type Patience, startPatience } from '../http/retry.ts'
import type { LinkRecord } from '../identity/link.ts'
import { configDir } from '../settings/directory.ts'
import { isUnwritable, unwritableBecause } from '../system/disk-errors.ts'
import { isoTime } from '../text/format.ts'
import type { Account } from './account.ts'
import { accountNow, holdingLink, readLink, refuseReadOnly, writeLink } from './index.ts'

/** A token with less than this left is renewed before it is used; MSAL draws the line at the same place. */
const freshForMs = 5 * 60_000
/** Near its end a token still serves while the sign-in service has trouble. */
const usableForMs = 10_000
/** How long the lock and the sign-in service may take, where the caller sets no bound. */
const defaultMaxWaitMs = 120_000

export interface TokenOptions {
  /** After a 401, and to see whether the link lives: a token other than this one, however fresh it seems. */
  refused?: string
  /** The claims that Graph asked for with the refusal, as JSON. */
  claims?: string | undefined
  /** The renewal is a check: where it could not be saved, a token that still lives is enough. */
  isCheck?: boolean
  /** The bound on all waiting of this command. */
  patience?: Patience
}

/**
 * A link with an access token to use now, from the store or renewed. Of any number of processes that need a new one
 * at the same time, one renews it and the others use what it saved; it is saved before anyone uses it.
 * @throws OdLinkError (sign-in) when Microsoft ends the link; the record stays as it is, and the first process that
 *   sees it tells the person's own command.
 */
export async function accessToken(account: Account, options: TokenOptions = {}): Promise<LinkRecord> {
  const asked = Date.now()
  const { refused, patience = startPatience(defaultMaxWaitMs) } = options
  const record = await readLink(account)
  const isFresh = ({ accessToken, expiresAt }: LinkRecord) =>
    accessToken !== refused && expiresAt - Date.now() > freshForMs
  if (isFresh(record)) return record
  const renewIfNeeded = async () => {
    // A move to another store may have held the link until now.
    const known = accountNow(account)
    const current = await readLink(known)
    // Renewed while this process waited: as fresh as it gets, however short its life.
    const justRenewed = current.accessToken !== refused && current.lastRenewedAt >= asked
    if (justRenewed || isFresh(current)) return current
    await refuseReadOnly(known)
    return renew(known, current, { ...options, patience })
  }
  const outcome = await holdingLink(account.id, renewIfNeeded, patience).catch((error: unknown) => {
    if (!isUnwritable(error)) throw error
    if ((refused === undefined || options.isCheck) && record.expiresAt > Date.now() + usableForMs)
      return record
    throw notRenewable(record, error)
  })
  if (!('refusal' in outcome)) return outcome
  // Not while holding the link, which others wait for, and which that command may use itself.
  if (outcome.isNew && process.env.OD_LINK_ON_SIGNIN_NEEDED)
    await (await import('./signin-needed.ts')).tellSignInNeeded(account, outcome.refusal)
  throw outcome.refusal
}

/** For a link in a place that cannot be written to, such as a full disk or a secret that is mounted into a container. */
function notRenewable({ username, expiresAt }: LinkRecord, error: OdLinkError): OdLinkError {
  const state = expiresAt > Date.now() ? 'can no longer be used' : `ended at ${isoTime(expiresAt)}`
  const mounted = [
    `Make it writable: ${configDir()}`,
    'Or log in again where the link was made, and mount it anew.',
  ].join('\n')
  const { reason, hint } = unwritableBecause(error.cause, configDir(), mounted)
  return new OdLinkError(
    'keychain',
    `The token of ${username} ${state}, and cannot be renewed: the link is in a place that cannot be written to (${reason}).`,
    { hint, cause: error },
  )
}

/** Microsoft refuses to renew the link. */
interface Refused {
  refusal: OdLinkError
  /** Whether no process had seen that before. */
  isNew: boolean
}

async function renew(
  account: Account,
  record: LinkRecord,
  options: TokenOptions & { patience: Patience },
): Promise<LinkRecord | Refused> {
  const { refreshTokens } = await import('../identity/refresh.ts')
  try {
    const tokens = await refreshTokens(record, options.claims, options.patience)
    const renewed: LinkRecord = { ...record, ...tokens, lastRenewedAt: Date.now() }
    await writeLink(account, renewed)
    return renewed
  } catch (error) {
    if (!(error instanceof OdLinkError)) throw error
    const passing = error.kind === 'service' || error.kind === 'network'
    if (passing && options.refused === undefined && record.expiresAt > Date.now() + usableForMs) return record
    if (error.kind !== 'sign-in') throw error
    // The refusal is believed only if it was of the newest refresh token: a login may have replaced it meanwhile.
    const stored = await readLink(account)
    if (stored.refreshToken !== record.refreshToken) return renew(account, stored, options)
    const { markEnded } = await import('./lifetime.ts')
    return { refusal: error, isNew: await markEnded(account, stored, error) }
  }
}
