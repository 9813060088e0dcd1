import * as oauth from 'oauth4webapi'
import { OdLinkError } from '../errors.ts'
import type { Patience } from '../http/retry.ts'
import type { JsonObject } from '../text/json.ts'
import type { LinkRecord } from './link.ts'
import { clientAuthentication, explained, tidy, transport } from './protocol.ts'
import { tokensIn } from './tokens.ts'

type Tokens = Pick<LinkRecord, 'accessToken' | 'expiresAt' | 'refreshToken' | 'grantedScope'> &
  Partial<Pick<LinkRecord, 'registration'>>

/** What a request for new tokens has besides the refresh token. */
interface Variant {
  clientSecret: string | undefined
  scope: string | undefined
}

/**
 * Renews the tokens of a link at the endpoint that issued them. A refresh can be repeated safely: the old refresh token
 * stays valid. A response without a new refresh token keeps the old one (RFC 6749 section 6).
 * @param claims the claims of a 401's challenge, as JSON.
 * @param patience the limit on all waiting of this command.
 * @returns the tokens; and the registration, if it worked only without its secret.
 * @throws OdLinkError (sign-in) when Microsoft refuses, (service) or (network) when it cannot be reached.
 */
export async function refreshTokens(
  record: LinkRecord,
  claims: string | undefined,
  patience: Patience,
): Promise<Tokens> {
  const { registration } = record
  // Without a scope the response has what was granted at login (RFC 6749 section 6); a request for more, or for what a server
  // grants without listing it, would be refused.
  const usual: Variant = { clientSecret: registration.clientSecret, scope: undefined }
  try {
    return await requestTokens(record, usual, claims, patience)
  } catch (error) {
    const variant = anotherVariant(error, usual, record)
    if (!variant) throw error
    const tokens = await requestTokens(record, variant, claims, patience)
    const { clientSecret: _, ...withoutSecret } = registration
    return variant.clientSecret === usual.clientSecret ? tokens : { ...tokens, registration: withoutSecret }
  }
}

/**
 * What to send once more after a refusal that is about the request, not about the link: a link that was made with a device
 * code may be refused for the secret of its app (canonical/authd#1881), and a grant that was not made for Graph alone needs
 * its scopes (OneDrive/onedrive-api-docs#1549).
 */
function anotherVariant(refusal: unknown, usual: Variant, { scope }: LinkRecord): Variant | undefined {
  const { code } = refusal instanceof OdLinkError ? refusal : { code: undefined }
  if (code === 'AADSTS700025' && usual.clientSecret !== undefined)
    return { ...usual, clientSecret: undefined }
  const isAboutScope = code === 'AADSTS70011' || code === 'AADSTS90009'
  return isAboutScope ? { ...usual, scope } : undefined
}

async function requestTokens(
  record: LinkRecord,
  { clientSecret, scope }: Variant,
  claims: string | undefined,
  patience: Patience,
): Promise<Tokens> {
  const { registration } = record
  const context = {
    loginOrigin: new URL(record.tokenEndpoint).origin,
    tenant: registration.tenant,
    clientId: registration.clientId,
    scope: record.scope,
    ...(record.redirectUri === undefined ? {} : { redirectUri: record.redirectUri }),
  }
  return explained(context, async () => {
    const server: oauth.AuthorizationServer = { issuer: record.issuer, token_endpoint: record.tokenEndpoint }
    const client: oauth.Client = { client_id: registration.clientId, [oauth.clockTolerance]: 300 }
    const response = await oauth.refreshTokenGrantRequest(
      server,
      client,
      clientAuthentication(clientSecret),
      record.refreshToken,
      {
        ...transport(patience, withoutIdToken, [record.refreshToken, clientSecret]),
        additionalParameters: { ...(claims ? { claims } : {}), ...(scope ? { scope } : {}) },
      },
    )
    const tokens = await oauth.processRefreshTokenResponse(server, client, response)
    const { refreshToken, grantedScope } = record
    return { refreshToken, grantedScope, ...tokensIn(tokens, Date.now()) }
  })
}

/** The person was identified at login; a clock that has become wrong must not end the link. */
function withoutIdToken({ id_token: _, ...answer }: JsonObject): JsonObject {
  return tidy(answer)
}
