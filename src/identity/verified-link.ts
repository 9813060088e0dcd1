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

/** No name or address of a person is longer. */
const longestName = 256

/** A link that a sign-in has just brought; where it is used is added by whoever keeps it. */
export type NewLink = Omit<LinkRecord, 'graphOrigin'>

/** What the sign-in was about. */
export interface SignInContext {
  authority: Authority
  registration: Registration
  context: FailureContext
}

/** The registration, as oauth4webapi takes it; clocks may differ by five minutes. */
export function clientOf({ clientId }: Registration): oauth.Client {
  return { client_id: clientId, [oauth.clockTolerance]: 300 }
}

/** The authority, as oauth4webapi takes it, under the issuer that is expected. */
export function serverOf(authority: Authority, issuer: string): oauth.AuthorizationServer {
  return {
    issuer,
    token_endpoint: authority.tokenEndpoint,
    device_authorization_endpoint: authority.deviceCodeEndpoint,
    jwks_uri: authority.jwksUri,
  }
}

/**
 * Makes a link of the token endpoint's answer to a sign-in, and finds out who signed in: the id_token's signature,
 * issuer, audience and times are checked against the tenant that the token names.
 * @param read reads the answer as what was asked for, under the issuer with the tenant filled in.
 * @throws OdLinkError (sign-in) when there is no refresh token, (service) when the answer cannot be trusted; and what
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
  const keysOf = transport(startPatience(30_000), (answer) => ownKeys(answer, issuer))
  await oauth.validateApplicationLevelSignature(issued, response, keysOf)
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
 * The tenant that the answer's id_token names, not yet verified: the issuer of `common` and `organizations` is a
 * template that it fills in, and the signature then proves both.
 */
async function tenantNamedBy(response: Response): Promise<string> {
  try {
    const { id_token: idToken } = (await response.clone().json()) as { id_token?: unknown }
    const payload = Buffer.from(String(idToken).split('.')[1] ?? '', 'base64url').toString()
    return textIn(parseJsonObject(payload)?.tid, 64)
  } catch {
    return '' // An error, or no token: the next step says which.
  }
}

/**
 * Of the key set, the keys that may sign for this issuer: Microsoft serves those of personal accounts beside the
 * others, each with the issuer that it is for (templated, or absent where it is for all). A set that knows the
 * issuer by no name is taken as it is.
 * https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens
 */
function ownKeys(answer: Record<string, unknown>, issuer: string): Record<string, unknown> {
  const keys: { issuer?: unknown }[] = Array.isArray(answer.keys) ? answer.keys : []
  const own = keys.filter((key) => typeof key?.issuer !== 'string' || isFilledFrom(key.issuer, issuer))
  return own.length > 0 ? { ...answer, keys: own } : answer
}

/**
 * Who signed in. The key is tenant and object id; addresses change and are reused.
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
    hint: 'The scopes must hold openid and profile: check --scope.',
  })
}

function noRefreshToken(): OdLinkError {
  return new OdLinkError(
    'sign-in',
    'Microsoft gave no refresh token, so the link would end within the hour.',
    {
      hint: 'The scopes must hold offline_access: check --scope and what was consented to.',
    },
  )
}
