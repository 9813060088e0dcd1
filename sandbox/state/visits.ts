import { randomBytes } from 'node:crypto'
import { readCookie, withCookie } from '../server/cookies.ts'
import { equal } from '../server/equal.ts'
import { header, type Incoming, type Reply } from '../server/messages.ts'
import type { IdentityError } from './identity-error.ts'
import type { Registration } from './registrations.ts'
import { isSecure, type Place } from './sessions.ts'
import type { Tenant } from './tenants.ts'
import type { Account } from './users.ts'

const lifetimeSeconds = 60 * 60
const kept = 1000

/** Why a person is on the sign-in pages, and how it goes on when they leave. */
export interface Purpose {
  tenant: Tenant
  registration: Registration
  /** As asked for, `.default` not yet spelled out. */
  scopes: Set<string>
  /** The people to choose from. */
  accounts: Account[]
  /** Who the client expects. */
  expected?: Account
  /** A `login_hint` that is nobody's name. */
  unknownHint?: string
  /** Ask for consent although there is one. */
  consentAgain?: boolean
  /** Ask whether this application is meant, because the sign-in began on another device. */
  confirmApplication?: boolean
  /** Where the browser is sent in the end, beside the sandbox's own pages, for their content security policy. */
  returnsTo?: string
  accept: (incoming: Incoming, account: Account) => Reply
  /** With the account where one was chosen before the refusal. */
  refuse: (incoming: Incoming, account?: Account) => Reply
  fail: (incoming: Incoming, error: IdentityError) => Reply
}

/** One visit to the sign-in pages, from the first of them to the answer that the client gets. */
export interface Visit extends Purpose {
  /** In a hidden field of each page; so long that the log shortens it. */
  id: string
  /** In a cookie of the browser that began it. */
  secret: string
  expiresAt: number
  account?: Account
  /** A name is being typed; with what was wrong with the last one. */
  naming?: { typed: string; problem?: string | undefined }
  agreed?: true
  confirmed?: true
}

/**
 * The visits that have not come to their end. Each form carries the id of its visit, which no other site can know,
 * and the browser the secret that belongs to it: a form that another page or browser sends is not obeyed (OWASP,
 * Cross-Site Request Forgery Prevention). A visit gives one answer; then its id is worth nothing.
 */
export class Visits {
  readonly #open = new Map<string, Visit>()

  begin(purpose: Purpose, now: number): Visit {
    const random = () => randomBytes(39).toString('base64url')
    const visit: Visit = {
      ...purpose,
      id: random(),
      secret: random(),
      expiresAt: now + lifetimeSeconds * 1000,
    }
    this.#open.set(visit.id, visit)
    const [oldest] = this.#open.keys()
    if (this.#open.size > kept && oldest !== undefined) this.#open.delete(oldest)
    return visit
  }

  /** The visit that a form belongs to, when it comes from the browser that began it. */
  find(place: Place & { now: () => number }, incoming: Incoming, id: string): Visit | undefined {
    const visit = this.#open.get(id)
    if (!visit || visit.expiresAt <= place.now()) return undefined
    const secret = readCookie(incoming, cookieName(place, visit))
    if (secret !== undefined) return equal(secret, visit.secret) ? visit : undefined
    return keepsNoCookies(incoming) ? visit : undefined
  }

  has(visit: Visit): boolean {
    return this.#open.has(visit.id)
  }

  end(visit: Visit): void {
    this.#open.delete(visit.id)
  }
}

/**
 * A browser that sends no cookie at all keeps none. Then its own word must do that the form is the sandbox's own:
 * `Sec-Fetch-Site`, which no page can set (W3C, Fetch Metadata Request Headers). The sign-in works, and nobody
 * stays signed in.
 */
function keepsNoCookies(incoming: Incoming): boolean {
  return header(incoming, 'cookie') === undefined && header(incoming, 'sec-fetch-site') === 'same-origin'
}

/** Each visit has a cookie of its own, so that two tabs do not disturb each other. */
function cookieName(place: Place, { id }: Visit): string {
  return `sandbox-visit-${new URL(place.origin).port}-${id.slice(0, 8)}`
}

/** The answer with the cookie of a visit that begins, or without it when the visit is over. */
export function withVisit(place: Place, reply: Reply, visit: Visit, over = false): Reply {
  return withCookie(reply, {
    name: cookieName(place, visit),
    value: over ? '' : visit.secret,
    secure: isSecure(place),
    maxAgeSeconds: over ? 0 : lifetimeSeconds,
  })
}
