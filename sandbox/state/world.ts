import { randomBytes, randomInt } from 'node:crypto'
import { Copies } from './copies.ts'
import { Drive } from './drive.ts'
import { Grants } from './grants.ts'
import { type SigningKeys, signingKeys } from './keys.ts'
import { RequestLog } from './log.ts'
import { Loops } from './loops.ts'
import type { NextSignIn } from './next-sign-in.ts'
import { Addresses, type Origins } from './origins.ts'
import { type Registration, registrations, webClientId } from './registrations.ts'
import { Rights } from './rights.ts'
import type { SavedDrive } from './saved-drive.ts'
import { Score } from './score.ts'
import { Sessions } from './sessions.ts'
import { SharingLinks } from './sharing-links.ts'
import { isLibrary, newLibrary, newSite, type Owner, type Site, type SiteOptions } from './sites.ts'
import { UploadSessions } from './upload-sessions.ts'
import { type Limit, Usage } from './usage.ts'
import { type Account, accountOf, type SandboxUser } from './users.ts'
import { Visits } from './visits.ts'
import { Weather } from './weather.ts'

/** Settings that the control API can change at run time. */
export interface Settings {
  latencyMs: number
  /** Default: like Microsoft. */
  accessTtlSeconds?: number
  /** How far the sandbox's clock is ahead of the machine's. */
  clockSkewSeconds: number
  expiresInAsString: boolean
  /** Refreshing returns no new refresh token. */
  omitRefreshToken: boolean
  quotaFull: boolean
  /** `automatic` accepts every sign-in; `page` shows the sign-in pages. */
  signIn: 'automatic' | 'page'
  /** How long an unused refresh token stays valid. */
  refreshIdleSeconds: number
  /**
   * How long a refresh token stays valid once it has been exchanged. Using it later revokes all tokens of
   * the same sign-in. Default, like Microsoft: no limit.
   */
  refreshGraceSeconds?: number
  /** Whether a client that repeats the same request in a loop is refused (AADSTS50196). */
  loopDetection: boolean
  /** Whether a device flow poll that comes too soon gets `slow_down` (RFC 8628, 3.5). */
  slowDown: boolean
  /** The poll interval and the lifetime of a device code. */
  deviceIntervalSeconds: number
  deviceTtlSeconds: number
  /**
   * How often Graph refuses each new access token before it accepts it: "Unable to initialize RPS". Sources:
   * rclone/rclone#5270, #6747; onedrive-api-docs#1489.
   */
  newTokenRefusals: number
  /**
   * Scopes that nobody grants, whoever asks for them: less may be granted than asked. Source:
   * AzureAD/microsoft-authentication-library-for-python#450.
   */
  withheldScopes: string[]
  /**
   * `app`: the key that signs ID tokens belongs to the application, and is published only at the keys that discovery names
   * when it is asked with `?appid=`. Sources: AzureAD/passport-azure-ad#482; nextauthjs/next-auth#5137.
   */
  signingKeys: 'shared' | 'app'
  /** How often the monitor of a copy says that it is still in progress. */
  copyPolls: number
  /** How much Graph accepts from each user per time window before it answers 429; default: no limit. */
  limit?: Limit
}

export interface WorldOptions {
  origins: Origins
  users: SandboxUser[]
  secret?: string
  /** In addition to the sandbox's own. */
  registrations?: Registration[]
  settings: Partial<Settings>
  /** The drives saved by an earlier run, by user name in lower case. */
  saved?: ReadonlyMap<string, SavedDrive>
}

/** The whole state of one sandbox. */
export class World {
  readonly origins: Origins
  readonly addresses: Addresses
  readonly controlToken = randomBytes(24).toString('base64url')
  readonly accounts: Account[]
  readonly registrations: Registration[]
  readonly settings: Settings
  readonly keys: Promise<SigningKeys> = signingKeys()
  #readyKeys: SigningKeys | undefined
  readonly grants = new Grants()
  readonly sessions = new Sessions()
  readonly visits = new Visits()
  readonly loops = new Loops()
  /** The drives of all accounts and sites, by id in lower case. */
  readonly drives = new Map<string, Drive>()
  readonly sites: Site[] = []
  readonly rights = new Rights()
  readonly links = new SharingLinks()
  readonly uploads = new UploadSessions()
  readonly copies = new Copies()
  /** Signs the URLs that need no token. */
  readonly urlKey = randomBytes(32)
  readonly weather = new Weather()
  readonly usage = new Usage()
  readonly log = new RequestLog()
  readonly score = new Score()
  nextSignIn?: NextSignIn
  /** Whose request is being answered. Each is answered without a pause, so there is never more than one. */
  acting: Account | undefined
  /** Called after each change of what is saved. */
  changed: () => void = () => {}

