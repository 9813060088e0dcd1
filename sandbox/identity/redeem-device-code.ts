import { clientRefusals } from '../state/client-refusals.ts'
import type { Grant } from '../state/grants.ts'
import { refusals } from '../state/identity-refusals.ts'
import { isPublicClient } from '../state/registrations.ts'
import type { World } from '../state/world.ts'
import type { Redemption } from './redemption.ts'
import { refuseLoop } from './refuse-loop.ts'
import { scopesFor } from './scopes.ts'

/** Timers may fire slightly early; that is not a fault. */
const tolerance = 250

/**
 * Answers a poll of the device flow. `slow_down` is not on Microsoft's list of answers, so it is only sent
 * when the sandbox is told to. A work application that is not public is refused only after the person has
 * signed in. Sources: entra-docs, identity-platform/v2-oauth2-device-code; MicrosoftDocs/azure-docs#31986.
 */
export function redeemDeviceCode(world: World, { form, tenant, registration }: Redemption): Grant {
  const value = form.get('device_code')
  if (!value) throw refusals.missingParameter('device_code')
  const code = world.grants.deviceCodes.get(value)
  if (!code || code.redeemed || code.registration !== registration) throw refusals.deviceCodeUnknown()
  if (code.tenant.key !== tenant.key) throw refusals.codeOfOtherTenant()
  if (code.expiresAt <= world.now()) throw refusals.deviceCodeExpired()
  const now = world.now()
  const interval = world.settings.deviceIntervalSeconds * 1000
  const hasty = code.polledAt !== undefined && now - code.polledAt < interval - tolerance
  code.polledAt = now
  if (hasty) refuseLoop(world, registration.clientId, value)
  if (hasty && world.settings.slowDown) throw clientRefusals.slowDown()
  if (code.decision === undefined) throw refusals.devicePending()
  if (code.decision === 'declined') throw refusals.deviceDeclined()
  if (!isPublicClient(registration)) throw refusals.secretMissing()
  const { account } = code.decision
  const scopes = scopesFor(world, account, registration, code.scopes)
  code.redeemed = true
  world.grants.consent(account, registration, scopes)
  return { account, registration, scopes, asked: code.asked, platform: 'public' }
}
