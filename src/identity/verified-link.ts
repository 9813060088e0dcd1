import * as oauth from 'oauth4webapi'
import { OdLinkError } from '../errors.ts'
import { startPatience } from '../http/retry.ts'
import { parseJsonObject, textIn } from '../text/json.ts'
import { fromOutside } from '../text/sanitize.ts'
import { type Authority, consumersTenant, isFilledFrom, issuerOf } from './authority.ts'
import type { FailureContext } from './errors.ts'
import type { LinkRecord, Registration } from './link.ts'
import { transport } from './protocol.ts'
import { tokensIn } from './tokens.ts'

/** A person's name or email address is shorter. */
const longestName = 256

/** A link that has just been created by a sign-in; whoever saves it adds where it is used. */
export type NewLink = Omit<LinkRecord, 'graphOrigin'>

/** What the sign-in is about. */
export interface SignInContext {
  authority: Authority
  registration: Registration
  context: FailureContext
}

/** The registration for oauth4webapi; clocks may differ by five minutes. */
export function clientOf({ clientId }: Registration): oauth.Client {
  return { client_id: clientId, [oauth.clockTolerance]: 300 }
}

/** The authority for oauth4webapi, under the expected issuer. */
export function serverOf(authority: Authority, issuer: string): oauth.AuthorizationServer {
  return {
    issuer,
    token_endpoint: authority.tokenEndpoint,
    device_authorization_endpoint: authority.deviceCodeEndpoint,
    jwks_uri: authority.jwksUri,
  }
}

/**
 * Creates a link from the token endpoint's response to a sign-in, and establishes who signed in: the id_token's signature,
 * issuer, audience and times are checked against the tenant that the token names.
 * @param read validates the response for the grant that was used, under the issuer with the tenant filled in.
 * @throws OdLinkError (sign-in) when there is no refresh token, (service) when the response cannot be trusted; and what
 *   oauth4webapi throws.
 */
export async function newLink(
  { authority, registration, context }: SignInContext,
  response: Response,
  read: (issued: oauth.AuthorizationServer) => Promise<oauth.TokenEndpointResponse>,
): Promise<NewLink> {
  const issuer = issuerOf(authority, await tenantNamedBy(response))
  const issued = serverOf(authority, issuer)
  const tokens = await read(issued)
  const claims = oauth.getValidatedIdTokenClaims(tokens)
  if (!claims) throw nobodyNamed()
  await checkSignature(issued, response, issuer)
  const now = Date.now()
  const { accessToken, expiresAt, refreshToken, grantedScope = context.scope } = tokensIn(tokens, now)
  if (!refreshToken) throw noRefreshToken()
  return {
    version: 1,
    ...personOf(claims),
    registration,
    tokenEndpoint: authority.tokenEndpoint,
    issuer: claims.iss,
    scope: context.scope,
    grantedScope,
    accessToken,
    expiresAt,
    refreshToken,
    linkedAt: now,
    lastRenewedAt: now,
  }
}

/**
 * Checks the signature with the keys of the authority. Keys rotate without notice, and a cache on the way may have an old set,
 * so an unknown key leads to one more request. nextauthjs/next-auth#5137
 */
async function checkSignature(
  issued: oauth.AuthorizationServer,
  response: Response,
  issuer: string,
): Promise<void> {
  const check = (server: oauth.AuthorizationServer) => {
    const keysOf = transport(startPatience(30_000), (answer) => ownKeys(answer, issuer))
    return oauth.validateApplicationLevelSignature(server, response, keysOf)
  }
  try {
    await check(issued)
  } catch (error) {
    const isUnknownKey = error instanceof oauth.OperationProcessingError && error.code === oauth.KEY_SELECTION
    if (!isUnknownKey) throw error
    const fresh = new URL(String(issued.jwks_uri))
    fresh.searchParams.set('fresh', String(Date.now()))
    await check({ ...issued, jwks_uri: fresh.href }).catch((again: unknown) => {
      throw again instanceof oauth.OperationProcessingError && again.code === oauth.KEY_SELECTION
        ? unknownKey()
        : again
    })
  }
}

function unknownKey(): OdLinkError {
  return new OdLinkError('service', 'The sign-in is signed with a key that Microsoft does not publish.', {
    reason: 'unreadable-answer',
    next: ['Try again in a few minutes: keys are replaced from time to time.'],
  })
}

/**
 * The tenant that the response's id_token names, not yet verified: the issuer of `common` and `organizations` is a
 * template that it fills in, and the signature then proves both.
 */
async function tenantNamedBy(response: Response): Promise<string> {
  try {
    const { id_token: idToken } = (await response.clone().json()) as { id_token?: unknown }
    const payload = Buffer.from(String(idToken).split('.')[1] ?? '', 'base64url').toString()
    return textIn(parseJsonObject(payload)?.tid, 64)
  } catch {
    return '' // An error, or no token: validation reports which.
  }
}

/**
 * Of the key set, the keys that may sign for this issuer: Microsoft serves those of personal accounts together with the
 * others, each with its issuer (templated, or absent when it is for all). A set that does not mention the issuer is used
 * as it is.
 * https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens
 */
function ownKeys(answer: Record<string, unknown>, issuer: string): Record<string, unknown> {
  const keys: { issuer?: unknown }[] = Array.isArray(answer.keys) ? answer.keys : []
  const own = keys.filter((key) => typeof key?.issuer !== 'string' || isFilledFrom(key.issuer, issuer))
  return own.length > 0 ? { ...answer, keys: own } : answer
}

/**
 * Who signed in. Tenant and object ID identify them; email addresses change and are reused.
 * https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference
 */
function personOf(claims: oauth.IDToken) {
  const { tid, oid, preferred_username: username, email, name } = claims
  // They become a file's name and an argument; Microsoft's are GUIDs.
  const isId = (value: unknown): value is string => typeof value === 'string' && /^\w[\w-]{0,63}$/.test(value)
  if (!isId(tid) || !isId(oid)) throw nobodyNamed()
  const text = (value: unknown) => fromOutside(value, longestName) || undefined
  const id = `${tid}.${oid}`
  return {
    id,
    tenantId: tid,
    objectId: oid,
    kind: tid === consumersTenant ? ('personal' as const) : ('work' as const),
    username: text(username) ?? text(email) ?? id,
    displayName: text(name) ?? '',
  }
}

function nobodyNamed(): OdLinkError {
  return new OdLinkError('service', 'The sign-in service did not say who signed in.', {
    reason: 'unreadable-answer',
    next: ['The scopes must include openid and profile; check --scope.'],
  })
}

function noRefreshToken(): OdLinkError {
  return new OdLinkError(
    'sign-in',
    'Microsoft sent no refresh token, so the link would expire within an hour.',
    {
      reason: 'sign-in-refused',
      next: ['The scopes must include offline_access.', 'Check --scope and what was consented to.'],
    },
  )
}
