import { clientRefusals } from '../state/client-refusals.ts'
import type { Grant, RefreshToken } from '../state/grants.ts'
import { timestamp } from '../state/identity-error.ts'
import { refusals } from '../state/identity-refusals.ts'
import { admits } from '../state/tenants.ts'
import type { World } from '../state/world.ts'
import type { Redemption } from './redemption.ts'
import { refuseLoop } from './refuse-loop.ts'
import { permissions, readScopes, scopesFor } from './scopes.ts'

/**
 * The lifetime for a single-page application, counted from the sign-in. Source: entra-docs,
 * identity-platform/refresh-tokens.
 */
const spaLimit = 24 * 60 * 60 * 1000
/**
 * MSAL treats a token with less time left as expired, so refreshing then is no fault. Source: msal-common,
 * Constants.ts.
 */
const nearlyOver = 5 * 60 * 1000

/**
 * Redeems a refresh token. The answer contains a new one, and the old one stays valid: Microsoft does not
 * revoke it. Source: entra-docs, identity-platform/refresh-tokens. Other servers do, after a grace period:
 * see `refuseReuse`.
 */
export function redeemRefreshToken(
  world: World,
  { incoming, form, tenant, registration }: Redemption,
): Grant & { omitRefreshToken: boolean } {
  const value = form.get('refresh_token')
  if (!value) throw refusals.missingParameter('refresh_token')
  const found = world.grants.refreshTokens.get(value)
  if (!found) throw refusals.mangledGrant()
  if (found.registration !== registration) throw refusals.otherClient()
  if (!admits(tenant, found.account)) throw refusals.userOutsideTenant(found.account.username, tenant.segment)
  refuseReuse(found, world)
  refuseIfEnded(found, world)
  refuseLoop(world, registration.clientId, found.account.username, form.get('scope'))
  const asked = scopesFor(world, found.account, registration, readScopes(world, form.get('scope') ?? ''))
  refuseMoreScopes(world, found, asked)
  const last = world.grants.lastRenewal(found)
  if (last && !last.refused && last.expiresAt - world.now() > nearlyOver)
    world.score.report('renewedTwice', incoming)
  if (!world.settings.omitRefreshToken) found.replacedAt ??= world.now()
  const claims = form.get('claims')
  return {
    account: found.account,
    registration,
    scopes: found.scopes,
    asked: form.get('scope') ?? found.asked,
    platform: found.platform,
    since: found.since ?? found.issuedAt,
    ...(found.family ? { family: found.family } : {}),
    ...(claims === undefined ? {} : { claims }),
    omitRefreshToken: world.settings.omitRefreshToken,
  }
}

/**
 * Rotation with reuse detection (RFC 9700, 4.14.2): if two clients use the same refresh token, one of them
 * stole it, so all tokens of that sign-in are revoked.
 */
function refuseReuse({ replacedAt, family = new Set() }: RefreshToken, world: World): void {
  const { refreshGraceSeconds: grace } = world.settings
  const now = world.now()
  if (grace === undefined || replacedAt === undefined || now - replacedAt < grace * 1000) return
  for (const token of family) token.revokedAt ??= now
}

function refuseIfEnded(token: RefreshToken, world: World): void {
  const now = world.now()
  const idleSeconds = world.settings.refreshIdleSeconds
  const personal = token.account.kind === 'personal'
  if (token.revokedAt !== undefined) {
    throw personal
      ? refusals.grantRevokedPersonal()
      : refusals.grantRevokedWork(isoWith7Digits(token.issuedAt), isoWith7Digits(token.revokedAt))
  }
  if (token.platform === 'spa' && now - (token.since ?? token.issuedAt) > spaLimit)
    throw clientRefusals.spaOver(timestamp(token.since ?? token.issuedAt))
  if (now - token.issuedAt > idleSeconds * 1000) {
    throw personal
      ? refusals.grantRevokedPersonal()
      : refusals.grantIdle(timestamp(token.issuedAt), idleSeconds)
  }
}

/** A refresh never exceeds the person's consent, and fails once it is withdrawn. */
function refuseMoreScopes(world: World, token: RefreshToken, asked: Set<string>): void {
  const consented = world.grants.consented(token.account, token.registration)
  const needed = permissions([...token.scopes, ...asked])
  if (consented.size > 0 && needed.every((scope) => consented.has(scope))) return
  throw token.account.kind === 'personal'
    ? refusals.scopeNotGranted()
    : refusals.consentMissing(token.registration.clientId, token.registration.name)
}

function isoWith7Digits(time: number): string {
  return new Date(time).toISOString().replace('Z', '0000Z')
}
