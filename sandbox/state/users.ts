import { createHash } from 'node:crypto'
import { list, number, oneOf, type Reader, record, text } from '../server/shape.ts'

export type AccountKind = 'work' | 'personal'

/** In what a user's drive differs from the next one's, as real drives do. */
export interface Moods {
  /**
   * What a creation under the name of an existing folder answers: 409, or 200 with that folder, which personal
   * drives were seen to do whatever conflictBehavior said. Source: OneDrive/onedrive-api-docs#1162.
   */
  existing: 409 | 200
  /**
   * What a creation in a parent that is missing answers: 404, or the parent is made, as personal drives were
   * seen to do. Source: Microsoft365R#28.
   */
  missingParents: 404 | 'made'
  /**
   * Whether the id of a personal drive comes back in changing case. Source: OneDrive/onedrive-api-docs#1890.
   */
  driveIds: 'steady' | 'changing'
}

/** A person who can sign in, as a users file names them. */
export interface SandboxUser {
  username: string
  name: string
  kind: AccountKind
  /** The directory of a work account; a GUID of its own for each mail domain unless given. */
  tenant?: string
  /** The bytes that the drive takes; what OneDrive usually gives unless given. */
  quota?: number
  moods?: Partial<Moods>
}

/** A user with the ids that Microsoft would have given. */
export interface Account {
  username: string
  name: string
  kind: AccountKind
  /** The mail domain: a work tenant answers to it as well. */
  domain: string
  tenantId: string
  /** The `oid` claim. */
  objectId: string
  /** `id` of Graph's /me: the object id for work, 16 hex digits for personal accounts. */
  graphId: string
  quota?: number
  moods: Moods
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
})

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

/**
 * Reads a users file: a JSON list of users.
 * @throws an Error with a plain sentence that names the bad field.
 */
export function readUsers(file: string): SandboxUser[] {
  let value: unknown
  try {
    value = JSON.parse(file)
  } catch (error) {
    throw new Error(`The users file is not valid JSON: ${(error as Error).message}`)
  }
  const users = list(readUser)(value, 'users')
  checkUsers(users)
  return users
}

/** What no single field shows: that there is a user, no two share a name, and no personal one has a directory. */
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

/** Gives a user the ids that Microsoft would have given: the same each time for the same username. */
export function accountOf(user: SandboxUser): Account {
  const username = user.username.toLowerCase()
  const domain = username.slice(username.indexOf('@') + 1)
  const digest = hex(username)
  const personal = user.kind === 'personal'
  // A personal account's `oid` is its 16 hex digits in the clothes of a GUID.
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
    moods: { existing: 409, missingParents: 404, driveIds: 'steady', ...user.moods },
  }
}

function hex(seed: string): string {
  return createHash('sha256').update(seed).digest('hex')
}

function guidOf(seed: string): string {
  const digits = hex(`guid of ${seed}`)
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20, 32)}`
}
