import type { TokenEndpointResponse } from 'oauth4webapi'
import type { LinkRecord } from './link.ts'
import { untrustworthy } from './protocol.ts'

/** What a token endpoint issued; the refresh token and the scope only if it sent them. */
type IssuedTokens = Pick<LinkRecord, 'accessToken' | 'expiresAt'> &
  Partial<Pick<LinkRecord, 'refreshToken' | 'grantedScope'>>

/** Microsoft's longest lifetime of an access token, in seconds: 28 hours. One that claims more is renewed sooner. */
const longestLife = 28 * 3_600
/** Microsoft's tokens have 4 KB at most. */
const longestToken = 64 * 1024
const longestScope = 4_000

/**
 * The tokens of a response.
 * @param now milliseconds since the epoch.
 * @throws OdLinkError (service) for a token that could not be sent: RFC 6749 appendix A allows only visible ASCII.
 */
export function tokensIn(tokens: TokenEndpointResponse, now: number): IssuedTokens {
  const { access_token: accessToken, refresh_token: refreshToken, scope } = tokens
  for (const token of [accessToken, refreshToken ?? 'none']) {
    if (token.length > longestToken || !/^[\x21-\x7e]+$/.test(token))
      throw untrustworthy(new Error('it contains an invalid token'))
  }
  return {
    accessToken,
    // Without a lifetime it counts as expired: it is used once, and the next command requests another.
    expiresAt: now + Math.min(tokens.expires_in ?? 0, longestLife) * 1000,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(scope === undefined || scope.length > longestScope ? {} : { grantedScope: scope }),
  }
}
