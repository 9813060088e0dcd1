import { randomInt } from 'node:crypto'
import { readParameters } from '../server/forms.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import { clientRefusals } from '../state/client-refusals.ts'
import { refusals } from '../state/identity-refusals.ts'
import { isPublicClient, type Registration } from '../state/registrations.ts'
import type { Tenant } from '../state/tenants.ts'
import type { World } from '../state/world.ts'
import { findRegistration } from './client.ts'
import { newDeviceCode } from './opaque.ts'
import { identityJson } from './replies.ts'
import { checkAskedResource, readScopes } from './scopes.ts'
import { scopesOfVersion1, tenantOfVersion1, type Version } from './version-1.ts'

/** Without vowels, so that no code spells a word. */
const alphabet = 'BCDFGHJKLMNPQRSTVWXZ23456789'

/**
 * `POST /{tenant}/oauth2/v2.0/devicecode`, and `/oauth2/devicecode` of v1.0. The user code has nine characters, eight for
 * `consumers`; the page depends on who may sign in, and there is no `verification_uri_complete`. Sources: entra-docs,
 * v2-oauth2-device-code; MicrosoftDocs/azure-docs#33126.
 */
export function deviceCode(world: World, incoming: Incoming, given: Tenant, version: Version): Reply {
  const tenant = version === 1 ? tenantOfVersion1(given) : given
  if (incoming.method !== 'POST') throw refusals.postOnly(incoming.method)
  // Version 1.0 takes them in the URL as well.
  const form = readParameters(incoming)
  const registration = findRegistration(world, form.get('client_id'), tenant)
  if (!isPublicClient(registration) && reachesPersonal(registration, tenant)) throw clientRefusals.notMobile()
  checkAskedResource(world, form.get('resource'), version)
  const asked = version === 1 ? scopesOfVersion1 : form.get('scope')
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
    ...(version === 1
      ? {
          verification_url: verificationUri,
          expires_in: String(deviceTtlSeconds),
          interval: String(deviceIntervalSeconds),
        }
      : {
          verification_uri: verificationUri,
          expires_in: deviceTtlSeconds,
          interval: deviceIntervalSeconds,
        }),
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
