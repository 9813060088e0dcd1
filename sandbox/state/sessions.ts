import { randomBytes } from 'node:crypto'
import { readCookie, withCookie } from '../server/cookies.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import type { Addresses, Origins } from './origins.ts'
import type { Account } from './users.ts'

const maxBrowsers = 1000

/** What the cookies depend on. */
export interface Place {
  readonly origins: Pick<Origins, 'own'>
  readonly addresses: Addresses
}

/** The accounts that are signed in in each browser. */
export class Sessions {
  readonly #signedIn = new Map<string, Set<Account>>()

  /** The accounts signed in in the browser of a request, oldest first. */
  of(place: Place, incoming: Incoming): Account[] {
    return [...(this.#signedIn.get(readCookie(incoming, cookieName(place)) ?? '') ?? [])]
  }

  /** Signs a person in in this browser; the answer sets the cookie when there is none yet. */
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
    if (this.#signedIn.size > maxBrowsers && oldest !== undefined) this.#signedIn.delete(oldest)
    return (reply) => withCookie(reply, { name, value, secure: isSecure(place, incoming) })
  }

  /**
   * Signs one person, or everyone, out of this browser. Tokens stay valid. Source: entra-docs,
   * refresh-tokens.
   */
  signOut(place: Place, incoming: Incoming, account?: Account): void {
    const value = readCookie(incoming, cookieName(place)) ?? ''
    if (account) this.#signedIn.get(value)?.delete(account)
    else this.#signedIn.delete(value)
  }
}

/** Cookies ignore ports, and several sandboxes may run on one machine, so the port is part of the name. */
function cookieName(place: Place): string {
  return `sandbox-session-${new URL(place.origins.own).port}`
}

/** Whether a request came by https, perhaps through a server in front of this one. */
export function isSecure({ addresses }: Place, { headers }: Incoming): boolean {
  return addresses.at(headers.host ?? '')?.startsWith('https:') ?? false
}
