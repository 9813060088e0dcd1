import { createHash } from 'node:crypto'
import { list, number, oneOf, type Reader, record, text } from '../server/shape.ts'

export type AccountKind = 'work' | 'personal'

/** Behaviour that differs between real drives. */
export interface Moods {
  /**
   * The answer when a folder of that name exists: 409, or 200 with that folder, which personal drives were
   * seen to send regardless of conflictBehavior. Source: OneDrive/onedrive-api-docs#1162.
   */
  existing: 409 | 200
  /**
   * When the parent is missing: answer 404, or create the parent, as personal drives were seen to do.
   * Source: Microsoft365R#28.
   */
  missingParents: 404 | 'made'
  /**
   * Whether the case of a personal drive's id varies between answers. Source:
   * OneDrive/onedrive-api-docs#1890.
   */
  driveIds: 'steady' | 'changing'
  /**
   * Whether names that only look different exist side by side: `🎸 Music` and `🎵 Music`, `Mærsk` and `Maersk`. Where they
   * conflict, creating the second is refused with 409, and looking it up with 404. Sources:
   * OneDrive/onedrive-api-docs#856, #977, #1487.
   */
  similarNames: 'different' | 'conflicting'
  /**
   * How a path without its closing colon is read if it ends in `photo`, or on a personal drive in `drive`: as a name,
   * or as a property, which is refused with 400. Sources: OneDrive/onedrive-api-docs#941, #1020.
   */
  unclosedPaths: 'names' | 'properties'
  /**
   * Whether a path behind an id leads anywhere (`items/ID:/a/b:`). China's cloud was seen to ignore it, so that new
   * items land in the folder with that id. Source: rclone/rclone#3973.
   */
  pathsBehindIds: 'followed' | 'ignored'
  /**
   * Whether the references in a delta have a path. Microsoft's page says that they have none; abraunegg's client up to
   * 2.4 deletes local files where they have none, and was used for years. Source: microsoft-graph-docs-contrib,
   * api/driveitem-delta; abraunegg/onedrive, src/sync.d.
   */
  deltaPaths: 'told' | 'omitted'
  /**
   * How an upload session goes wrong. `lost`: when it is to replace an Office file on a work drive, the first session for
   * it ends with 404 at its first range (abraunegg/onedrive#3859; rclone/rclone#9767). `expired`: its URL answers 401
   * from the second range on (onedrive-api-docs#1570). `forgotten`: the last range creates the file and answers 400
   * (onedrive-api-docs#698). `overlapping`: it creates the file and answers 416, and nothing is missing afterwards
   * (onedrive-api-docs#71; abraunegg/onedrive#3355).
   */
  uploads: 'whole' | 'lost' | 'expired' | 'forgotten' | 'overlapping'
  /**
   * Whether lists and deltas without `Prefer: Include-Feature=AddToOneDrive` leave out shortcuts to shared folders. On
   * personal drives they did not before these moved to SharePoint. Sources: OneDrive/onedrive-api-docs#1427, #1891.
   */
  shortcuts: 'hidden' | 'listed'
  /**
   * What `/shares` opens for this person: plain addresses as well, or sharing links alone, and everything else is refused
   * although there are rights. Sources: microsoft-graph-docs#15023, #18497.
   */
  shares: 'addresses' | 'links'
}

/** A user who can sign in, as in a users file. */
export interface SandboxUser {
  username: string
  name: string
  kind: AccountKind
  /** The directory of a work account; default: a GUID derived from the mail domain. */
  tenant?: string
  /** The drive's size in bytes; default: OneDrive's usual size. */
  quota?: number
  moods?: Partial<Moods>
}

/** A user with ids like those that Microsoft assigns. */
export interface Account {
  username: string
  name: string
  kind: AccountKind
  /** The mail domain, which also names a work tenant. */
  domain: string
  tenantId: string
  /** The `oid` claim. */
  objectId: string
  /** `id` of Graph's /me: the object id for work, 16 hex digits for personal accounts. */
  graphId: string
  quota?: number
  moods: Moods
  /** Not a person, but an application that acts in a directory on its own. */
  isApplication?: true
}

/** The tenant of all personal accounts. Source: entra-docs, identity-platform/id-token-claims-reference. */
export const personalTenantId = '9188040d-6c67-4c5b-b112-36a304b66dad'

export const defaultUsers: SandboxUser[] = [
  {
    username: 'ada@contoso.example',
    name: 'Ada Lovelace',
    kind: 'work',
    tenant: '5d1f0a3c-7be2-4c86-9d0e-2f6a41c7b893',
  },
  { username: 'grace@outlook.example', name: 'Grace Hopper', kind: 'personal' },
]

