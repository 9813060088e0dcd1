import type { Drive } from './drive.ts'
import type { Item } from './items.ts'
import { tenantOf } from './sites.ts'
import type { Account } from './users.ts'

/** What a person may do with an item. */
export type Role = 'read' | 'write' | 'owner'

const strength: Record<Role, number> = { read: 1, write: 2, owner: 3 }

/** A right to an item and everything in it. */
export interface Right {
  readonly drive: Drive
  readonly itemId: string
  /** A person, or with `{tenantId}` everybody in an organization. */
  readonly to: Account | { tenantId: string }
  readonly role: 'read' | 'write'
  /** A member of a site has not been sent anything: it is not among what is shared with that person. */
  readonly isMember?: true
  readonly since: number
}

/**
 * Who may do what in the drives of others. A right begins at an item: whoever has one deep in a drive has none above
 * it. Source: rclone/rclone#5948.
 */
export class Rights {
  #all: Right[] = []
  /** Called after each change. */
  changed: () => void = () => {}

  grant(right: Right): void {
    const isSame = (one: Right) =>
      one.drive === right.drive && one.itemId === right.itemId && isEqual(one.to, right.to)
    this.#all = [...this.#all.filter((one) => !isSame(one)), right]
    this.changed()
  }

  /** Withdraws what a person was given at an item, or what everybody was. */
  withdraw(drive: Drive, item: Item, account?: Account): void {
    this.#all = this.#all.filter(
      (one) =>
        one.drive !== drive || one.itemId !== item.id || (account !== undefined && !isEqual(one.to, account)),
    )
    this.changed()
  }

  all(): readonly Right[] {
    return this.#all
  }

  /** Those that begin at this very item. */
  at(drive: Drive, item: Item): Right[] {
    return this.#all.filter((one) => one.drive === drive && one.itemId === item.id)
  }

  /** What a person may do with an item; undefined: not even look at it. */
  roleAt(account: Account, drive: Drive, item: Item): Role | undefined {
    if (isOwner(account, drive)) return 'owner'
    let found: Role | undefined
    const own = this.#all.filter((one) => one.drive === drive && isFor(one, account))
    if (own.length === 0) return undefined
    for (let at: Item | undefined = item; at; at = at.parent) {
      for (const { itemId, role } of own) if (itemId === at.id) found = stronger(found, role)
    }
    return found
  }

  /** Whether a person has any right in a drive. */
  reaches(account: Account, drive: Drive): boolean {
    return isOwner(account, drive) || this.#all.some((one) => one.drive === drive && isFor(one, account))
  }

  /** What others have shared with a person. */
  sharedWith(account: Account): Right[] {
    return this.#all.filter((one) => !one.isMember && isEqual(one.to, account))
  }
}

/** A person owns one drive; what an application may do in a directory, its token says alone. */
function isOwner(account: Account, { owner }: Drive): boolean {
  return account.isApplication ? tenantOf(owner) === account.tenantId : owner === account
}

/** The stronger of two roles. */
export function stronger(one: Role | undefined, other: Role | undefined): Role | undefined {
  if (!one || !other) return one ?? other
  return strength[one] >= strength[other] ? one : other
}

function isFor({ to }: Right, account: Account): boolean {
  return 'username' in to ? to.username === account.username : to.tenantId === account.tenantId
}

function isEqual(one: Right['to'], other: Right['to']): boolean {
  return 'username' in one
    ? 'username' in other && one.username === other.username
    : !('username' in other) && one.tenantId === other.tenantId
}
