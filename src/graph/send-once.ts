import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { NetworkError } from '../http/errors.ts'
import { exchange } from '../http/index.ts'
import type { HttpResponse, Streams } from '../http/transport.ts'
import type { LinkRecord } from '../identity/link.ts'
import { parseJsonObject } from '../text/json.ts'

/** One request to Graph with the token of a link: no repetition, no renewal. */

export interface GraphRequest {
  method: string
  /** Below the version, encoded: `/me/drive/root`. */
  path: string
  /** Default: `/v1.0`. */
  version?: string
  body?: object
  /** Besides those that every request has. */
  headers?: Record<string, string>
  /** A body and an answer of any size: the answer has JSON only if what takes it returns its text. */
  streams?: GraphStreams
  /** Whether it may be sent again after passing trouble; default: yes, after `lookFirst`. */
  mayRepeat?: (outcome: GraphAnswer | NetworkError) => boolean
}

/** What takes an answer learns the token that was sent, so that it can keep it out of what it shows. */
export interface GraphStreams extends Omit<Streams, 'take'> {
  take?: (response: IncomingMessage, alive: () => void, token: string) => Promise<string>
}

export interface GraphAnswer {
  status: number
  headers: IncomingHttpHeaders
  /** The body, when it is a JSON object. */
  json: Record<string, unknown> | undefined
  /** Whether an earlier attempt may have done the work already: its answer was lost, throttled or a 5xx. */
  repeated: boolean
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
  link: LinkRecord,
  request: GraphRequest,
  { timeoutMs, freshConnection }: { timeoutMs: number; freshConnection: boolean },
): Promise<GraphAnswer | NetworkError> {
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
    return read(response, link, streams !== undefined)
  } catch (error) {
    // Nothing was sent: the same will fail in the same way, and there is nothing to be cleared up.
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
  { accessToken }: LinkRecord,
  isStreamed: boolean,
): GraphAnswer {
  // A server that repeats the token must not bring it into a message.
  const json = parseJsonObject(body.includes(accessToken) ? body.replaceAll(accessToken, '…') : body)
  if (isStreamed && body === '') return { status, headers, json, repeated: false }
  // An answer of success that cannot be read is a lost answer; an error needs no body (gateways send HTML).
  if (status < 300 && status !== 204 && !json) throw unreadable()
  return { status, headers, json, repeated: false }
}

function unreadable(): NetworkError {
  return new NetworkError('The response from Microsoft Graph cannot be read.', true, {
    reason: 'unreadable-answer',
    next: ['Try again.'],
  })
}

/** More than any challenge has, and little enough to be sent on. */
const longest = 16 * 1024

/**
 * The claims of a claims challenge, decoded from base64 to the JSON text that a refresh sends on.
 * Parameters come in any order and the base64 may end in `=`, so nothing is split at `=` or `,`.
 * https://learn.microsoft.com/en-us/entra/identity-platform/claims-challenge
 */
export function claimsOf(wwwAuthenticate: string | undefined): string | undefined {
  const encoded = /\bclaims="?([A-Za-z0-9+/_=-]+)"?/i.exec(wwwAuthenticate ?? '')?.[1]
  if (!encoded || encoded.length > longest) return undefined
  const claims = Buffer.from(encoded, 'base64').toString('utf8')
  return parseJsonObject(claims) ? claims : undefined
}
