import { type Account, labelOf } from '../../accounts/account.ts'
import { defaultAccount } from '../../accounts/index.ts'
import { lifetimeOf } from '../../accounts/lifetime.ts'
import type { LinkRecord } from '../../identity/link.ts'
import { isoTime } from '../../text/format.ts'

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
      ...life(account, record),
    }),
  }
}

/** Of a link that has ended, when it would have ended is no longer told. */
function life(account: Account, record: LinkRecord) {
  const { end, unused, signIn } = lifetimeOf(account, record)
  return {
    unusedUntil: end ? null : isoTime(Math.min(unused.until, signIn?.by ?? unused.until)),
    signInEverySeconds: signIn?.everySeconds ?? null,
    signInBy: end || !signIn ? null : isoTime(signIn.by),
    ended: end ? { at: isoTime(end.at), code: end.code, reason: end.reason } : null,
  }
}
