import { randomBytes } from 'node:crypto'
import { readForm, readParameters } from '../server/forms.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import type { Grant } from '../state/grants.ts'
import { refusals } from '../state/identity-refusals.ts'
import type { Tenant } from '../state/tenants.ts'
import type { World } from '../state/world.ts'
import { authenticateClient } from './client.ts'
import { redeemClientCredentials } from './redeem-client-credentials.ts'
import { redeemCode } from './redeem-code.ts'
import { redeemDeviceCode } from './redeem-device-code.ts'
import { redeemRefreshToken } from './redeem-refresh-token.ts'
import type { Redemption } from './redemption.ts'
import { identityJson } from './replies.ts'
import { checkAskedResource } from './scopes.ts'
import { issueTokens, type TokenOptions } from './tokens.ts'
import { asVersion2, bodyOfVersion1, type Version } from './version-1.ts'

type Redeem = (
  world: World,
  redemption: Redemption,
) => Grant & Pick<TokenOptions, 'nonce' | 'omitRefreshToken'>

/** The grant types. To add one: a line in this table. */
const grants: Record<string, Redeem> = {
  authorization_code: redeemCode,
  refresh_token: redeemRefreshToken,
  client_credentials: redeemClientCredentials,
  'urn:ietf:params:oauth:grant-type:device_code': redeemDeviceCode,
  // What msal-node sends. Source: AzureAD/microsoft-authentication-library-for-js, DeviceCodeClient.ts.
  device_code: redeemDeviceCode,
}

/** Grant types of Microsoft's that need what the sandbox does not have. Source: entra-docs, identity-platform. */
const lacking: Record<string, string> = {
  password: 'passwords (grant type password)',
  'urn:ietf:params:oauth:grant-type:jwt-bearer': 'on-behalf-of flow (grant type jwt-bearer)',
  'urn:ietf:params:oauth:grant-type:saml1_1-bearer': 'federated sign-in (grant type saml1_1-bearer)',
  'urn:ietf:params:oauth:grant-type:saml2-bearer': 'federated sign-in (grant type saml2-bearer)',
}

/** Parameters that belong in the body only (RFC 6749, 2.3.1). */
const bodyOnly =
  /^(client_secret|client_assertion|code|code_verifier|device_code|grant_type|password|refresh_token)$/i

/** `POST /{tenant}/oauth2/v2.0/token`, and `/oauth2/token` of v1.0, which names a `resource` in place of scopes. */
export async function token(
  world: World,
  incoming: Incoming,
  tenant: Tenant,
  version: Version,
): Promise<Reply> {
  if (incoming.method !== 'POST') throw refusals.postOnly(incoming.method)
  const form = readTokenRequest(world, incoming)
  const grantType = form.get('grant_type')
  if (!grantType) throw refusals.missingParameter('grant_type')
  incoming.entry.grant = grantType
  const redeem = Object.hasOwn(grants, grantType) ? grants[grantType] : undefined
  if (!redeem && !Object.hasOwn(lacking, grantType)) throw refusals.grantTypeUnknown(grantType)
  checkAskedResource(world, form.get('resource'), version)
  if (version === 1) asVersion2(form)
  const client = authenticateClient(world, incoming, form, tenant)
  if (!redeem) throw refusals.notInSandbox('unsupported_grant_type', lacking[grantType] ?? grantType)
  const { nonce, omitRefreshToken, ...grant } = redeem(world, { incoming, form, tenant, ...client })
  incoming.entry.username = grant.account.username
  const options: TokenOptions = { clientInfo: form.get('client_info') === '1', version }
  if (nonce !== undefined) options.nonce = nonce
  if (omitRefreshToken) options.omitRefreshToken = true
  const { body, token } = issueTokens(world, grant, await world.keys, options)
  const reply = identityJson(incoming, 200, version === 1 ? bodyOfVersion1(world, body, token) : body)
  reply.headers = { ...reply.headers, 'set-cookie': cookies() }
  if (grantType === 'refresh_token') reply.delivered = () => world.grants.renewed(token)
  return reply
}

/**
 * The parameters of the body, and those of the URL that the body lacks. Microsoft tolerates what RFC 6749 forbids, and old
 * programs send everything in both places; but a URL ends up in logs, so the score counts it.
 */
function readTokenRequest(world: World, incoming: Incoming): Map<string, string> {
  const inUrl = readForm(incoming.query)
  if ([...inUrl.keys()].some((name) => bodyOnly.test(name))) world.score.report('secretInUrl', incoming)
  return readParameters(incoming)
}

/** Cookies that come with every answer; clients may ignore them. */
function cookies(): string[] {
  return [
    `fpc=${randomBytes(16).toString('base64url')}; path=/; HttpOnly; SameSite=None`,
    'x-ms-gateway-slice=estsfd; path=/; httponly',
  ]
}
