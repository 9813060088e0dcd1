import type { Challenge } from './pkce.ts'
import type { Platform, Registration } from './registrations.ts'
import type { Tenant } from './tenants.ts'
import type { Account } from './users.ts'

/** What a person allowed an application to do; every code and token comes from one. */
export interface Grant {
  account: Account
  registration: Registration
  scopes: Set<string>
  /** The `scope` parameter of its request, as sent. */
  asked: string
  /** The platform of the redirect URI that the sign-in came back to. */
  platform: Platform
  /** When the first refresh token of the sign-in was issued. */
  since?: number
  /** All refresh tokens that come from the same sign-in. */
  family?: Set<RefreshToken>
  /** The `claims` parameter of its request, as sent. */
  claims?: string
}

export interface AuthorizationCode extends Grant {
  tenantKey: string
  redirectUri: string
  challenge?: Challenge
  nonce?: string
  expiresAt: number
  redeemed: boolean
}

export interface AccessToken extends Grant {
  issuedAt: number
  expiresAt: number
  /** Whether Graph has refused it. */
  refused: boolean
  /** How often it was refused for being new. */
  newRefusals?: number
}

export interface RefreshToken extends Grant {
  issuedAt: number
  revokedAt?: number
  /** When it was first exchanged for another one. */
  replacedAt?: number
}

export interface DeviceCode {
  registration: Registration
  tenant: Tenant
  scopes: Set<string>
  /** The `scope` parameter of its request, as sent. */
  asked: string
  userCode: string
  expiresAt: number
  redeemed: boolean
  /** When the client last polled. */
  polledAt?: number
  decision?: { account: Account } | 'declined'
}

/** Everything that the identity platform has issued. */
export class Grants {
  readonly codes = new Map<string, AuthorizationCode>()
  readonly accessTokens = new Map<string, AccessToken>()
  readonly refreshTokens = new Map<string, RefreshToken>()
  readonly deviceCodes = new Map<string, DeviceCode>()
  /** Every secret ever issued or accepted, for tests that search for leaks. */
  readonly secrets = new Set<string>()
  #consents = new Map<string, Set<string>>()
  #renewals = new Map<string, AccessToken>()

  /** All scopes that the person ever consented to for this application. */
  consented(account: Account, registration: Registration): ReadonlySet<string> {
    return this.#consents.get(pair(account, registration)) ?? new Set()
  }

  /** Records consent to these scopes. */
  consent(account: Account, registration: Registration, scopes: Iterable<string>): void {
    this.#consents.set(
      pair(account, registration),
      new Set([...this.consented(account, registration), ...scopes]),
    )
  }

  /** Withdraws all consent for this application. */
  withdraw(account: Account, registration: Registration): void {
    this.#consents.delete(pair(account, registration))
  }

  /** The last refresh whose answer reached the client, for the score. */
  lastRenewal(grant: Grant): AccessToken | undefined {
    return this.#renewals.get(pair(grant.account, grant.registration))
  }

  renewed(token: AccessToken): void {
    this.#renewals.set(pair(token.account, token.registration), token)
  }

  /** Expires all access tokens now. */
  expireAll(now: number): number {
    let ended = 0
    for (const token of this.accessTokens.values()) {
      if (token.expiresAt <= now) continue
      token.expiresAt = now
      ended++
    }
    return ended
  }

  /** Revokes all refresh tokens now, or those of one user. */
  revoke(now: number, username?: string): number {
    let ended = 0
    for (const token of this.refreshTokens.values()) {
      if (token.revokedAt !== undefined || (username !== undefined && token.account.username !== username))
        continue
      token.revokedAt = now
      ended++
    }
    return ended
  }
}

function pair(account: Account, registration: Registration): string {
  return `${registration.clientId} ${account.username}`
}
