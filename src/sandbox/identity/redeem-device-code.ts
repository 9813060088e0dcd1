import type { World } from '../world.ts'
import type { Grant } from './grants.ts'
import { refusals } from './refusals.ts'
import { expandDefault } from './scopes.ts'
import type { Redemption } from './token.ts'

/**
 * Answers a poll of the device flow. `slow_down` is not on Microsoft's list of answers, so it is never given.
 * Source: entra-docs, identity-platform/v2-oauth2-device-code.
 */
export function redeemDeviceCode(world: World, { form, tenant, registration }: Redemption): Grant {
  const value = form.get('device_code')
  if (!value) throw refusals.missingParameter('device_code')
  const code = world.grants.deviceCodes.get(value)
  if (!code || code.redeemed || code.registration !== registration) throw refusals.deviceCodeUnknown()
  if (code.tenantKey !== tenant.key) throw refusals.codeOfOtherTenant()
  if (code.expiresAt <= world.now()) throw refusals.deviceCodeExpired()
  if (code.decision === undefined) throw refusals.devicePending()
  if (code.decision === 'declined') throw refusals.deviceDeclined()
  const { account } = code.decision
  const scopes = expandDefault(code.scopes, account)
  code.redeemed = true
  world.grants.consent(account, registration, scopes)
  return { account, registration, scopes }
}
