import { clientRefusals } from '../state/client-refusals.ts'
import type { Grant } from '../state/grants.ts'
import { refusals } from '../state/identity-refusals.ts'
import { checkVerifier } from '../state/pkce.ts'
import { findRedirectUri } from '../state/registrations.ts'
import type { World } from '../state/world.ts'
import type { Redemption } from './redemption.ts'
import { permissions, readScopes, scopesFor } from './scopes.ts'

/**
 * Redeems an authorization code: once, within a minute, at the same authority, by the same client, with the
 * same redirect URI and the verifier. Source: entra-docs, identity-platform/v2-oauth2-auth-code-flow.
 */
export function redeemCode(
  world: World,
  { form, tenant, registration, platform }: Redemption,
): Grant & { nonce?: string } {
  const value = form.get('code')
  if (!value) throw refusals.missingParameter('code')
  const redirectUri = form.get('redirect_uri')
  if (!redirectUri) throw refusals.missingParameter('redirect_uri')
  const code = world.grants.codes.get(value)
  if (!code) throw refusals.mangledGrant()
  if (code.registration !== registration) throw refusals.otherClient()
  if (code.redeemed) throw refusals.codeSpent()
  if (code.expiresAt <= world.now()) throw refusals.codeExpired()
  if (code.tenantKey !== tenant.key) throw refusals.codeOfOtherTenant()
  if (!findRedirectUri(registration, redirectUri))
    throw clientRefusals.redirectUriUnknown(registration, redirectUri)
  if (code.redirectUri !== redirectUri) throw refusals.redirectUriDiffers(redirectUri, code.redirectUri)
  if (platform === 'spa' && !code.challenge) throw clientRefusals.spaWithoutChallenge()
  const verifier = form.get('code_verifier')
  checkVerifier(code.challenge, verifier)
  const asked = scopesFor(world, code.account, registration, readScopes(world, form.get('scope') ?? ''))
  const consented = world.grants.consented(code.account, registration)
  const missing = permissions(asked).filter((scope) => !consented.has(scope))
  if (missing.length > 0) throw refusals.consentMissing(registration.clientId, registration.name)
  code.redeemed = true
  if (verifier) world.grants.secrets.add(verifier)
  const claims = form.get('claims') ?? code.claims
  return {
    account: code.account,
    registration,
    scopes: code.scopes,
    asked: form.get('scope') ?? code.asked,
    platform: code.platform,
    ...(claims === undefined ? {} : { claims }),
    ...(code.nonce === undefined ? {} : { nonce: code.nonce }),
  }
}
