import { GraphError } from '../state/graph-error.ts'
import { IdentityError } from '../state/identity-error.ts'

/** A refusal of Microsoft's that other programs met, and the requests it comes to. */
export interface NamedRefusal {
  match: string
  error: GraphError | IdentityError
  /** What a token answer names for the next sign-in (OpenID Connect Core, 5.5). */
  claims?: string
}

const anyOfGraph = '/ \\/(v1\\.0|beta)\\//'
const creation = '/^POST \\/(v1\\.0|beta)\\/.*\\/children$/'
const download = '/^GET (\\/download\\/|.*\\/content$)/'
const atToken = '/^POST .*\\/oauth2\\/(v2\\.0\\/)?token$/'

const graph = (match: string, ...args: ConstructorParameters<typeof GraphError>): NamedRefusal => ({
  match,
  error: new GraphError(...args),
})
const denied = (inner: string, message: string, match = anyOfGraph) =>
  graph(match, 403, 'accessDenied', message, inner)

/**
 * Graph's, by the most specific code. Codes: microsoft-graph-docs-contrib, concepts/errors; where else they were seen
 * stands beside them.
 */
const ofGraph = {
  /** Sources: onedrive-api-docs#1929; rclone/rclone#9794. */
  serviceReadOnly: denied('serviceReadOnly', 'Database Is Read Only'),
  accountUpgradeRequired: denied('accountUpgradeRequired', 'The account has to be upgraded.'),
  childItemCountExceeded: denied('childItemCountExceeded', 'The folder has too many items.', creation),
  maxFolderCountExceeded: denied('maxFolderCountExceeded', 'The drive has too many folders.', creation),
  maxItemCountExceeded: denied('maxItemCountExceeded', 'The drive has too many items.', creation),
  malwareDetected: graph(download, 403, 'malwareDetected', 'Malware was detected in the requested file.'),
  /** Sources: onedrive-api-docs#912, #1199. */
  siteBlocked: graph(
    anyOfGraph,
    423,
    'notAllowed',
    'Access to this site has been blocked. Please contact the administrator to resolve this problem.',
  ),
  resourceLocked: graph(anyOfGraph, 423, 'resourceLocked', 'The resource is locked.'),
  /** Below a locked Personal Vault, or for an id that is gone. Sources: rclone/rclone#8736; onedrive-api-docs#1905. */
  invalidResourceId: graph(anyOfGraph, 400, 'invalidRequest', 'ObjectHandle is Invalid', 'invalidResourceId'),
  /** Throttling in disguise, over a second later. Source: onedrive-api-docs#1390. */
  invalidRequest: graph(anyOfGraph, 400, 'invalidRequest', 'Invalid request'),
  /** Source: onedrive-api-docs#1266. */
  noLicense: graph(anyOfGraph, 400, 'BadRequest', 'Tenant does not have a SPO license.'),
  /** Source: onedrive-api-docs#530. */
  noDrive: graph(anyOfGraph, 404, 'itemNotFound', "User's mysite not found."),
  resourceBeingProvisioned: graph(
    anyOfGraph,
    503,
    'serviceNotAvailable',
    'The drive is being set up.',
    'resourceBeingProvisioned',
  ),
  /** In a shared folder, through one's own drive. Source: onedrive-api-docs#939. */
  notSupported: graph(creation, 501, 'notSupported', 'The request is not supported by the system.'),
  serviceInvariant: graph(anyOfGraph, 500, 'generalException', 'A service invariant has been violated.'),
  /** Source: onedrive-api-docs#797. */
  throttledForAnHour: graph(
    anyOfGraph,
    429,
    'activityLimitReached',
    'Too many requests',
    'throttledRequest',
    {
      'retry-after': '3600',
    },
  ),
  /** What a tenant gets that is taken for a fraud, and never any other. Source: microsoft-graph-docs-contrib#8469. */
  throttledForEver: graph(anyOfGraph, 429, 'BadRequest', "Unable to retrieve user's mysite URL."),
  resourceModified: graph(anyOfGraph, 409, 'resourceModified', 'The resource has changed since it was read.'),
} as const satisfies Record<string, NamedRefusal>

