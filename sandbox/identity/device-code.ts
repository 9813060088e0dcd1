import { randomInt } from 'node:crypto'
import { readPostedForm } from '../server/forms.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import { clientRefusals } from '../state/client-refusals.ts'
import { refusals } from '../state/identity-refusals.ts'
import { isPublicClient, type Registration } from '../state/registrations.ts'
import type { Tenant } from '../state/tenants.ts'
import type { World } from '../state/world.ts'
import { findRegistration } from './client.ts'
import { newDeviceCode } from './opaque.ts'
import { identityJson } from './replies.ts'
import { readScopes } from './scopes.ts'

/** Without vowels, so that no code spells a word. */
const alphabet = 'BCDFGHJKLMNPQRSTVWXZ23456789'

/**
 * `POST /{tenant}/oauth2/v2.0/devicecode`. The user code has nine characters, eight for `consumers`, and the page
 * depends on who may sign in, and there is no `verification_uri_complete`. Sources: entra-docs, v2-oauth2-device-code; MicrosoftDocs/azure-docs#33126.
 */
export function deviceCode(world: World, incoming: Incoming, tenant: Tenant): Reply {
  if (incoming.method !== 'POST') throw refusals.postOnly(incoming.method)
  const form = readPostedForm(incoming)
  const registration = findRegistration(world, form.get('client_id'), tenant)
  if (!isPublicClient(registration) && reachesPersonal(registration, tenant)) throw clientRefusals.notMobile()
  const asked = form.get('scope')
  if (!asked) throw refusals.missingParameter('scope')
  const scopes = readScopes(world, asked)
  const onlyPersonal = tenant.kinds.length === 1 && tenant.kinds[0] === 'personal'
  const userCode = Array.from(
    { length: onlyPersonal ? 8 : 9 },
    () => alphabet[randomInt(alphabet.length)],
  ).join('')
  const { deviceTtlSeconds, deviceIntervalSeconds } = world.settings
  const code = newDeviceCode()
  world.grants.secrets.add(code)
  world.grants.deviceCodes.set(code, {
    registration,
    tenant,
    scopes,
    asked,
    userCode,
    expiresAt: world.now() + deviceTtlSeconds * 1000,
    redeemed: false,
  })
  const [kind, another] = tenant.kinds
  const verificationUri = world.origins.deviceLogin[another ? 'either' : (kind ?? 'either')]
  return identityJson(incoming, 200, {
    user_code: userCode,
    device_code: code,
    verification_uri: verificationUri,
    expires_in: deviceTtlSeconds,
    interval: deviceIntervalSeconds,
    message: `To sign in, use a web browser to open the page ${verificationUri} and enter the code ${userCode} to authenticate.`,
  })
}

/**
 * Where personal accounts are allowed, a client that is not public is refused at once; elsewhere only at
 * the poll after the person has signed in. Source: MicrosoftDocs/azure-docs#31986.
 */
function reachesPersonal({ audience }: Registration, { kinds }: Tenant): boolean {
  return kinds.includes('personal') && /Personal/.test(audience)
}
