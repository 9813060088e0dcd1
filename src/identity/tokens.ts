import type { TokenEndpointResponse } from 'oauth4webapi'
import type { LinkRecord } from './link.ts'
import { untrustworthy } from './protocol.ts'

/** What a token endpoint gave; the refresh token and the scope where it gave them. */
type IssuedTokens = Pick<LinkRecord, 'accessToken' | 'expiresAt'> &
  Partial<Pick<LinkRecord, 'refreshToken' | 'grantedScope'>>

/** Microsoft's longest life of an access token, in seconds: 28 hours. One that claims more is only renewed sooner. */
const longestLife = 28 * 3_600
/** Microsoft's tokens have 4 KB at most. */
const longestToken = 64 * 1024
const longestScope = 4_000

/**
 * Takes the tokens out of an answer.
 * @param now milliseconds since the epoch.
 * @throws OdLinkError (service) for a token that could not be sent: RFC 6749 appendix A has visible ASCII alone.
 */
export function tokensIn(tokens: TokenEndpointResponse, now: number): IssuedTokens {
  const { access_token: accessToken, refresh_token: refreshToken, scope } = tokens
  for (const token of [accessToken, refreshToken ?? 'none']) {
    if (token.length > longestToken || !/^[\x21-\x7e]+$/.test(token))
      throw untrustworthy(new Error('it holds a token that is none'))
  }
  return {
    accessToken,
    // Without a time it counts as ended: it is used once, and the next command asks for another.
    expiresAt: now + Math.min(tokens.expires_in ?? 0, longestLife) * 1000,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(scope === undefined || scope.length > longestScope ? {} : { grantedScope: scope }),
  }
}
