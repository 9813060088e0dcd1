import { randomBytes } from 'node:crypto'
import { readCookie, withCookie } from '../server/cookies.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import type { Account } from './users.ts'

const kept = 1000

/** What cookies need to know of the sandbox. */
export interface Place {
  readonly origin: string
}

/** Who is signed in in which browser. */
export class Sessions {
  readonly #signedIn = new Map<string, Set<Account>>()

  /** The accounts of the browser that asks, the longest signed in first. */
  of(place: Place, incoming: Incoming): Account[] {
    return [...(this.#signedIn.get(readCookie(incoming, cookieName(place)) ?? '') ?? [])]
  }

  /** Keeps a person signed in in this browser; the answer carries the cookie where it had none. */
  signIn(place: Place, incoming: Incoming, account: Account): (reply: Reply) => Reply {
    const name = cookieName(place)
    const known = this.#signedIn.get(readCookie(incoming, name) ?? '')
    if (known) {
      known.add(account)
      return (reply) => reply
    }
    const value = randomBytes(24).toString('base64url')
    this.#signedIn.set(value, new Set([account]))
    const [oldest] = this.#signedIn.keys()
    if (this.#signedIn.size > kept && oldest !== undefined) this.#signedIn.delete(oldest)
    return (reply) => withCookie(reply, { name, value, secure: isSecure(place) })
  }

  /** Signs one person out of this browser, or all. It ends no token. Source: entra-docs, refresh-tokens. */
  signOut(place: Place, incoming: Incoming, account?: Account): void {
    const value = readCookie(incoming, cookieName(place)) ?? ''
    if (account) this.#signedIn.get(value)?.delete(account)
    else this.#signedIn.delete(value)
  }
}

/** Cookies know no ports, and two sandboxes may run on one machine: the port is part of the name. */
function cookieName(place: Place): string {
  return `sandbox-session-${new URL(place.origin).port}`
}

export function isSecure(place: Place): boolean {
  return place.origin.startsWith('https:')
}
