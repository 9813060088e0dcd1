import { readParameters } from '../server/forms.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import { IdentityError } from '../state/identity-error.ts'
import { refusals } from '../state/identity-refusals.ts'
import { readChallenge } from '../state/pkce.ts'
import { findRedirectUri, type Registration } from '../state/registrations.ts'
import type { Tenant } from '../state/tenants.ts'
import type { World } from '../state/world.ts'
import { askPerson } from './ask-person.ts'
import type { AuthorizationRequest, CheckedRequest } from './authorization-request.ts'
import { findRegistration } from './client.ts'
import { issueCode } from './issue-code.ts'
import { errorPage } from './pages.ts'
import { refuseLoop } from './refuse-loop.ts'
import { answerByRedirect, errorFields, readResponseMode } from './response-modes.ts'
import { checkAskedResource, readScopes } from './scopes.ts'
import { checkPrompt, decide } from './sign-in.ts'
import { scopesOfVersion1, tenantOfVersion1, type Version } from './version-1.ts'

/**
 * `GET` or `POST /{tenant}/oauth2/v2.0/authorize`, and `/oauth2/authorize` of v1.0. An unknown client or redirect URI is reported on a page,
 * because a redirect could reach a stranger (RFC 6749, 4.1.2.1); every other error is sent to the client.
 */
export function authorize(world: World, incoming: Incoming, asked: Tenant, version: Version): Reply {
  const tenant = version === 1 ? tenantOfVersion1(asked) : asked
  if (incoming.method !== 'GET' && incoming.method !== 'POST') throw refusals.postOnly(incoming.method)
  const parameters = readParameters(incoming)
  if (incoming.method === 'GET' && (parameters.has('client_secret') || parameters.has('code_verifier'))) {
    world.score.report('secretInUrl', incoming)
  }
  const registration = findRegistration(world, parameters.get('client_id'), tenant)
  const redirectUri = parameters.get('redirect_uri')
  if (!redirectUri) throw refusals.redirectUriMissing()
  if (registration.redirectUris.length === 0) throw refusals.noReplyAddress()
  const registered = findRedirectUri(registration, redirectUri)
  if (!registered) throw refusals.redirectUriUnknown(redirectUri, registration.clientId)
  const { platform } = registered
  if (version === 1) parameters.set('scope', scopesOfVersion1)
  const request: AuthorizationRequest = { parameters, tenant, registration, redirectUri, platform }
  try {
    return answer(world, incoming, check(world, request, version))
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error
    return answerByRedirect(request, errorFields(error, incoming, world))
  }
}

function check(world: World, request: AuthorizationRequest, version: Version): CheckedRequest {
  const { parameters, registration } = request
  const responseType = parameters.get('response_type')
  if (!responseType) throw refusals.missingParameter('response_type')
  const responseTypes = readResponseTypes(responseType, registration)
  checkAskedResource(world, parameters.get('resource'), version)
  if (!parameters.get('scope')) throw refusals.missingParameter('scope')
  readResponseMode(parameters, 'strict')
  const scopes = readScopes(world, parameters.get('scope') ?? '', 'keep')
  const challenge = readChallenge(parameters.get('code_challenge'), parameters.get('code_challenge_method'))
  checkPrompt(parameters.get('prompt'))
  if (responseTypes.has('id_token') && !scopes.has('openid')) throw refusals.scopeUnknown('openid')
  if (responseTypes.has('id_token') && !parameters.get('nonce')) throw refusals.missingParameter('nonce')
  return { ...request, version, responseTypes, scopes, ...(challenge === undefined ? {} : { challenge }) }
}

/**
 * Tokens come from here only if the registration allows it: "Implicit grant and hybrid flows". Source: entra-docs,
 * identity-platform/v2-oauth2-implicit-grant-flow.
 */
function readResponseTypes(asked: string, { implicit = [] }: Registration): Set<string> {
  const types = new Set(asked.split(' ').filter(Boolean))
  if (types.has('token') && !implicit.includes('token')) throw refusals.responseTypeUnsupported(asked, 700051)
  const allowed = ['code', ...implicit]
  if ([...types].some((type) => !allowed.includes(type as never)))
    throw refusals.responseTypeUnsupported(asked)
  return types
}

function answer(world: World, incoming: Incoming, request: CheckedRequest): Reply {
  const { parameters, registration, redirectUri } = request
  refuseLoop(
    world,
    registration.clientId,
    redirectUri,
    ...['scope', 'login_hint'].map((one) => parameters.get(one)),
  )
  if (world.settings.signIn === 'page' && !world.nextSignIn) return askPerson(world, incoming, request)
  const decision = decide(world, request)
  if ('page' in decision) return errorPage(world, incoming, decision.page, 200)
  if ('fields' in decision) return answerByRedirect(request, decision.fields)

  return issueCode(world, incoming, request, decision.account)
}
