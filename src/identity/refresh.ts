import * as oauth from 'oauth4webapi'
import type { Patience } from '../http/retry.ts'
import type { JsonObject } from '../text/json.ts'
import type { LinkRecord } from './link.ts'
import { clientAuthentication, explained, tidy, transport } from './protocol.ts'
import { tokensIn } from './tokens.ts'

type Tokens = Pick<LinkRecord, 'accessToken' | 'expiresAt' | 'refreshToken' | 'grantedScope'>

/**
 * Renews the tokens of a link at the endpoint that issued them. A refresh can be repeated safely: the old refresh token
 * stays valid. A response without a new refresh token keeps the old one (RFC 6749 section 6).
 * @param claims the claims of a 401's challenge, as JSON.
 * @param patience the limit on all waiting of this command.
 * @throws OdLinkError (sign-in) when Microsoft refuses, (service) or (network) when it cannot be reached.
 */
export async function refreshTokens(
  record: LinkRecord,
  claims: string | undefined,
  patience: Patience,
): Promise<Tokens> {
  const { registration } = record
  const context = {
    loginOrigin: new URL(record.tokenEndpoint).origin,
    tenant: registration.tenant,
    clientId: registration.clientId,
    scope: record.scope,
  }
  const sent = [record.refreshToken, registration.clientSecret]
  return explained(context, async () => {
    const server: oauth.AuthorizationServer = { issuer: record.issuer, token_endpoint: record.tokenEndpoint }
    const client: oauth.Client = { client_id: registration.clientId, [oauth.clockTolerance]: 300 }
    const response = await oauth.refreshTokenGrantRequest(
      server,
      client,
      clientAuthentication(registration.clientSecret),
      record.refreshToken,
      {
        ...transport(patience, withoutIdToken, sent),
        // Without a scope the response has what was granted at login (RFC 6749 section 6); a request for more, or for
        // what a server grants without listing it, would be refused.
        additionalParameters: claims ? { claims } : {},
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
