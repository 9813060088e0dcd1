import { randomBytes } from 'node:crypto'
import { Drive } from './drive.ts'
import { Grants } from './grants.ts'
import { type SigningKeys, signingKeys } from './keys.ts'
import { RequestLog } from './log.ts'
import { Loops } from './loops.ts'
import type { NextSignIn } from './next-sign-in.ts'
import { type Registration, registrations } from './registrations.ts'
import type { SavedDrive } from './saved-drive.ts'
import { Score } from './score.ts'
import { Sessions } from './sessions.ts'
import { UploadSessions } from './upload-sessions.ts'
import { type Limit, Usage } from './usage.ts'
import { type Account, accountOf, type SandboxUser } from './users.ts'
import { Visits } from './visits.ts'
import { Weather } from './weather.ts'

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
  /** Whether everybody is taken to agree, or a person sees the sign-in pages. */
  signIn: 'automatic' | 'page'
  /** How long a refresh token stays good without being used. */
  refreshIdleSeconds: number
  /**
   * How long a refresh token stays good once another was issued for it; using it later ends all that come from the
   * same sign-in. Left out, as Microsoft does it: no such end.
   */
  refreshGraceSeconds?: number
  /** Whether a client that asks for the same thing over and over is refused (AADSTS50196). */
  loopDetection: boolean
  /** Whether a poll of the device flow that comes too soon gets `slow_down` (RFC 8628, 3.5). */
  slowDown: boolean
  /** How long the device flow has between two polls, and for the whole of it. */
  deviceIntervalSeconds: number
  deviceTtlSeconds: number
  /** What Graph takes from each person in a time, before it answers 429; left out, all. */
  limit?: Limit
}

export interface WorldOptions {
  origin: string
  users: SandboxUser[]
  secret?: string
  /** Beside the sandbox's own. */
  registrations?: Registration[]
  settings: Partial<Settings>
  /** The drives of an earlier sandbox, by user name in lower case. */
  saved?: ReadonlyMap<string, SavedDrive>
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
  readonly sessions = new Sessions()
  readonly visits = new Visits()
  readonly loops = new Loops()
  /** One drive an account, by its id in lower case. */
  readonly drives: Map<string, Drive>
  readonly uploads = new UploadSessions()
  /** Signs the URLs that need no token. */
  readonly urlKey = randomBytes(32)
  readonly weather = new Weather()
  readonly usage = new Usage()
  readonly log = new RequestLog()
  readonly score = new Score()
  nextSignIn?: NextSignIn

  constructor(options: WorldOptions) {
    const { origin, users, secret = newSecret(), registrations: more = [], settings, saved } = options
    this.origin = origin
    this.accounts = users.map(accountOf)
    this.registrations = registrations(secret, more)
    for (const one of this.registrations) if (one.secret) this.grants.secrets.add(one.secret)
    this.settings = {
      latencyMs: 0,
      clockSkewSeconds: 0,
      expiresInAsString: false,
      omitRefreshToken: false,
      quotaFull: false,
      signIn: 'automatic',
      refreshIdleSeconds: 90 * 24 * 60 * 60,
      loopDetection: false,
      slowDown: false,
      deviceIntervalSeconds: 5,
      deviceTtlSeconds: 900,
      ...settings,
    }
    const drives = this.accounts.map(
      (account) => new Drive(account, () => this.now(), saved?.get(account.username.toLowerCase())),
    )
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
