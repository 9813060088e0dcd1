import { IdentityError, timeSpan } from './identity-error.ts'

function refuse(code: number, error: string, text: string, suberror?: string): IdentityError {
  return new IdentityError(code, error, text, suberror)
}

/**
 * The errors by name; those caused by an app registration are in client-refusals.ts. Numbers and meanings:
 * entra-docs, identity-platform/reference-error-codes; wording from recorded answers; like Microsoft's, it
 * may change.
 */
export const refusals = {
  malformedRequest: (detail: string) =>
    refuse(9002313, 'invalid_request', `Invalid request. Request is malformed or invalid: ${detail}.`),
  mangledGrant: () => refuse(9002313, 'invalid_grant', 'Invalid request. Request is malformed or invalid.'),
  missingParameter: (name: string) =>
    refuse(900144, 'invalid_request', `The request body must contain the following parameter: '${name}'.`),
  invalidParameter: (name: string) =>
    refuse(90023, 'invalid_request', `The value of the parameter '${name}' is not valid.`),
  postOnly: (method: string) =>
    refuse(
      900561,
      'invalid_request',
      `The endpoint only accepts POST requests. Received a ${method} request.`,
    ),
  originSent: () =>
    refuse(
      9002326,
      'invalid_request',
      "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type.",
    ),
  /** What Microsoft has and the sandbox has not: no number, so that nobody takes it for an answer of Microsoft's. */
  notInSandbox: (error: string, what: string) =>
    new IdentityError(undefined, error, `The sandbox has no ${what}; Microsoft does.`),
  /** The same for a whole address. */
  addressNotInSandbox: (what: string) =>
    new IdentityError(undefined, 'not_in_sandbox', `The sandbox has no ${what}; Microsoft does.`),
  grantTypeUnknown: (grant: string) =>
    refuse(70003, 'unsupported_grant_type', `The app requested an unsupported grant type '${grant}'.`),
  tenantUnknown: (tenant: string) =>
    refuse(
      90002,
      'invalid_tenant',
      `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
    ),
  clientUnknown: (clientId: string, tenant: string) =>
    refuse(
      700016,
      'unauthorized_client',
      `Application with identifier '${clientId}' was not found in the directory '${tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.`,
    ),
  notForAudience: () =>
    new IdentityError(
      undefined,
      'unauthorized_client',
      'The client does not exist or is not enabled for consumers. If you are the application developer, configure a new application through the App Registrations page.',
    ),
  redirectUriMissing: () => refuse(900971, 'invalid_request', 'No reply address provided.'),
  redirectUriUnknown: (uri: string, clientId: string) =>
    refuse(
      50011,
      'invalid_request',
      `The redirect URI '${uri}' specified in the request does not match the redirect URIs configured for the application '${clientId}'. Make sure the redirect URI sent in the request matches one added to your application.`,
    ),
  redirectUriDiffers: (given: string, asked: string) =>
    refuse(
      500112,
      'invalid_client',
      `The reply address '${given}' does not match the reply address '${asked}' provided when requesting Authorization code.`,
    ),
  noReplyAddress: () =>
    refuse(500113, 'invalid_request', 'No reply address is registered for the application.'),
  responseModeForTokens: (mode: string) =>
    refuse(
      70007,
      'unsupported_response_mode',
      `'${mode}' is not a supported value of 'response_mode' when requesting a token.`,
    ),
  versionForWork: () =>
    refuse(
      500201,
      'invalid_request',
      'We are unable to issue tokens from this API version for a Microsoft account. Please contact the application vendor as they need to use version 2.0 of the protocol to support this.',
    ),
  responseTypeUnsupported: (type: string, number = 700054) =>
    refuse(
      number,
      'unsupported_response_type',
      `response_type '${type}' is not enabled for the application.`,
    ),
  challengeInvalid: () =>
    refuse(50147, 'invalid_request', 'The size or the format of the code challenge parameter is not valid.'),
  loginRequired: () =>
    refuse(
      50058,
      'login_required',
      'Session information is not sufficient for single-sign-on. A silent sign-in request was sent but no user is signed in.',
    ),
  userUnknown: (username: string) =>
    refuse(50034, 'invalid_request', `The user account ${username} does not exist in the directory.`),
  userOutsideTenant: (username: string, tenant: string) =>
    refuse(
      50020,
      'invalid_grant',
      `User account '${username}' does not exist in tenant '${tenant}' and cannot access the application in that tenant. The account needs to be added as an external user in the tenant first.`,
    ),
  scopeUnknown: (scope: string) =>
    refuse(
      70011,
      'invalid_scope',
      `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope '${scope}' is not valid.`,
    ),
  codeOfOtherTenant: () =>
    refuse(
      700005,
      'invalid_grant',
      'Provided Authorization Code is intended to use against other tenant, thus rejected.',
    ),
  codeSpent: () =>
    refuse(
      54005,
      'invalid_grant',
      'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.',
    ),
  codeExpired: () =>
    refuse(
      70008,
      'invalid_grant',
      'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.',
    ),
  otherClient: () =>
    refuse(70000, 'invalid_grant', 'The provided grant was issued to a different client.', 'client_mismatch'),
  verifierMissing: () =>
    refuse(
      50148,
      'invalid_grant',
      'The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.',
    ),
  verifierWrong: () =>
    refuse(
      501481,
      'invalid_grant',
      'The Code_Verifier does not match the code_challenge supplied in the authorization request.',
    ),
  secretFromPublicClient: () =>
    refuse(
      700025,
      'invalid_client',
      "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    ),
  secretMissing: () =>
    refuse(
      7000218,
      'invalid_client',
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
  secretWrong: (clientId: string) =>
    refuse(
      7000215,
      'invalid_client',
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
    ),
  grantRevokedWork: (issued: string, validFrom: string) =>
    refuse(
      50173,
      'invalid_grant',
      `The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '${issued}' and the TokensValidFrom date for this user is '${validFrom}'.`,
    ),
  grantRevokedPersonal: () =>
    refuse(
      70000,
      'invalid_grant',
      'The user could not be authenticated as the grant is expired. The user must sign in again.',
      'bad_token',
    ),
  grantIdle: (issued: string, idleSeconds: number) =>
    refuse(
      700082,
      'invalid_grant',
      `The refresh token has expired due to inactivity. The token was issued on ${issued} and was inactive for ${timeSpan(idleSeconds)}.`,
      'bad_token',
    ),
  consentMissing: (clientId: string, name: string) =>
    refuse(
      65001,
      'invalid_grant',
      `The user or administrator has not consented to use the application with ID '${clientId}' named '${name}'. Send an interactive authorization request for this user and resource.`,
      'consent_required',
    ),
  scopeNotGranted: () =>
    refuse(
      70000,
      'invalid_grant',
      'The request was denied because one or more scopes requested are unauthorized or expired. The user must first sign in and grant the client application access to the requested scope.',
    ),
  devicePending: () =>
    refuse(
      70016,
      'authorization_pending',
      'OAuth 2.0 device flow error. Authorization is pending. Continue polling.',
    ),
  deviceDeclined: () =>
    new IdentityError(undefined, 'authorization_declined', 'The user denied the request.'),
  deviceCodeUnknown: () =>
    new IdentityError(undefined, 'bad_verification_code', 'The device_code was not recognised.'),
  deviceCodeExpired: () =>
    refuse(70020, 'expired_token', 'The provided value for the device code has expired.'),
} as const
