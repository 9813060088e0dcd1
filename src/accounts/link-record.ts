import { OdLinkError } from '../errors.ts'
import type { LinkRecord } from '../identity/link.ts'
import type { NextStep } from '../text/next-step.ts'

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
/** The largest time that a Date can represent. */
const lastTime = 8.64e15

/**
 * Parses a record from the store.
 * @throws OdLinkError (keychain) when this version does not understand it; nothing is deleted.
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
  const { redirectUri = '', listen = '' } = record
  const whole =
    record.id === id &&
    [clientId, tenant, clientSecret, redirectUri, listen].every((text) => typeof text === 'string') &&
    texts.every((field) => typeof record[field] === 'string') &&
    addresses.every((field) => typeof record[field] === 'string' && URL.canParse(record[field])) &&
    times.every((field) => typeof record[field] === 'number' && Math.abs(record[field]) <= lastTime)
  if (!whole) throw unreadable(id, 'parts of it are missing')
  return record as LinkRecord
}

/** Signs an existing link in again, as it was made. @param account a value of `--account`. */
export function signInAgain(account: string, intro?: string): NextStep {
  return { ...(intro === undefined ? {} : { intro }), verb: 'login', flags: { account } }
}

function unreadable(id: string, why: string): OdLinkError {
  return new OdLinkError('keychain', `The saved link ${id} cannot be read (${why}).`, {
    reason: 'record-damaged',
    next: [signInAgain(id), { intro: 'Or remove it:', verb: 'logout', args: [id] }],
  })
}
