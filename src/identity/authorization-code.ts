import { randomBytes } from 'node:crypto'
import * as oauth from 'oauth4webapi'
import { type Authority, isFilledFrom } from './authority.ts'
import type { FailureContext } from './errors.ts'
import type { Registration } from './link.ts'
import { clientAuthentication, explained, transport } from './protocol.ts'
import { clientOf, type NewLink, newLink, serverOf } from './verified-link.ts'

/** A sign-in by authorization code with PKCE: what was sent to the authorize page, and must come back unchanged. */
export interface SignIn {
  /** Where the person's browser is sent. */
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
  /** What a refusal asked the next sign-in to prove, as JSON. */
  claims?: string | undefined
  responseMode: 'query' | 'form_post'
}

/**
 * Creates the authorize URL: state and nonce of 256 bits, S256 challenge (RFC 7636 section 4.2).
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
    ...(options.claims ? { claims: options.claims } : {}),
    // One or the other: Microsoft ignores the hint when the person is asked to choose.
    ...(options.loginHint ? { login_hint: options.loginHint } : { prompt: 'select_account' }),
  }
  // encodeURIComponent, not form encoding: a space as %20 survives however the URL is copied.
  url.search = Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
  return { url: url.href, state, nonce, codeVerifier, redirectUri: options.redirectUri }
}

function secretText(): string {
  return randomBytes(32).toString('base64url')
}

/**
 * Redeems the response of the authorize page for the tokens of a new link.
 * @throws OdLinkError (sign-in) when Microsoft refused, (service) when a response cannot be trusted.
 */
export async function redeem(
  authority: Authority,
  registration: Registration,
  signIn: SignIn,
  answer: URLSearchParams,
  context: FailureContext,
): Promise<NewLink> {
  return explained(context, async () => {
    const client = clientOf(registration)
    const asked = serverOf(authority, answer.get('iss') ?? authority.issuer)
    const response = await oauth.authorizationCodeGrantRequest(
      asked,
      client,
      clientAuthentication(registration.clientSecret),
      oauth.validateAuthResponse(asked, client, answer, signIn.state),
      signIn.redirectUri,
      signIn.codeVerifier,
      transport(undefined, undefined, [answer.get('code'), signIn.codeVerifier, registration.clientSecret]),
    )
    return newLink({ authority, registration, context }, response, (issued) =>
      oauth.processAuthorizationCodeResponse(issued, client, response, {
        expectedNonce: signIn.nonce,
        requireIdToken: true,
      }),
    )
  })
}

/** Whether the response's `iss` is absent or the authority's: RFC 9207 section 2.4, against mix-up attacks. */
export function comesFrom(authority: Authority, answer: URLSearchParams): boolean {
  const issuer = answer.get('iss')
  return issuer === null || isFilledFrom(authority.issuer, issuer)
}
