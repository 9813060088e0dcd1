import { randomBytes } from 'node:crypto'
import { RequestLog } from './books/log.ts'
import { Score } from './books/score.ts'
import { Drive } from './graph/drive.ts'
import { Grants } from './identity/grants.ts'
import { type SigningKeys, signingKeys } from './identity/keys.ts'
import { type Registration, registrations } from './identity/registrations.ts'
import type { NextSignIn } from './identity/sign-in.ts'
import { type Account, accountOf, type SandboxUser } from './users.ts'
import { Weather } from './weather/weather.ts'

/** What the control API can turn while the sandbox runs. */
export interface Settings {
  latencyMs: number
  /** Left out: as Microsoft does it. */
  accessTtlSeconds?: number
  /** How far the sandbox's clock is ahead of the machine's. */
  clockSkewSeconds: number
  expiresInAsString: boolean
  /** A refresh answers without a new refresh token. */
  omitRefreshToken: boolean
  quotaFull: boolean
}

export interface WorldOptions {
  origin: string
  users: SandboxUser[]
  secret?: string
  settings: Partial<Settings>
}

/** Everything there is in one sandbox. */
export class World {
  readonly origin: string
  readonly controlToken = randomBytes(24).toString('base64url')
  readonly accounts: Account[]
  readonly registrations: Registration[]
  readonly settings: Settings
  readonly keys: Promise<SigningKeys> = signingKeys()
  readonly grants = new Grants()
  /** One drive an account, by its id in lower case. */
  readonly drives: Map<string, Drive>
  readonly weather = new Weather()
  readonly log = new RequestLog()
  readonly score = new Score()
  nextSignIn?: NextSignIn

  constructor({ origin, users, secret = newSecret(), settings }: WorldOptions) {
    this.origin = origin
    this.accounts = users.map(accountOf)
    this.registrations = registrations(secret)
    this.grants.secrets.add(secret)
    this.settings = {
      latencyMs: 0,
      clockSkewSeconds: 0,
      expiresInAsString: false,
      omitRefreshToken: false,
      quotaFull: false,
      ...settings,
    }
    const drives = this.accounts.map((account) => new Drive(account, () => this.now()))
    this.drives = new Map(drives.map((drive) => [drive.id.toLowerCase(), drive]))
  }

  /** Milliseconds by the sandbox's own clock. */
  now(): number {
    return Date.now() + this.settings.clockSkewSeconds * 1000
  }

  /** The account of a user name, whatever its case. */
  account(username: string): Account | undefined {
    return this.accounts.find((account) => account.username.toLowerCase() === username.toLowerCase())
  }

  driveOf(account: Account): Drive {
    for (const drive of this.drives.values()) if (drive.owner === account) return drive
    throw new Error(`${account.username} has no drive`)
  }
}

/** Shaped as Microsoft's are: with `~`, and sometimes with what a form must encode. */
function newSecret(): string {
  return `${randomBytes(2).toString('hex')}8Q~${randomBytes(12).toString('base64url')}.+/${randomBytes(6).toString('base64url')}`
}
