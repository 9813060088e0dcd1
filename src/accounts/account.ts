import type { LifetimeHints } from '../identity/lifetime-hints.ts'
import type { StoreName } from './stores/index.ts'

/**
 * A linked account, as the index has it. The index is a plain file without secrets; the record of each link, with its
 * tokens, is in a store. A link exists only when both exist: the record is written before its index entry, and an entry
 * without a record counts as signed out.
 */
export interface Account {
  /** `tid.oid`. */
  id: string
  username: string
  displayName: string
  kind: 'work' | 'personal'
  /** The short name given with `login --as`. */
  name?: string
  /** The store with its record, which may differ from the store for new links. */
  store: StoreName
  /** Other stores that may have a copy. Each is listed before it is written to, and until its copy is removed. */
  copies?: StoreName[]
  /** Set when Microsoft refused to renew the link; valid only for the record with this `renewedAt` (lifetime.ts). */
  ended?: End
  /** What the next sign-in must prove, as JSON (a claims challenge); without it, every renewal would be refused again. */
  claims?: string
  /** What such refusals said about the lifetime of this account's links; kept across logins. */
  taught?: LifetimeHints
  /** The places outside of the account's own drive that have a name (drives.ts); kept across logins. */
  drives?: SavedDrive[]
}

/** A place with a name: `team` for `team:/2026`. */
export interface SavedDrive {
  name: string
  /** The ID of the drive, as Graph gave it. */
  id: string
  /** The ID of the folder in it; absent for the drive's root. */
  item?: string
  /** Whether its cloud ignores a path after an ID (graph/places/keys.ts). */
  byKeys?: true
  /** What the person copied: a web address, or the IDs. */
  address: string
  /** What it is, in words: `library Documents of Project X, contoso.sharepoint.com`. */
  about: string
}

/** The content of the index file. */
export interface Index {
  accounts?: Account[]
  /** The account that a command without `--account` uses. */
  default?: string
}

/** What to pass to `--account` for this account. */
export function labelOf(account: Account): string {
  return account.name ?? account.username
}

/** Microsoft refused to renew the link, so the person has to sign in again. */
export interface End {
  /** When, in milliseconds since the epoch. */
  at: number
  /** Microsoft's own code, such as `AADSTS50173`. */
  code: string | null
  /** The message of the error that the person saw. */
  reason: string
  /** The `lastRenewedAt` of the refused record: after a new login or a successful renewal, this end no longer applies. */
  renewedAt: number
}
