import { type Account, labelOf } from '../../accounts/account.ts'
import { accountFlag, defaultAccount } from '../../accounts/index.ts'
import { lifetimeOf } from '../../accounts/lifetime.ts'
import { signInAgain } from '../../accounts/link-record.ts'
import type { LinkRecord } from '../../identity/link.ts'
import { isoTime } from '../../text/format.ts'
import { hintOf } from '../../text/next-step.ts'

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
    store: account.store,
    ...(record && {
      clientId: record.registration.clientId,
      tenant: record.registration.tenant,
      scope: record.grantedScope,
      graphOrigin: record.graphOrigin,
      linkedAt: isoTime(record.linkedAt),
      lastRenewedAt: isoTime(record.lastRenewedAt),
      expiresOn: isoTime(record.expiresAt),
      ...life(account, record),
    }),
  }
}

/** The command that signs an ended link in again. */
export function cureOf(account: Account): string {
  return hintOf([signInAgain(accountFlag(account))])
}

/** Of a link that has ended, when it would have ended is no longer told. */
function life(account: Account, record: LinkRecord) {
  const { end, unused, signIn } = lifetimeOf(account, record)
  return {
    unusedUntil: end ? null : isoTime(Math.min(unused.until, signIn?.by ?? unused.until)),
    signInEverySeconds: signIn?.everySeconds ?? null,
    signInBy: end || !signIn ? null : isoTime(signIn.by),
    ended: end ? { at: isoTime(end.at), code: end.code, reason: end.reason, hint: cureOf(account) } : null,
  }
}