  constructor(options: WorldOptions) {
    const { origins, users, secret = newSecret(), registrations: more = [], settings, saved } = options
    this.origins = origins
    this.keys.then((keys) => {
      this.#readyKeys = keys
    })
    this.accounts = users.map(accountOf)
    this.addresses = new Addresses(origins, users)
    this.registrations = registrations(secret, more, origins)
    for (const { secrets = [] } of this.registrations) for (const one of secrets) this.grants.secrets.add(one)
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
      newTokenRefusals: 0,
      withheldScopes: [],
      signingKeys: 'shared',
      copyPolls: 1,
      ...settings,
    }
    for (const account of this.accounts) this.#addDrive(account, saved?.get(account.username.toLowerCase()))
    this.rights.changed = () => this.changed()
    this.links.changed = () => this.changed()
  }

  #addDrive(owner: Owner, saved?: SavedDrive): Drive {
    const drive = new Drive(owner, () => this.now(), saved)
    drive.changed = () => this.changed()
    drive.actor = () => this.acting
    this.drives.set(drive.id.toLowerCase(), drive)
    return drive
  }

  /**
   * Adds a SharePoint site without libraries.
   * @throws an Error with a plain sentence when the path is not one of a site, or is taken.
   */
  addSite(options: SiteOptions, tenant: Pick<Account, 'tenantId' | 'domain'>): Site {
    if (!/^(\/(sites|teams)\/[^/]+)?$/.test(options.path))
      throw new Error('A site’s path looks like /sites/team or /teams/team; the root site has an empty one.')
    if (this.site(options.path, tenant.tenantId))
      throw new Error(`There is a site at '${options.path}' already.`)
    const site = newSite(options, tenant, this.now())
    this.sites.push(site)
    this.changed()
    return site
  }

  /** @throws an Error with a plain sentence when the site has a library there. */
  addLibrary(site: Site, name: string, segment = name, saved?: SavedDrive): Drive {
    const library = newLibrary(site, name, segment)
    if (
      this.librariesOf(site).some(
        ({ libraryPath }) => libraryPath.toLowerCase() === library.path.toLowerCase(),
      )
    )
      throw new Error(`There is a library at '${library.path}' already.`)
    return this.#addDrive(library, saved)
  }

  /** The site with this path, ignoring case. */
  site(path: string, tenantId: string): Site | undefined {
    return this.sites.find(
      (site) => site.tenantId === tenantId && site.path.toLowerCase() === path.toLowerCase(),
    )
  }

  /** The libraries of a site; the first is its default one. */
  librariesOf(site: Site): Drive[] {
    return [...this.drives.values()].filter(({ owner, libraryPath }) =>
      isLibrary(owner)
        ? owner.site === site
        : owner.tenantId === site.tenantId && libraryPath === `${site.path}/Documents`,
    )
  }

  /** The time in milliseconds, by the sandbox's clock. */
  now(): number {
    return Date.now() + this.settings.clockSkewSeconds * 1000
  }

  /** The keys, for what was called after `keys` had resolved. */
  get readyKeys(): SigningKeys {
    if (!this.#readyKeys) throw new Error('the keys are not ready')
    return this.#readyKeys
  }

  /** Gives the web registration another secret. Tokens stay valid, and the earlier secret is refused. */
  replaceSecret(secret: string): void {
    const web = this.registrations.find(({ clientId }) => clientId === webClientId)
    if (web) web.secrets = [secret]
    this.grants.secrets.add(secret)
  }

  /** The account of a user name, ignoring case. */
  account(username: string): Account | undefined {
    return this.accounts.find((account) => account.username.toLowerCase() === username.toLowerCase())
  }

  driveOf(account: Account): Drive {
    for (const drive of this.drives.values()) if (drive.owner === account) return drive
    throw new Error(`${account.username} has no drive`)
  }
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789~._-'

/** 40 characters, all of which a URL may hold. Source: the patterns of gitleaks and trufflehog for such secrets. */
function newSecret(): string {
  const random = (length: number) => Array.from({ length }, () => letters[randomInt(letters.length)]).join('')
  return `${random(3)}${randomInt(10)}Q~${random(34)}`
}