export const readMoods = record({
  existing: oneOf(409, 200),
  missingParents: oneOf(404, 'made'),
  driveIds: oneOf('steady', 'changing'),
  similarNames: oneOf('different', 'conflicting'),
  unclosedPaths: oneOf('names', 'properties'),
  pathsBehindIds: oneOf('followed', 'ignored'),
  deltaPaths: oneOf('told', 'omitted'),
  uploads: oneOf('whole', 'lost', 'expired', 'forgotten', 'overlapping'),
  shortcuts: oneOf('hidden', 'listed'),
  shares: oneOf('addresses', 'links'),
})

/** Reads moods as they stand on a command line: `existing=200`. @throws an Error with a plain sentence. */
export function readMoodOptions(pairs: string[]): Partial<Moods> {
  const moods = pairs.map((pair) => {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(pair) ?? []
    if (name === '') throw new Error(`"${pair}" must look like NAME=VALUE.`)
    return [name, /^\d+$/.test(value) ? Number(value) : value]
  })
  return readMoods(Object.fromEntries(moods), 'The mood')
}

export const usualMoods: Moods = {
  existing: 409,
  missingParents: 404,
  driveIds: 'steady',
  similarNames: 'different',
  unclosedPaths: 'names',
  pathsBehindIds: 'followed',
  deltaPaths: 'told',
  uploads: 'whole',
  shortcuts: 'hidden',
  shares: 'addresses',
}

const guid: Reader<string> = (value, where) => {
  const found = text(value, where).toLowerCase()
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(found)) throw new Error(`${where} must be a GUID.`)
  return found
}

const address: Reader<string> = (value, where) => {
  const found = text(value, where)
  if (!/^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/.test(found))
    throw new Error(`${where} must look like name@domain.example.`)
  return found
}

const readUser = record(
  {
    username: address,
    name: text,
    kind: oneOf('work', 'personal'),
    tenant: guid,
    quota: number(0),
    moods: readMoods,
  },
  ['username', 'name', 'kind'],
)

/** Reads the list of a users file. @throws an Error with a plain sentence that names the bad field. */
export function readUserList(value: unknown): SandboxUser[] {
  const users = list(readUser)(value, 'users')
  checkUsers(users)
  return users
}

/** Checks the list as a whole: at least one user, unique names, and no directory for a personal account. */
export function checkUsers(users: SandboxUser[]): void {
  if (users.length === 0) throw new Error('users must name at least one user.')
  const seen = new Set<string>()
  users.forEach((user, index) => {
    const username = user.username.toLowerCase()
    if (seen.has(username)) throw new Error(`users[${index}].username is a duplicate: ${user.username}.`)
    seen.add(username)
    if (user.kind === 'personal' && user.tenant !== undefined && user.tenant !== personalTenantId) {
      throw new Error(`users[${index}].tenant is for work accounts; all personal accounts share one.`)
    }
  })
}

/** Derives the ids of a user from the username, so that they are the same in every run. */
export function accountOf(user: SandboxUser): Account {
  const username = user.username.toLowerCase()
  const domain = username.slice(username.indexOf('@') + 1)
  const digest = hex(username)
  const personal = user.kind === 'personal'
  // A personal account's `oid` is its 16 hex digits, padded to a GUID.
  const objectId = personal
    ? `00000000-0000-0000-${digest.slice(0, 4)}-${digest.slice(4, 16)}`
    : guidOf(username)
  return {
    username: user.username,
    name: user.name,
    kind: user.kind,
    domain,
    tenantId: personal ? personalTenantId : (user.tenant ?? guidOf(domain)),
    objectId,
    graphId: personal ? digest.slice(0, 16) : objectId,
    ...(user.quota === undefined ? {} : { quota: user.quota }),
    moods: { ...usualMoods, ...user.moods },
  }
}

/**
 * An application in a directory, its "service principal", which has rights of its own. Source: entra-docs,
 * identity-platform/app-objects-and-service-principals.
 */
export function applicationIn(
  tenantId: string,
  { clientId, name }: { clientId: string; name: string },
): Account {
  const objectId = guidOf(`${clientId} in ${tenantId}`)
  return {
    ...{ username: name, name, kind: 'work', domain: '', tenantId, objectId, graphId: objectId },
    ...{ moods: usualMoods, isApplication: true },
  }
}

function hex(seed: string): string {
  return createHash('sha256').update(seed).digest('hex')
}

/** A GUID that is the same for the same text. */
export function guidOf(seed: string): string {
  const digits = hex(`guid of ${seed}`)
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20, 32)}`
}
