import type { Account } from '../accounts/account.ts'
import { accessToken } from '../accounts/token.ts'
import type { OdLinkError } from '../errors.ts'
import { NetworkError } from '../http/errors.ts'
import { prepareMeanwhile } from '../http/index.ts'
import { type Patience, Pause, startPatience } from '../http/retry.ts'
import type { LinkRecord } from '../identity/link.ts'
import { variable } from '../settings/environment.ts'
import type { GraphAnswer } from './answer.ts'
import { mayPass } from './error-codes.ts'
import { graphFailure, newSignInWanted, renewedTokenRefused } from './errors.ts'
import { challengeOf, type GraphRequest, isTokenRefused, sendOnce } from './send-once.ts'

export type { GraphAnswer, GraphRequest }

/** Graph, for one linked account, with one limit on all waiting. */
export interface Graph {
  /**
   * Sends a request, renews the token once after a 401, and repeats what failed for a transient reason.
   * @param lookFirst called before a repetition; what it finds counts as the answer. For requests that must not be done
   *   twice.
   * @returns any answer that is neither a transient failure nor a refused token: 2xx, 3xx, most of 4xx, 507.
   * @throws OdLinkError (sign-in), (service) or (network) when there is none within the limit.
   */
  send: (request: GraphRequest, lookFirst?: () => Promise<GraphAnswer | undefined>) => Promise<GraphAnswer>
  /** Milliseconds left of the limit. */
  left: () => number
}

export const maxRetries = 4

/**
 * @param maxWaitMs how long all waiting of this command may take.
 * @param link the record to begin with, if the command has read it already.
 * @param sharingLink the one that a path was typed with, for what refusals say.
 */
export function openGraph(
  account: Account,
  maxWaitMs: number,
  link?: LinkRecord,
  sharingLink?: string,
): Graph {
  return openGraphs(account, { maxWaitMs, link, sharingLink })()
}

/**
 * The same for work in many parts, such as files: each call opens Graph with a limit on waiting of its own, and all of them
 * share the token, and wait together when one of them is throttled.
 * @param pause what other requests for the same work share with them.
 */
export function openGraphs(
  account: Account,
  {
    maxWaitMs,
    link,
    sharingLink,
    pause = new Pause(),
  }: {
    maxWaitMs: number
    link?: LinkRecord | undefined
    sharingLink?: string | undefined
    pause?: Pause
  },
): () => Graph {
  prepareMeanwhile(variable('OD_LINK_GRAPH_HOST')?.startsWith('http:') === true)
  let current = link && Promise.resolve(link)
  let renewed: string | undefined
  // Read once per command; a token that expires meanwhile is refused, and renewed then.
  const tokens: Tokens = {
    account,
    sharingLink,
    current(patience) {
      if (current === undefined) {
        const asked = accessToken(account, { patience })
        current = asked
        // The next part of the work may have more luck.
        asked.catch(() => {
          if (current === asked) current = undefined
        })
      }
      return current
    },
    async another(refused, claims, patience) {
      const known = await current
      // Another part of the work has renewed it meanwhile.
      if (known && known.accessToken !== refused && claims === undefined) return known
      const another = await accessToken(account, { refused, claims, patience })
      current = Promise.resolve(another)
      renewed = another.accessToken
      return another
    },
    isRenewed: (token) => token === renewed,
  }
  return () => {
    const patience = startPatience(maxWaitMs, pause)
    return { send: (request, lookFirst) => send(tokens, patience, request, lookFirst), left: patience.left }
  }
}

interface Tokens {
  account: Account
  sharingLink: string | undefined
  current: (patience: Patience) => Promise<LinkRecord>
  /** After Graph refused a token. */
  another: (refused: string, claims: string | undefined, patience: Patience) => Promise<LinkRecord>
  /** Whether this token was issued after a refusal. */
  isRenewed: (token: string) => boolean
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
    await patience.ready()
    const outcome = await sendWithToken(tokens, request, patience, faults > 0)
    const answer = outcome instanceof NetworkError ? undefined : outcome
    const isRefusal = answer !== undefined && isTokenRefused(answer)
    const isThrottled = answer?.status === 429
    if (answer && !isRefusal && !mayPass(answer)) return { ...answer, repeated }
    if (!isRefusal) repeated = true
    if (!isThrottled) faults += 1
    const failure = failureOf(outcome, subject)
    if (!isRefusal && request.mayRepeat?.(outcome) === false) throw failure
    if (faults > maxRetries || !(await patience.pause(failure.message, answer?.headers['retry-after'])))
      throw failure
    // Neither did anything.
    const found = isRefusal || isThrottled ? undefined : await lookFirst?.()
    if (found) return { ...found, repeated }
  }
}

function failureOf(outcome: GraphAnswer | NetworkError, subject: string): OdLinkError {
  if (outcome instanceof NetworkError) return outcome
  return isTokenRefused(outcome) ? renewedTokenRefused(outcome) : graphFailure(outcome, subject)
}

/**
 * One request, and after a 401 the same once more with another token.
 * @throws OdLinkError (sign-in) when a token that was issued after a refusal is refused with a claims challenge: only the
 *   person can satisfy it.
 */
async function sendWithToken(
  tokens: Tokens,
  request: GraphRequest,
  patience: Patience,
  freshConnection: boolean,
): Promise<GraphAnswer | NetworkError> {
  const link = await tokens.current(patience)
  const how = { timeoutMs: patience.attempt(30_000), freshConnection }
  const { account, sharingLink } = tokens
  const first = await sendOnce({ account, link, sharingLink }, request, how)
  if (first instanceof NetworkError || !isTokenRefused(first)) return first
  const sendAgain = async () => {
    const another = await tokens.another(link.accessToken, challengeOf(first), patience)
    return sendOnce({ account, link: another, sharingLink }, request, how)
  }
  const last = tokens.isRenewed(link.accessToken) ? first : await sendAgain()
  const claims = last instanceof NetworkError ? undefined : challengeOf(last)
  if (last instanceof NetworkError || claims === undefined) return last
  await (await import('../accounts/lifetime.ts')).keepClaims(account, claims)
  throw newSignInWanted(last)
}
