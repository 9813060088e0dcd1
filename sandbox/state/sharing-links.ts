import { createHash } from 'node:crypto'
import type { Drive } from './drive.ts'
import type { Item } from './items.ts'

export type LinkType = 'view' | 'edit' | 'embed'
export type LinkScope = 'anonymous' | 'organization' | 'users'

/** A sharing link. Source: microsoft-graph-docs-contrib, resources/sharinglink. */
export interface SharingLink {
  /** What its URL ends with. */
  readonly token: string
  readonly drive: Drive
  readonly itemId: string
  readonly type: LinkType
  readonly scope: LinkScope
  /** Whether one is asked for it before it opens, on personal drives. */
  readonly hasPassword?: true
  /** When it ends, in milliseconds. */
  readonly expiresAt?: number
}

/** What limits a link. One with other limits is another link. */
export interface LinkLimits {
  password?: string
  expiresAt?: number
}

/** All sharing links, by token. The same link is only created once. */
export class SharingLinks {
  #byToken = new Map<string, SharingLink>()
  /** Called after each change. */
  changed: () => void = () => {}

  /** @returns the link, and whether it is new. */
  create(
    drive: Drive,
    item: Item,
    type: LinkType,
    scope: LinkScope,
    limits: LinkLimits = {},
  ): { link: SharingLink; made: boolean } {
    const { password, expiresAt } = limits
    const kind = [type, scope, expiresAt, password].filter((one) => one !== undefined).join(' ')
    const token = tokenOf(drive, item, kind)
    const known = this.#byToken.get(token)
    if (known) return { link: known, made: false }
    const link = {
      token,
      drive,
      itemId: item.id,
      type,
      scope,
      ...(password === undefined ? {} : { hasPassword: true as const }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    }
    this.#byToken.set(token, link)
    this.changed()
    return { link, made: true }
  }

  /** Adds a link that an earlier run created. */
  restore({ token, drive, itemId, type, scope, hasPassword, expiresAt }: SharingLink): void {
    const limits = {
      ...(hasPassword ? { hasPassword } : {}),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    }
    this.#byToken.set(token, { token, drive, itemId, type, scope, ...limits })
  }

  find(token: string): SharingLink | undefined {
    return this.#byToken.get(token)
  }

  remove(token: string): boolean {
    const removed = this.#byToken.delete(token)
    if (removed) this.changed()
    return removed
  }

  /** The links to an item. */
  of(drive: Drive, item: Item): SharingLink[] {
    return this.all().filter((one) => one.drive === drive && one.itemId === item.id)
  }

  all(): SharingLink[] {
    return [...this.#byToken.values()]
  }
}

/** On work drives they begin with E, on personal ones with `s!`. Shapes: links as browsers show them. */
function tokenOf(drive: Drive, item: Item, kind: string): string {
  const digest = createHash('sha256').update(`${drive.id} ${item.id} ${kind}`).digest('base64url')
  return drive.owner.kind === 'work' ? `E${digest}` : `s!A${digest.slice(0, 19)}`
}
