import { OdLinkError } from '../errors.ts'
import { type Patience, startPatience } from '../http/retry.ts'
import type { LinkRecord } from '../identity/link.ts'
import { configDir } from '../settings/directory.ts'
import { variable } from '../settings/environment.ts'
import { isFull, isUnwritable, unwritableBecause } from '../system/disk-errors.ts'
import { isoTime } from '../text/format.ts'
import type { Account } from './account.ts'
import { accountNow, namingAccount, readLink, refuseReadOnly, withLinkLock, writeLink } from './index.ts'

/** A token that expires sooner is renewed before it is used; MSAL has the same limit. */
const freshForMs = 5 * 60_000
/** While the sign-in service is unavailable, a token that is valid for at least this long is still used. */
const usableForMs = 10_000
/** How long to wait for the lock and the sign-in service if the caller sets no limit. */
const defaultMaxWaitMs = 120_000

export interface TokenOptions {
  /** After a 401, and to check the link: get another token than this one, even if this one looks fresh. */
  refused?: string
  /** The claims that Graph requested with the refusal, as JSON. */
  claims?: string | undefined
  /** Only check the link: if a renewal could not be saved, a token that is still valid is enough. */
  isCheck?: boolean
  /** The limit on all waiting of this command. */
  patience?: Patience
}

/**
 * A link with an access token that is valid now, from the store or renewed. If several processes need a new token at the
 * same time, one renews it and the others use what it saved. It is saved before it is used.
 * @throws OdLinkError (sign-in) when Microsoft ends the link. The record stays unchanged, and the first process that sees
 *   the refusal runs the person's own command.
 */
export async function accessToken(account: Account, options: TokenOptions = {}): Promise<LinkRecord> {
  const asked = Date.now()
  const { refused, patience = startPatience(defaultMaxWaitMs) } = options
  const record = await readLink(account)
  if (!options.isCheck) refuseOtherOrigin(record)
  const isFresh = ({ accessToken, expiresAt }: LinkRecord) =>
    accessToken !== refused && expiresAt - Date.now() > freshForMs
  if (isFresh(record)) return record
  const renewIfNeeded = async () => {
    // The lock may have been held by a move to another store.
    const known = accountNow(account)
    const current = await readLink(known)
    // Renewed while this process waited: as fresh as possible, even if its lifetime is short.
    const justRenewed = current.accessToken !== refused && current.lastRenewedAt >= asked
    if (justRenewed || isFresh(current)) return current
    await refuseReadOnly(known)
    return renew(known, current, { ...options, patience })
  }
  const outcome = await withLinkLock(account.id, renewIfNeeded, patience).catch((error: unknown) => {
    if (!isUnwritable(error)) throw error
    if ((refused === undefined || options.isCheck) && record.expiresAt > Date.now() + usableForMs)
      return record
    throw notRenewable(record, error)
  })
  if (!('refusal' in outcome)) return outcome
  // After releasing the lock: others wait for it, and the command may use the link itself.
  if (outcome.isNew && variable('OD_LINK_ON_SIGNIN_NEEDED'))
    await (await import('./signin-needed.ts')).runSignInNeededCommand(account, outcome.refusal)
  throw outcome.refusal
}

/**
 * A person who has just named another server, such as a sandbox, means that one, and a link keeps the server that it was
 * created with: without this, a trial would change the real drive.
 * @throws OdLinkError (usage) when OD_LINK_GRAPH_HOST names another origin than the link's.
 */
function refuseOtherOrigin({ graphOrigin, username }: LinkRecord): void {
  const named = variable('OD_LINK_GRAPH_HOST')
  if (named === undefined || !URL.canParse(named) || new URL(named).origin === graphOrigin) return
  throw new OdLinkError(
    'usage',
    `The link of ${username} is for ${graphOrigin}, but OD_LINK_GRAPH_HOST names another server. Nothing was sent.`,
    {
      reason: 'invalid-setting',
      next: [
        'To use the link, unset OD_LINK_GRAPH_HOST.',
        'To use the other server, keep its links apart: set OD_LINK_CONFIG_DIR to an empty directory, then',
        { verb: 'login', flags: { account: undefined } },
        { intro: 'To see the server of each link:', verb: 'status', flags: { account: undefined } },
      ],
    },
  )
}

/** The error for a link in a read-only place, such as a full disk or a secret that is mounted into a container. */
function notRenewable({ username, expiresAt }: LinkRecord, error: OdLinkError): OdLinkError {
  const state = expiresAt > Date.now() ? 'can no longer be used' : `expired at ${isoTime(expiresAt)}`
  const { why, next } = unwritableBecause(error.cause, configDir(), [
    `Make ${configDir()} writable.`,
    'Or sign in again where the link was created, and mount it again.',
  ])
  return new OdLinkError(
    'keychain',
    `The token of ${username} ${state}. It cannot be renewed, because the link cannot be saved (${why}).`,
    { reason: isFull(error.cause) ? 'store-full' : 'store-read-only', next, cause: error },
  )
}

/** Microsoft refused to renew the link. */
interface Refused {
  refusal: OdLinkError
  /** Whether no other process has seen the refusal before. */
  isNew: boolean
}

async function renew(
  account: Account,
  record: LinkRecord,
  options: TokenOptions & { patience: Patience },
): Promise<LinkRecord | Refused> {
  const { refreshTokens } = await import('../identity/refresh.ts')
  try {
    const refresh = (link: LinkRecord) => refreshTokens(link, options.claims, options.patience)
    const tokens = await refresh(record).catch(async (error: unknown) => {
      const { withAnotherSecret } = await import('./client-secret.ts')
      const changed = await withAnotherSecret(record, error)
      if (!changed) throw error
      const { registration } = changed
      return { registration, ...(await refresh(changed)) }
    })
    const renewed: LinkRecord = { ...record, ...tokens, lastRenewedAt: Date.now() }
    await writeLink(account, renewed)
    return renewed
  } catch (error) {
    if (!(error instanceof OdLinkError)) throw error
    const isTransient = error.kind === 'service' || error.kind === 'network'
    if (isTransient && options.refused === undefined && record.expiresAt > Date.now() + usableForMs)
      return record
    if (error.kind !== 'sign-in') throw error
    // Only a refusal of the newest refresh token counts: a login may have replaced the token meanwhile.
    const stored = await readLink(account)
    if (stored.refreshToken !== record.refreshToken) return renew(account, stored, options)
    const { markEnded } = await import('./lifetime.ts')
    const { claimsIn } = await import('../identity/errors.ts')
    const refusal = error.with({ next: namingAccount(error.next, account) })
    const claims = claimsIn(error) ?? options.claims
    return { refusal, isNew: await markEnded(account, stored, error, claims) }
  }
}
