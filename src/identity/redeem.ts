import { randomBytes } from 'node:crypto'
import * as oauth from 'oauth4webapi'
import type { LinkRecord, Registration } from '../accounts/record.ts'
import { OdLinkError } from '../errors.ts'
import { harmless } from '../harmless.ts'
import { startPatience } from '../retry.ts'
import { type Authority, consumersTenant, isFilledFrom, issuerOf } from './authority.ts'
import type { FailureContext } from './failure.ts'
import { clientAuthentication, explained, transport } from './protocol.ts'
import { expiryOf } from './refresh.ts'

/** One sign-in by authorization code and PKCE: what was sent to the authorize page, and must come back right. */
export interface SignIn {
  /** What the person's browser is sent to. */
  url: string
  state: string
  nonce: string
  codeVerifier: string
  redirectUri: string
}

export interface AuthorizeOptions {
  redirectUri: string
  scope: string
  loginHint?: string | undefined
  responseMode: 'query' | 'form_post'
}

/**
 * Makes the authorize URL: state and nonce of 256 bits, S256 challenge (RFC 7636 section 4.2).
 * https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
 */
export async function startSignIn(
  authority: Authority,
  registration: Registration,
  options: AuthorizeOptions,
): Promise<SignIn> {
  const [state, nonce, codeVerifier] = [secretText(), secretText(), secretText()]
  const url = new URL(authority.authorizationEndpoint)
  const parameters = {
    client_id: registration.clientId,
    response_type: 'code',
    redirect_uri: options.redirectUri,
    response_mode: options.responseMode,
    scope: options.scope,
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    // The two must not go together: Microsoft ignores the hint when the person is to choose.
    ...(options.loginHint ? { login_hint: options.loginHint } : { prompt: 'select_account' }),
  }
  // encodeURIComponent, not form encoding: a space as %20 survives every hand that copies the address.
  url.search = Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
  return { url: url.href, state, nonce, codeVerifier, redirectUri: options.redirectUri }
}

function secretText(): string {
  return randomBytes(32).toString('base64url')
}

/**
 * Redeems the answer of the authorize page for tokens, and finds out who signed in: the id_token's signature,
 * issuer, audience, nonce and times are checked against the tenant that the token names.
 * @throws OdLinkError (sign-in) when Microsoft refused, (service) when an answer cannot be trusted.
 */
export async function redeem(
  authority: Authority,
  registration: Registration,
  signIn: SignIn,
  answer: URLSearchParams,
  context: FailureContext,
): Promise<Omit<LinkRecord, 'graphOrigin'>> {
  return explained(context, async () => {
    const client: oauth.Client = { client_id: registration.clientId, [oauth.clockTolerance]: 300 }
    const endpoints = { token_endpoint: authority.tokenEndpoint, jwks_uri: authority.jwksUri }
    const asked: oauth.AuthorizationServer = { issuer: answer.get('iss') ?? authority.issuer, ...endpoints }
    const response = await oauth.authorizationCodeGrantRequest(
      asked,
      client,
      clientAuthentication(registration.clientSecret),
      oauth.validateAuthResponse(asked, client, answer, signIn.state),
      signIn.redirectUri,
      signIn.codeVerifier,
      transport(undefined),
    )
    const issuer = issuerOf(authority, await tenantNamedBy(response))
    const tokens = await oauth.processAuthorizationCodeResponse({ issuer, ...endpoints }, client, response, {
      expectedNonce: signIn.nonce,
      requireIdToken: true,
    })
    const keysOf = transport(startPatience(30_000), (answer) => ownKeys(answer, issuer))
    await oauth.validateApplicationLevelSignature({ issuer, ...endpoints }, response, keysOf)
    const claims = oauth.getValidatedIdTokenClaims(tokens) as oauth.IDToken
    if (!tokens.refresh_token) throw noRefreshToken()
    const person = personOf(claims)
    const now = Date.now()
    return {
      version: 1,
      ...person,
      registration,
      tokenEndpoint: authority.tokenEndpoint,
      issuer: claims.iss,
      scope: context.scope,
      grantedScope: tokens.scope ?? context.scope,
      accessToken: tokens.access_token,
      expiresAt: expiryOf(tokens, now),
      refreshToken: tokens.refresh_token,
      linkedAt: now,
      lastRenewedAt: now,
    }
  })
}

/**
 * The tenant that the answer's id_token names, not yet verified: the issuer of `common` and `organizations` is a
 * template that it fills in, and the signature then proves both.
 */
async function tenantNamedBy(response: Response): Promise<string> {
  try {
    const { id_token: idToken } = (await response.clone().json()) as { id_token?: unknown }
    const payload = Buffer.from(String(idToken).split('.')[1] ?? '', 'base64url').toString()
    return String((JSON.parse(payload) as { tid?: unknown }).tid)
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

/** Whether the answer's `iss` is absent or the authority's: RFC 9207 section 2.4, against mix-up. */
export function comesFrom(authority: Authority, answer: URLSearchParams): boolean {
  const issuer = answer.get('iss')
  return issuer === null || isFilledFrom(authority.issuer, issuer)
}

/**
 * Who signed in. The key is tenant and object id; addresses change and are reused.
 * https://learn.microsoft.com/en-us/entra/identity-platform/id-token-claims-reference
 */
function personOf(claims: oauth.IDToken) {
  const { tid, oid, preferred_username: username, email, name } = claims
  if (typeof tid !== 'string' || typeof oid !== 'string' || !/^[\w-]+$/.test(tid) || !/^[\w-]+$/.test(oid)) {
    throw new OdLinkError('service', 'The sign-in service did not say who signed in.', {
      hint: 'The scopes must hold openid and profile: check --scope.',
    })
  }
  const text = (value: unknown) => (typeof value === 'string' && harmless(value)) || undefined
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

function noRefreshToken(): OdLinkError {
  return new OdLinkError(
    'sign-in',
    'Microsoft gave no refresh token, so the link would end within the hour.',
    {
      hint: 'The scopes must hold offline_access: check --scope and what was consented to.',
    },
  )
}
