import { IdentityError } from './identity-error.ts'
import type { Registration } from './registrations.ts'
import type { Tenant } from './tenants.ts'

type App = Pick<Registration, 'clientId' | 'name'>

/**
 * The errors caused by an app registration or by a client's behaviour, rather than by one request. Numbers
 * and meanings: entra-docs, identity-platform/reference-error-codes.
 */
export const clientRefusals = {
  singleTenant: ({ clientId, name }: App, { segment }: Tenant) =>
    new IdentityError(
      50194,
      'invalid_request',
      `Application '${clientId}'(${name}) is not configured as a multi-tenant application. Usage of the /${segment} endpoint is not supported for such applications created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.`,
    ),
  personalOnly: ({ clientId, name }: App) =>
    new IdentityError(
      9002331,
      'invalid_request',
      `Application '${clientId}'(${name}) is configured for use by Microsoft Account users only. Please use the /consumers endpoint to serve this request.`,
    ),
  workOnly: ({ clientId, name }: App) =>
    new IdentityError(
      9002332,
      'invalid_request',
      `Application '${clientId}'(${name}) is configured for use by Azure Active Directory users only. Please do not use the /consumers endpoint to serve this request.`,
    ),
  /** Seen in the device flow. Source: Azure-Samples/active-directory-dotnetcore-devicecodeflow-v2#15. */
  notForPersonal: ({ clientId }: App) =>
    new IdentityError(
      90130,
      'invalid_request',
      `Application '${clientId}' is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.`,
    ),
  /** At the token endpoint it is under `invalid_client`. Source: MicrosoftDocs/azure-docs#86043. */
  redirectUriUnknown: ({ clientId }: App, uri: string) =>
    new IdentityError(
      50011,
      'invalid_client',
      `The redirect URI '${uri}' specified in the request does not match the redirect URIs configured for the application '${clientId}'. Make sure the redirect URI sent in the request matches one added to your application.`,
    ),
  /** No secret is wrong in spite of `invalid_client`. Source: MicrosoftDocs/azure-docs#37280. */
  scopeNotInGraph: ({ name }: Pick<App, 'name'>, scope: string) =>
    new IdentityError(
      650053,
      'invalid_client',
      `The application '${name}' asked for scope '${scope}' that doesn't exist on the resource '00000003-0000-0000-c000-000000000000'. Contact the app vendor.`,
    ),
  /** The sandbox has no service but Graph. */
  resourceUnknown: (resource: string) =>
    new IdentityError(
      500011,
      'invalid_resource',
      `The resource principal named ${resource} was not found in the tenant. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. (The sandbox has no API but Microsoft Graph.)`,
    ),
  /** An application on its own needs a directory. Source: entra-docs, reference-error-codes. */
  noTenant: () =>
    new IdentityError(
      50059,
      'invalid_request',
      'No tenant-identifying information found in either the request or implied by any provided credentials.',
    ),
  /** What an application may do on its own is decided beforehand. Source: entra-docs, reference-error-codes. */
  scopeNotDefault: (scope: string) =>
    new IdentityError(
      1002012,
      'invalid_scope',
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    ),
  /** A `resource` (RFC 8707) may stand beside the scopes if it is theirs. Source: entra-docs, reference-breaking-changes. */
  targetMismatch: () =>
    new IdentityError(
      9010010,
      'invalid_target',
      "The resource parameter provided in the request doesn't match with the requested scopes.",
    ),
  notMobile: () =>
    new IdentityError(
      70002,
      'invalid_client',
      "The provided client is not supported for this feature. The client application must be marked as 'mobile.'",
    ),
  spaWithoutOrigin: () =>
    new IdentityError(
      9002327,
      'invalid_request',
      "Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests.",
    ),
  spaWithoutChallenge: () =>
    new IdentityError(
      9002325,
      'invalid_request',
      'Proof Key for Code Exchange is required for cross-origin authorization code redemption.',
    ),
  spaOver: (issued: string) =>
    new IdentityError(
      700084,
      'invalid_grant',
      `The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime of 1.00:00:00, which cannot be extended. It is now expired and a new sign in request must be sent by the SPA to the sign in page. The token was issued on ${issued}.`,
      'bad_token',
    ),
  loop: () =>
    new IdentityError(
      50196,
      'invalid_grant',
      'The server terminated an operation because it encountered a client request loop. Please contact your app vendor.',
    ),
  /** Not on Microsoft's list, but msal-python and msal-go handle it (RFC 8628, 3.5). */
  slowDown: () =>
    new IdentityError(undefined, 'slow_down', 'The client polls faster than the interval allows.'),
  instanceUnknown: () => new IdentityError(50049, 'invalid_instance', 'Unknown or invalid instance.'),
  adminDeclined: () =>
    new IdentityError(
      65004,
      'consent_required',
      'The resource owner or authorization server denied the request.',
    ),
  severalSessions: () =>
    new IdentityError(
      16000,
      'interaction_required',
      'Either multiple user identities are available for the current request or selected account is not supported for the scenario.',
    ),
  consentMissingSilently: ({ clientId, name }: App) =>
    new IdentityError(
      65001,
      'interaction_required',
      `The user or administrator has not consented to use the application with ID '${clientId}' named '${name}'. Send an interactive authorization request for this user and resource.`,
    ),
} as const
