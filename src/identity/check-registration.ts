import { requestIdOf } from '../http/index.ts'
import { startPatience } from '../http/retry.ts'
import { parseJsonObject, textIn } from '../text/json.ts'
import { registrationAdvice } from './aadsts-registration-codes.ts'
import type { Authority } from './authority.ts'
import { startSignIn } from './authorization-code.ts'
import { type FailureContext, type IdentityErrorBody, identityFailure } from './errors.ts'
import type { Registration } from './link.ts'
import { askIdentity } from './protocol.ts'

/**
 * Asks the authorize page whether it knows the app and its redirect URI, without a person: `prompt=none` signs nobody
 * in. Otherwise, what is wrong with a registration would only be shown on a page in the browser and never come back here.
 * Only a refusal that is certainly about the registration counts; any other response leaves it to the sign-in.
 * https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc
 * @throws OdLinkError (sign-in) with the step in the portal, (network) or (service) when there is no response.
 */
export async function checkRegistration(
  authority: Authority,
  registration: Registration,
  context: FailureContext & { redirectUri: string },
): Promise<void> {
  const { redirectUri, scope } = context
  const signIn = await startSignIn(authority, registration, { redirectUri, scope, responseMode: 'query' })
  const url = new URL(signIn.url)
  url.searchParams.set('prompt', 'none')
  const answer = await askIdentity({ method: 'GET', url }, startPatience(30_000))
  const refusal = refusalIn(answer.body, answer.headers.location)
  const traceId = requestIdOf(answer.headers)
  if (refusal) throw identityFailure({ ...refusal, ...(traceId ? { trace_id: traceId } : {}) }, context)
}

/** On a page, in the parameters of a redirect, or as JSON. */
function refusalIn(body: string, location: string | undefined): IdentityErrorBody | undefined {
  const sent =
    location && URL.canParse(location) ? new URL(location).searchParams.get('error_description') : ''
  const said = sent || textIn(parseJsonObject(body)?.error_description, body.length) || body
  const [found, code] = /AADSTS(\d{4,8}): [^<]*/.exec(said) ?? []
  if (!found || !registrationAdvice[Number(code)]) return undefined
  return { error: 'invalid_request', error_description: found }
}