const identity = (
  code: number,
  error: string,
  text: string,
  more: { suberror?: string; claims?: string } = {},
) => ({
  match: atToken,
  error: new IdentityError(code, error, text, more.suberror),
  ...(more.claims === undefined ? {} : { claims: more.claims }),
})
const signInAgain = (code: number, text: string, claims?: string) =>
  identity(code, 'invalid_grant', text, claims === undefined ? {} : { claims })

const mfa =
  '{"access_token":{"capolids":{"essential":true,"values":["c0ffee00-0000-4000-8000-000000000000"]}}}'

/** The identity platform's, by their number. Source: entra-docs, identity-platform/reference-error-codes. */
const ofIdentity = {
  AADSTS50196: signInAgain(
    50196,
    'The server terminated an operation because it encountered a client request loop.',
  ),
  AADSTS90033: signInAgain(90033, 'A transient error has occurred. Please try again.'),
  AADSTS90023: identity(90023, 'invalid_request', "Public clients can't send a client secret."),
  AADSTS50005: signInAgain(50005, 'User tried to log in to a device from a platform that is not supported.'),
  AADSTS50076: signInAgain(
    50076,
    'Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.',
    mfa,
  ),
  AADSTS50079: signInAgain(
    50079,
    'You must enroll in multi-factor authentication to access the resource.',
    mfa,
  ),
  AADSTS50135: signInAgain(50135, 'Password change is required due to account risk.'),
  AADSTS50173: signInAgain(50173, 'The provided grant has expired due to it being revoked.'),
  AADSTS53000: signInAgain(53000, 'Device is not in required device state: compliant.'),
  AADSTS53003: signInAgain(53003, 'Access has been blocked by Conditional Access policies.'),
  AADSTS53004: signInAgain(53004, 'User needs to complete multi-factor authentication registration process.'),
  AADSTS53010: signInAgain(53010, 'Multi-factor authentication can only be set up from a trusted place.'),
  AADSTS53011: signInAgain(53011, 'User blocked due to risk on home tenant.'),
  AADSTS530003: signInAgain(530003, 'Your device is required to be managed to access this resource.'),
  AADSTS530036: signInAgain(530036, 'Refresh token flow is blocked for this authentication method.'),
  AADSTS65001: identity(65001, 'invalid_grant', 'The user or administrator has not consented.', {
    suberror: 'consent_required',
  }),
  AADSTS650051: identity(650051, 'invalid_client', 'The service principal name is already present.'),
  AADSTS650052: identity(
    650052,
    'invalid_client',
    'The app needs access to a service that the organization lacks.',
  ),
  AADSTS650053: identity(650053, 'invalid_client', "The application asked for a scope that doesn't exist."),
  AADSTS70002: identity(
    70002,
    'invalid_client',
    'The client does not exist or is not enabled for consumers.',
  ),
  AADSTS70011: identity(70011, 'invalid_scope', "The scope '' is not configured for this tenant."),
  AADSTS700025: identity(
    700025,
    'invalid_client',
    "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
  ),
  AADSTS700082: signInAgain(700082, 'The refresh token has expired due to inactivity.'),
  AADSTS7000215: identity(7000215, 'invalid_client', 'Invalid client secret provided.'),
  AADSTS7000222: identity(7000222, 'invalid_client', 'The provided client secret keys are expired.'),
  AADSTS90009: identity(
    90009,
    'invalid_request',
    'The application requests a token for itself without a GUID.',
  ),
  AADSTS90094: identity(90094, 'invalid_grant', 'The grant requires administrator permission.'),
} as const satisfies Record<string, NamedRefusal>

export const namedRefusals: Record<string, NamedRefusal> = { ...ofGraph, ...ofIdentity }

/** @throws an Error with a plain sentence that lists the names. */
export function findRefusal(name: string): NamedRefusal {
  const found = Object.hasOwn(namedRefusals, name) ? namedRefusals[name] : undefined
  if (!found)
    throw new Error(`Unknown refusal '${name}'. Choose one of: ${Object.keys(namedRefusals).join(', ')}.`)
  return found
}
