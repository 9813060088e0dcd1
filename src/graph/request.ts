import type { Account } from '../accounts/account.ts'
import { accessToken } from '../accounts/token.ts'
import { NetworkError } from '../http/errors.ts'
import { type Patience, startPatience } from '../http/retry.ts'
import { loadClientMeanwhile } from '../http/transport.ts'
import type { LinkRecord } from '../identity/link.ts'
import { graphFailure, linkRefused } from './errors.ts'
import { challengeOf, type GraphAnswer, type GraphRequest, isTokenRefused, sendOnce } from './send-once.ts'

export type { GraphAnswer, GraphRequest }

/** Graph, for one linked account, with one bound on all waiting. */
export interface Graph {
  /**
   * Sends a request, renews the token once after a 401, and repeats what failed for a passing reason.
   * @param lookFirst called before a repetition; what it finds is taken for the answer. For requests that must
   *   not be done twice.
   * @returns any answer that is neither passing trouble nor a refused token: 2xx, 3xx, most of 4xx, 507.
   * @throws OdLinkError (sign-in), (service) or (network) when there is none within the bound.
   */
  send: (request: GraphRequest, lookFirst?: () => Promise<GraphAnswer | undefined>) => Promise<GraphAnswer>
  /** Milliseconds left of the bound. */
  left: () => number
}

/** Passing trouble, as the SDKs and rclone see it; 500 is tried a few times, since it may be for ever. */
export const transientStatuses = new Set([408, 429, 500, 502, 503, 504, 509])
export const maxRetries = 4

/**
 * @param maxWaitMs how long all waiting of this command may take.
 * @param link the record to begin with, where the command has it already.
 */
export function openGraph(account: Account, maxWaitMs: number, link?: LinkRecord): Graph {
  const patience = startPatience(maxWaitMs)
  loadClientMeanwhile()
  // Read once a command; a token that ends in the middle is refused, and renewed then.
  const tokens: Tokens = {
    current: async () => {
      link ??= await accessToken(account, { patience })
      return link
    },
    another: async (refused, claims) => {
      link = await accessToken(account, { refused, claims, patience })
      return link
    },
  }
  return { send: (request, lookFirst) => send(tokens, patience, request, lookFirst), left: patience.left }
}

interface Tokens {
  current: () => Promise<LinkRecord>
  /** After Graph refused a token. */
  another: (refused: string, claims: string | undefined) => Promise<LinkRecord>
}

async function send(
  tokens: Tokens,
  patience: Patience,
  request: GraphRequest,
  lookFirst?: () => Promise<GraphAnswer | undefined>,
): Promise<GraphAnswer> {
  const subject = `${request.method} ${request.path}`
  let repeated = false
  let faults = 0
  for (;;) {
    const outcome = await sendWithToken(tokens, request, patience, faults > 0)
    if (!(outcome instanceof NetworkError) && !transientStatuses.has(outcome.status))
      return { ...outcome, repeated }
    repeated = true
    const throttled = !(outcome instanceof NetworkError) && outcome.status === 429
    if (!throttled) faults += 1
    const trouble = outcome instanceof NetworkError ? outcome : graphFailure(outcome, subject)
    const retryAfter = outcome instanceof NetworkError ? undefined : outcome.headers['retry-after']
    if (request.mayRepeat?.(outcome) === false) throw trouble
    if (faults > maxRetries || !(await patience.pause(trouble.message, retryAfter))) throw trouble
    const found = throttled ? undefined : await lookFirst?.()
    if (found) return { ...found, repeated }
  }
}

/** One request, and after a 401 the same once more with another token. */
async function sendWithToken(
  tokens: Tokens,
  request: GraphRequest,
  patience: Patience,
  freshConnection: boolean,
): Promise<GraphAnswer | NetworkError> {
  const link = await tokens.current()
  const how = { timeoutMs: patience.attempt(30_000), freshConnection }
  const first = await sendOnce(link, request, how)
  if (first instanceof NetworkError || !isTokenRefused(first)) return first
  const another = await tokens.another(link.accessToken, challengeOf(first))
  const second = await sendOnce(another, request, how)
  if (!(second instanceof NetworkError) && isTokenRefused(second)) throw linkRefused(second)
  return second
}
