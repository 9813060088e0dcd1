import type { IncomingMessage } from 'node:http'
import type { Account } from '../accounts/account.ts'
import { NetworkError } from '../http/errors.ts'
import { exchange } from '../http/index.ts'
import type { HttpResponse, Streams } from '../http/transport.ts'
import type { LinkRecord } from '../identity/link.ts'
import { parseJsonObject } from '../text/json.ts'
import { type Asked, type Caller, type GraphAnswer, graphAnswer } from './answer.ts'

/* One request to Graph with the token of a link: no repetition, no renewal. */

export interface GraphRequest {
  method: string
  /** Below the version, encoded: `/me/drive/root`. */
  path: string
  /** Default: `/v1.0`. */
  version?: string
  body?: object
  /** Added to those that every request has. */
  headers?: Record<string, string>
  /** A body or a response of any size. */
  streams?: GraphStreams
  /** Whether it may be sent again after a transient failure; default: yes, after `lookFirst`. */
  mayRepeat?: (outcome: GraphAnswer | NetworkError) => boolean
}

export interface GraphStreams extends Omit<Streams, 'take'> {
  /**
   * Reads the response; the answer has JSON if it returns text.
   * @param token what was sent, so that it can keep it out of what it shows.
   */
  take?: (response: IncomingMessage, alive: () => void, token: string) => Promise<string>
  /** What `take` returns is the whole response, so a success without JSON is a lost answer, as it is without `take`. */
  isWhole?: true
}

/** Whose link a request is sent with. */
export interface Sender {
  account: Account
  link: LinkRecord
  /** As `Caller` has it. */
  sharingLink?: string | undefined
}

/** What a refusal is read with: whose request it was, and what its link may do. */
export function callerOf({ account, link, sharingLink }: Sender): Caller {
  return { account, grantedScope: link.grantedScope, sharingLink }
}

/** A 401, or a 403 with a claims challenge: Conditional Access answers with either. */
export function isTokenRefused(answer: GraphAnswer): boolean {
  return answer.status === 401 || (answer.status === 403 && challengeOf(answer) !== undefined)
}

/** The claims that a refusal of the token asks for, as JSON. */
export function challengeOf({ headers }: GraphAnswer): string | undefined {
  return claimsOf(headers['www-authenticate'])
}

/**
 * @returns the answer, or the failure after which nobody knows whether the work was done.
 * @throws NetworkError when nothing was sent.
 */
export async function sendOnce(
  sender: Sender,
  request: GraphRequest,
  { timeoutMs, freshConnection }: { timeoutMs: number; freshConnection: boolean },
): Promise<GraphAnswer | NetworkError> {
  const { link } = sender
  const { method, version = '/v1.0', path, body, headers, streams } = request
  try {
    const response = await exchange({
      method,
      url: new URL(`${link.graphOrigin}${version}${path}`),
      headers: {
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...headers,
        authorization: `Bearer ${link.accessToken}`,
      },
      timeoutMs,
      freshConnection,
      ...(body ? { body: JSON.stringify(body) } : {}),
      ...(streams ? { streams: withToken(streams, link) } : {}),
    })
    const mayBeEmpty = streams?.take !== undefined && !streams.isWhole
    return read(response, { method, path, caller: callerOf(sender) }, link, mayBeEmpty)
  } catch (error) {
    // Nothing was sent: the same request would fail in the same way, and there is nothing to clean up.
    if (!(error instanceof NetworkError) || !error.sent) throw error
    return error
  }
}

function withToken({ send, take }: GraphStreams, { accessToken }: LinkRecord): Streams {
  return {
    ...(send ? { send } : {}),
    ...(take ? { take: (response, alive) => take(response, alive, accessToken) } : {}),
  }
}

function read(
  { status, headers, body }: HttpResponse,
  asked: Asked,
  { accessToken }: LinkRecord,
  mayBeEmpty: boolean,
): GraphAnswer {
  // A server that repeats the token must not get it into a message.
  const json = parseJsonObject(body.includes(accessToken) ? body.replaceAll(accessToken, '…') : body)
  // A success that cannot be read is a lost answer; an error needs no body, because gateways send HTML.
  const needsJson = status < 300 && status !== 204 && !(mayBeEmpty && body === '')
  if (needsJson && !json) throw unreadable()
  return graphAnswer({ status, headers, json }, asked)
}

/** A success that cannot be read: whether the work was done is not known. */
export function unreadable(): NetworkError {
  return new NetworkError('Microsoft Graph sent an invalid response.', true, {
    reason: 'unreadable-answer',
    next: ['Try again.'],
  })
}

/** More than any challenge has, and little enough to be sent on. */
const longestChallenge = 16 * 1024

/**
 * The claims of a claims challenge, decoded from base64 to the JSON text that a refresh sends on. Parameters come in any
 * order and the base64 may end in `=`, so nothing is split at `=` or `,`.
 * https://learn.microsoft.com/en-us/entra/identity-platform/claims-challenge
 */
export function claimsOf(wwwAuthenticate: string | undefined): string | undefined {
  const encoded = /\bclaims="?([A-Za-z0-9+/_=-]+)"?/i.exec(wwwAuthenticate ?? '')?.[1]
  if (!encoded || encoded.length > longestChallenge) return undefined
  const claims = Buffer.from(encoded, 'base64').toString('utf8')
  return parseJsonObject(claims) ? claims : undefined
}
