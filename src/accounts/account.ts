import type { LifetimeHints } from '../identity/lifetime-hints.ts'
import type { StoreName } from './stores/index.ts'

/**
 * The linked accounts. The index (a plain file) says who is linked, without a secret; the record of each link is
 * in the store. A link counts as there only when both are: the record is written before its index entry, and an
 * entry whose record is gone is told apart as signed out.
 */
export interface Account {
  /** `tid.oid`. */
  id: string
  username: string
  displayName: string
  kind: 'work' | 'personal'
  /** The short name given with `login --as`. */
  name?: string
  /** Where its record is, whatever store is chosen for new links by now. */
  store: StoreName
  /** Where else one may be: noted before it is written there, until it is removed, whatever comes in between. */
  copies?: StoreName[]
  /** That Microsoft refused to renew it, as far as it holds for the record that there is now: see lifetime.ts. */
  ended?: End
  /** What such refusals told of the life of this account's links; it outlives a login. */
  taught?: LifetimeHints
}

/** What the file holds. */
export interface Index {
  accounts?: Account[]
  /** The account that a command without `--account` uses. */
  default?: string
}

/** What to pass to `--account` for this account. */
export function labelOf(account: Account): string {
  return account.name ?? account.username
}

/** That Microsoft refused to renew a link, so that the person has to sign in again. */
export interface End {
  /** When, in milliseconds since the epoch. */
  at: number
  /** Microsoft's own, such as `AADSTS50173`. */
  code: string | null
  /** The sentence that the person was told. */
  reason: string
  /** The `lastRenewedAt` of the record that was refused: a login or a renewal that works makes the mark void. */
  renewedAt: number
}
