import * as oauth from 'oauth4webapi'
import { OdLinkError } from '../errors.ts'
import { clockCommand, clockProblem } from '../http/clock-skew.ts'
import { NetworkError } from '../http/errors.ts'
import { exchange, type HttpRequest, requestIdOf } from '../http/index.ts'
import { afterTheWait, type Patience, tryLater } from '../http/retry.ts'
import type { HttpResponse } from '../http/transport.ts'
import { type JsonObject, numberIn, parseJsonObject } from '../text/json.ts'
import { fromOutside } from '../text/sanitize.ts'
import {
  type FailureContext,
  type IdentityErrorBody,
  identityFailure,
  mayPass,
  sentenceOf,
  traceOf,
} from './errors.ts'

/* How oauth4webapi is used for Microsoft: it sends requests through `http`, and its errors become ours. */

/**
 * Options for oauth4webapi: our transport, and plain http where `clouds.ts` let loopback through.
 * @param patience how long a request may be repeated. A refresh may; the redemption of a code never (54005), so
 *   that one is given none.
 * @param amend changes a JSON response before it is read.
 * @param sent the secrets in the request: a server that repeats them must not get them into a message.
 */
export function transport(
  patience: Patience | undefined,
  amend: (answer: JsonObject) => JsonObject = tidy,
  sent: (string | undefined | null)[] = [],
) {
  return {
    [oauth.customFetch]: async (url: string, options: oauth.CustomFetchOptions<string, unknown>) => {
      const body = options.body === undefined || options.body === null ? undefined : String(options.body)
      const request = { method: options.method, url: new URL(url), headers: options.headers }
      return standardResponse(
        await askIdentity({ ...request, ...(body === undefined ? {} : { body }) }, patience, 'JSON'),
        (answer) => amend(withoutSecrets(answer, sent)),
      )
    },
    [oauth.allowInsecureRequests]: true,
  }
}

/** With a secret the registration is a confidential client ("Web"), without one a public client. */
export function clientAuthentication(clientSecret: string | undefined): oauth.ClientAuth {
  return clientSecret === undefined ? oauth.None() : oauth.ClientSecretPost(clientSecret)
}

/** The sign-in service is unavailable, or sent a success that cannot be read: it may pass. */
export class ServiceTrouble extends OdLinkError {
  constructor(response: HttpResponse) {
    const { status, headers } = response
    const requestId = requestIdOf(headers)
    if (status < 300) {
      super('service', `Microsoft's sign-in service sent an unreadable response (HTTP ${status}).`, {
        reason: 'unreadable-answer',
        next: ["Check whether a proxy or the network's sign-in page is in between.", 'Then try again.'],
        requestId,
      })
    } else {
      const refusal = refusalIn(response)
      const words = refusal && sentenceOf(refusal)
      const what = `Microsoft's sign-in service is unavailable (HTTP ${status})`
      super('service', words ? `${what}: ${words}` : `${what}.`, {
        reason: status === 429 ? 'throttled' : 'unavailable',
        next: status === 429 ? afterTheWait(headers['retry-after']) : [tryLater],
        requestId,
        ...(refusal && traceOf(refusal)),
      })
    }
  }
}

const maxFaults = 3
const longestAttemptMs = 20_000
/** Tokens take a few kilobytes, the keys of a tenant about twenty, the sign-in page a few hundred. */
const mostBytes = 1024 * 1024

/**
 * Sends a request to the sign-in service, and repeats it while it fails in a way that may pass.
 * @param patience without one, there is a single attempt.
 * @param wants `JSON`: a success that is not valid JSON counts as a failure, such as half a response or a proxy's page.
 * @returns any response but 408, 429 and 5xx.
 * @throws OdLinkError (service) or (network) when there is none within the patience.
 */
export async function askIdentity(
  request: HttpRequest,
  patience: Patience | undefined,
  wants: 'JSON' | 'anything' = 'anything',
): Promise<HttpResponse> {
  for (let faults = 1; ; faults += 1) {
    let trouble: OdLinkError
    let retryAfter: string | undefined
    try {
      const answer = await exchange({
        ...request,
        mostBytes,
        timeoutMs: patience?.attempt(longestAttemptMs) ?? longestAttemptMs,
      })
      const isUnreadable = wants === 'JSON' && answer.status < 300 && !parseJsonObject(answer.body)
      if (!isPassing(answer) && !isUnreadable) return answer
      trouble = new ServiceTrouble(answer)
      retryAfter = answer.headers['retry-after']
    } catch (error) {
      if (!(error instanceof NetworkError) || !error.sent) throw error
      trouble = error
    }
    if (!patience || faults > maxFaults || !(await patience.pause(trouble.message, retryAfter))) throw trouble
  }
}

