import { OdLinkError } from '../errors.ts'

/**
 * A link: all that is needed to act for one person, kept in one item of the store. It carries the registration
 * and the origins it was linked with, so that `mkdir` from cron needs no variables and a changed variable never
 * sends an old token to a new host.
 */
export interface LinkRecord {
  version: 1
  /** `tid.oid`: the tenant's and the person's ids, never an address (those change and are reused). */
  id: string
  tenantId: string
  objectId: string
  kind: 'work' | 'personal'
  username: string
  displayName: string
  registration: Registration
  /** Where tokens are renewed; the origin is that of the authority at login. */
  tokenEndpoint: string
  /** The issuer that signed the id_token, with the tenant filled in. */
  issuer: string
  /** Origin of Graph, such as `https://graph.microsoft.com`. */
  graphOrigin: string
  /** The scopes asked for, separated by spaces. */
  scope: string
  /** The scopes that the server granted, separated by spaces. */
  grantedScope: string
  accessToken: string
  /** Milliseconds since the epoch. */
  expiresAt: number
  refreshToken: string
  /** Milliseconds since the epoch. */
  linkedAt: number
  /** Milliseconds since the epoch: the last time that Microsoft gave tokens for this link. */
  lastRenewedAt: number
}

/** The app registration that a link was made with. */
export interface Registration {
  clientId: string
  clientSecret?: string | undefined
  tenant: string
}

const texts = [
  'id',
  'tenantId',
  'objectId',
  'kind',
  'username',
  'displayName',
  'issuer',
  'scope',
  'grantedScope',
  'accessToken',
  'refreshToken',
] as const
const addresses = ['tokenEndpoint', 'graphOrigin'] as const
const times = ['expiresAt', 'linkedAt', 'lastRenewedAt'] as const
/** What a Date can show. */
const lastTime = 8.64e15

/**
 * Reads what the store kept.
 * @throws OdLinkError (keychain) when it is not a record this version understands; nothing is deleted.
 */
export function parseRecord(text: string, id: string): LinkRecord {
  let record: Partial<LinkRecord> | null
  try {
    record = JSON.parse(text)
  } catch {
    throw unreadable(id, 'it is damaged')
  }
  if (record?.version !== 1) throw unreadable(id, 'another version of od-link wrote it')
  const { clientId, tenant, clientSecret = '' } = record.registration ?? {}
  const whole =
    record.id === id &&
    [clientId, tenant, clientSecret].every((text) => typeof text === 'string') &&
    texts.every((field) => typeof record[field] === 'string') &&
    addresses.every((field) => typeof record[field] === 'string' && URL.canParse(record[field])) &&
    times.every((field) => typeof record[field] === 'number' && Math.abs(record[field]) <= lastTime)
  if (!whole) throw unreadable(id, 'parts of it are missing')
  return record as LinkRecord
}

function unreadable(id: string, why: string): OdLinkError {
  return new OdLinkError('keychain', `The link ${id} is kept, but cannot be read: ${why}.`, {
    hint: `od-link login\n(which replaces it; or remove it: od-link logout ${id})`,
  })
}
