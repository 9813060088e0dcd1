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
const maxVisits = 1000

/** Why a person is on the sign-in pages, and what follows when they finish. */
export interface Purpose {
  tenant: Tenant
  registration: Registration
  /** As requested, with `.default` not yet expanded. */
  scopes: Set<string>
  /** The people to choose from. */
  accounts: Account[]
  /** The account that the client expects. */
  expected?: Account
  /** A `login_hint` that matches no user. */
  unknownHint?: string
  /** Ask for consent again although it was given. */
  consentAgain?: boolean
  /** Ask the person to confirm the application, because the sign-in started on another device. */
  confirmApplication?: boolean
  /** Where the browser is sent in the end; the content security policy has to allow it. */
  returnsTo?: string
  accept: (incoming: Incoming, account: Account) => Reply
  /** Receives the account if one had been chosen. */
  refuse: (incoming: Incoming, account?: Account) => Reply
  fail: (incoming: Incoming, error: IdentityError) => Reply
}

/** One visit to the sign-in pages, from the first page to the answer for the client. */
export interface Visit extends Purpose {
  /** In a hidden field of each page; long enough for the log to shorten it. */
  id: string
  /** In a cookie of the browser that started the visit. */
  secret: string
  expiresAt: number
  account?: Account
  /** Set while a name is being typed, with the problem of the last one. */
  naming?: { typed: string; problem?: string | undefined }
  agreed?: true
  confirmed?: true
}

/**
 * The open visits. Each form carries the id of its visit, which no other site can know, and the browser's
 * cookie the matching secret, so forms from other sites or browsers are rejected (OWASP, Cross-Site Request
 * Forgery Prevention). A visit gives one answer; then its id is no longer valid.
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
    if (this.#open.size > maxVisits && oldest !== undefined) this.#open.delete(oldest)
    return visit
  }

  /** The visit of a form, if the form comes from the browser that started the visit. */
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
 * A browser that sends no cookies at all blocks them. Then `Sec-Fetch-Site`, which no page can set, has to
 * prove that the form is the sandbox's own (W3C, Fetch Metadata Request Headers). The sign-in works, but
 * nobody stays signed in.
 */
function keepsNoCookies(incoming: Incoming): boolean {
  return header(incoming, 'cookie') === undefined && header(incoming, 'sec-fetch-site') === 'same-origin'
}

/** Each visit has its own cookie, so that two tabs do not interfere. */
function cookieName(place: Place, { id }: Visit): string {
  return `sandbox-visit-${new URL(place.origins.own).port}-${id.slice(0, 8)}`
}

/** Sets the cookie of a visit that starts, or deletes it when the visit has ended. */
export function withVisit(place: Place, incoming: Incoming, reply: Reply, visit: Visit, over = false): Reply {
  return withCookie(reply, {
    name: cookieName(place, visit),
    value: over ? '' : visit.secret,
    secure: isSecure(place, incoming),
    maxAgeSeconds: over ? 0 : lifetimeSeconds,
  })
}
