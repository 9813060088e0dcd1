import { equal } from '../server/equal.ts'
import { readForm } from '../server/forms.ts'
import { header, type Incoming } from '../server/messages.ts'
import { clientRefusals } from '../state/client-refusals.ts'
import { refusals } from '../state/identity-refusals.ts'
import { findRedirectUri, mainPlatform, type Platform, type Registration } from '../state/registrations.ts'
import type { Tenant } from '../state/tenants.ts'
import type { World } from '../state/world.ts'
import { checkAuthority } from './audience.ts'

/** Finds the registration of a client id, ignoring case, and checks that it may be used at this authority. */
export function findRegistration(world: World, clientId: string | undefined, tenant: Tenant): Registration {
  if (!clientId) throw refusals.missingParameter('client_id')
  const found = world.registrations.find((one) => one.clientId === clientId.toLowerCase())
  if (!found) throw refusals.clientUnknown(clientId, tenant.segment)
  checkAuthority(found, tenant)
  return found
}

/**
 * Authenticates the client of a token request as its platform requires: a Web application by its secret (in
 * the body, or by HTTP Basic with both halves form-encoded, RFC 6749 2.3.1), a single-page application by the
 * Origin that only browsers send, a public client not at all.
 * @throws IdentityError 700016, 700025, 7000218, 7000215, 9002326 or 9002327
 */
export function authenticateClient(
  world: World,
  incoming: Incoming,
  form: Map<string, string>,
  tenant: Tenant,
): { registration: Registration; platform: Platform } {
  const basic = readBasic(header(incoming, 'authorization'))
  const clientId = form.get('client_id') ?? basic?.clientId
  if (basic && clientId !== basic.clientId) throw refusals.malformedRequest('two different client ids')
  const registration = findRegistration(world, clientId, tenant)
  // An empty secret means no secret: some libraries always send the field.
  const secret = form.get('client_secret') || basic?.secret || undefined
  const platform = platformOf(world, registration, form)
  const fromBrowser = incoming.headers.origin !== undefined
  if (platform === 'spa' && !fromBrowser) throw clientRefusals.spaWithoutOrigin()
  if (platform !== 'spa' && fromBrowser) throw refusals.originSent()
  if (platform === 'web') {
    if (secret === undefined && form.has('client_assertion'))
      throw refusals.notInSandbox('invalid_client', 'certificates or federated credentials of applications')
    if (secret === undefined) throw refusals.secretMissing()
    const { clientId, secrets = [] } = registration
    if (!secrets.some((one) => equal(secret, one))) throw refusals.secretWrong(clientId)
  } else if (secret !== undefined || form.has('client_assertion')) throw refusals.secretFromPublicClient()
  return { registration, platform }
}

/**
 * For a code the redirect URI decides, for a refresh token the original sign-in; the device flow is for
 * public clients, and whoever has a secret can be without a person.
 */
function platformOf(world: World, registration: Registration, form: Map<string, string>): Platform {
  const grantType = form.get('grant_type')
  if (grantType === 'authorization_code') {
    const used = findRedirectUri(registration, form.get('redirect_uri') ?? '')
    if (used) return used.platform
  }
  if (grantType === 'refresh_token') {
    const token = world.grants.refreshTokens.get(form.get('refresh_token') ?? '')
    if (token?.registration === registration) return token.platform
  }
  if (grantType === 'client_credentials' && registration.secrets) return 'web'
  return grantType?.endsWith('device_code') ? 'public' : mainPlatform(registration)
}

function readBasic(authorization: string | undefined): { clientId: string; secret: string } | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return undefined
  const decoded = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  if (colon < 0) throw refusals.malformedRequest('HTTP Basic without a colon')
  const unform = (part: string) => readForm(`x=${part}`).get('x') ?? ''
  return { clientId: unform(decoded.slice(0, colon)), secret: unform(decoded.slice(colon + 1)) }
}