/** 408, 429 and 5xx; and another status whose refusal says the same. */
export function isPassing(response: HttpResponse): boolean {
  const { status } = response
  if (status === 408 || status === 429 || status >= 500) return true
  const refusal = status >= 400 ? refusalIn(response) : undefined
  return refusal !== undefined && mayPass(refusal)
}

/** What Microsoft says of a failure, if it does. */
function refusalIn({ body }: HttpResponse): IdentityErrorBody | undefined {
  const refusal = parseJsonObject(body)
  return typeof refusal?.error === 'string' ? (refusal as unknown as IdentityErrorBody) : undefined
}

/**
 * The response as a standard Response, which oauth4webapi reads. JSON counts as JSON whatever its content type says;
 * otherwise the AADSTS code of an error would be lost.
 */
function standardResponse(
  { status, headers, body }: HttpResponse,
  amend: (answer: JsonObject) => JsonObject,
): Response {
  const json = parseJsonObject(body)
  const contentType = json ? 'application/json' : String(headers['content-type'] ?? '')
  const text = json ? JSON.stringify(amend(json)) : body
  return new Response(status === 204 || status === 304 ? null : text, {
    status,
    headers: { 'content-type': contentType },
  })
}

function withoutSecrets(answer: JsonObject, sent: (string | undefined | null)[]): JsonObject {
  if (answer.error === undefined) return answer
  const secrets = sent.flatMap((secret) => (secret ? [secret, encodeURIComponent(secret)] : []))
  const hide = (value: unknown) =>
    typeof value === 'string' ? secrets.reduce((text, secret) => text.replaceAll(secret, '…'), value) : value
  return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, hide(value)]))
}

/**
 * Empty fields count as absent: `"refresh_token": null` means that the old one stays valid. So does an invalid lifetime:
 * new tokens must not be discarded because of it, since the old ones may be invalid by now.
 */
export function tidy(answer: JsonObject): JsonObject {
  const isUseful = ([name, value]: [string, unknown]) =>
    value !== null &&
    value !== '' &&
    (name !== 'expires_in' || (numberIn(value) > 0 && Number.isFinite(numberIn(value))))
  return Object.fromEntries(Object.entries(answer).filter(isUseful))
}

/** Runs a step of the protocol, and turns what oauth4webapi throws into an error that a person can act on. */
export async function explained<T>(context: FailureContext, step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (error) {
    if (error instanceof OdLinkError) throw error
    const cause = (error as Error).cause
    if (error instanceof oauth.ResponseBodyError) {
      throw identityFailure(error.cause as unknown as IdentityErrorBody, context)
    }
    if (error instanceof oauth.AuthorizationResponseError) {
      throw identityFailure(Object.fromEntries(error.cause) as unknown as IdentityErrorBody, context)
    }
    if (cause instanceof OdLinkError) throw cause
    if (error instanceof oauth.OperationProcessingError && error.code === oauth.JWT_TIMESTAMP_CHECK) {
      throw clockRefused() ?? untrustworthy(error)
    }
    // An error that is not the library's own comes from a response that it could not even read.
    const isOwn = (error as { code?: unknown }).code !== undefined
    throw untrustworthy(isOwn ? (error as Error) : new Error('unexpected format', { cause: error }))
  }
}

/** When the times of an id_token are wrong and the server's `Date` shows that this machine's clock is. */
function clockRefused(): OdLinkError | undefined {
  const trouble = clockProblem()
  if (!trouble) return undefined
  return new OdLinkError('sign-in', `${trouble}, so the sign-in cannot be checked.`, {
    reason: 'clock',
    next: [`Set the clock: ${clockCommand()}`, { intro: 'Then:', verb: 'login' }],
  })
}

/** A response that breaks the protocol: not JSON, a wrong issuer, audience, nonce or signature, no token. */
export function untrustworthy(error: Error): OdLinkError {
  return new OdLinkError(
    'service',
    `The response of the sign-in service cannot be trusted: ${fromOutside(error.message, 200)}.`,
    {
      reason: 'unreadable-answer',
      next: ["Check this machine's clock, and whether a proxy changes responses.", 'Then try again.'],
      cause: error,
    },
  )
}
