import * as oauth from 'oauth4webapi'
import { OdLinkError } from '../errors.ts'
import { exchange, NetworkError, requestIdOf } from '../http.ts'
import { startPatience } from '../retry.ts'
import { type FailureContext, type IdentityErrorBody, identityFailure } from './failure.ts'

/**
 * How oauth4webapi is used for Microsoft: it speaks through `http.ts`, and its errors become ours.
 */

/** Options for oauth4webapi: our transport, and plain http where `clouds.ts` let loopback through. */
export function transport(retry: boolean) {
  return {
    [oauth.customFetch]: (url: string, options: oauth.CustomFetchOptions<string, unknown>) =>
      fetchStandard(url, options, retry),
    [oauth.allowInsecureRequests]: true,
  }
}

/** With a secret the registration is a confidential client ("Web"), without one a public client. */
export function clientAuthentication(clientSecret: string | undefined): oauth.ClientAuth {
  return clientSecret === undefined ? oauth.None() : oauth.ClientSecretPost(clientSecret)
}

/**
 * One exchange as a standard Response, which oauth4webapi reads.
 * @param retry whether the request may be repeated: a refresh may, the redemption of a code never (54005).
 */
async function fetchStandard(
  url: string,
  options: oauth.CustomFetchOptions<string, unknown>,
  retry: boolean,
): Promise<Response> {
  const patience = startPatience(retry ? 60_000 : 0)
  const body = options.body === undefined || options.body === null ? undefined : String(options.body)
  for (;;) {
    let trouble: OdLinkError
    let retryAfter: string | undefined
    try {
      const answer = await exchange({
        method: options.method,
        url: new URL(url),
        headers: options.headers,
        timeoutMs: 20_000,
        ...(body === undefined ? {} : { body }),
      })
      if (answer.status !== 429 && answer.status < 500) return standardResponse(answer)
      trouble = new OdLinkError(
        'service',
        `Microsoft's sign-in service is in trouble (HTTP ${answer.status}).`,
        {
          hint: 'Try again in some minutes.',
          requestId: requestIdOf(answer.headers),
        },
      )
      retryAfter = answer.headers['retry-after']
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error
      trouble = error
      if (!error.sent) throw trouble
    }
    if (patience.pauses >= 3 || !(await patience.pause(trouble.message, retryAfter))) throw trouble
  }
}

function standardResponse({ status, headers, body }: Awaited<ReturnType<typeof exchange>>): Response {
  const contentType = String(headers['content-type'] ?? '')
  return new Response(status === 204 || status === 304 ? null : body, {
    status,
    headers: { 'content-type': contentType },
  })
}

/**
 * Runs a step of the protocol and turns what oauth4webapi throws into an error that a person can act on.
 */
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
    throw untrustworthy(error as Error)
  }
}

/** An answer that breaks the protocol: no JSON, a wrong issuer, audience, nonce or signature, no token. */
export function untrustworthy(error: Error): OdLinkError {
  return new OdLinkError(
    'service',
    `The sign-in service gave an answer that cannot be trusted: ${error.message}.`,
    {
      hint: "Check this machine's clock and whether a proxy changes answers, then try again.",
      cause: error,
    },
  )
}
