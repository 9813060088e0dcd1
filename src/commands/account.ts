import { type Account, defaultAccount, labelOf } from '../accounts/index.ts'
import type { LinkRecord } from '../accounts/record.ts'

/** How an account is told in JSON: what the index knows, and what the record adds, without a secret. */
export function describe(account: Account, record?: LinkRecord) {
  const [tenantId, objectId] = account.id.split('.')
  return {
    account: labelOf(account),
    id: account.id,
    name: account.name ?? null,
    username: account.username,
    displayName: account.displayName,
    kind: account.kind,
    tenantId,
    objectId,
    default: defaultAccount()?.id === account.id,
    ...(record && {
      clientId: record.registration.clientId,
      scope: record.grantedScope,
      graphOrigin: record.graphOrigin,
      linkedAt: isoTime(record.linkedAt),
      lastRenewedAt: isoTime(record.lastRenewedAt),
      expiresOn: isoTime(record.expiresAt),
    }),
  }
}

/** `2026-11-24T10:45:08Z`, from milliseconds since the epoch. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z')
}
