import type { KindName } from './kinds.ts'

/* What can go wrong on the way to Microsoft, in an answer, or with this machine's clock. */

/** The effect of a failure on a program, which decides what od-link promises: see promises.ts. */
export type Trouble =
  | 'no connection'
  | 'no answer'
  | 'not readable'
  | 'busy'
  | 'busy for long'
  | 'not authorized'
  | 'sign-in refused'
  | 'forbidden'
  | 'not allowed'
  | 'read-only'
  | 'name taken'
  | 'session over'
  | 'clock is wrong'

interface Weather {
  is: Trouble
  /** The address of `localhost` from this request on; null for none. See way.ts. */
  localhost?: string | null
  /** The effect in the sandbox: `POST weather` of its control API. */
  effect?: () => object
  /** How far this machine's clock is ahead of Microsoft's, in seconds. */
  clockAhead?: number
  /** The only requests that it is possible for; default: all, but for those that promises.ts names. */
  for?: readonly KindName[]
  /** Those of them that are repeated after it; default: those that are repeated after any failure. */
  repeatedFor?: readonly KindName[]
  /** Where it was reported. */
  source?: string
}

const day = 24 * 60 * 60
const busy = (status: number, retryAfter?: () => string): Weather => ({
  is: 'busy',
  effect: () => ({ status, ...(retryAfter ? { headers: { 'retry-after': retryAfter() } } : {}) }),
})
const page = { contentType: 'text/html', body: '<html><title>Sign in to the network</title></html>' }

const tokenRequests = ['code', 'refresh', 'poll'] as const
/** Microsoft's sign-in service refuses, with a number. */
const refusal =
  (error: string, code: number, words: string, more: object = {}) =>
  () => ({
    status: error === 'invalid_client' ? 401 : 400,
    body: { error, error_description: `AADSTS${code}: ${words}`, error_codes: [code], ...more },
  })
const driveRequests = [
  ...(['drive', 'create', 'look', 'settle', 'batch', 'item', 'shortcut', 'behind'] as const),
  ...(['address', 'site', 'libraries', 'place', 'path or keys', 'may write'] as const),
  ...(['list', 'found', 'content', 'send', 'session', 'api session', 'move', 'remove', 'link'] as const),
] as const
const pieces = ['piece', 'api piece'] as const
/** Graph refuses, with a code, words, and sometimes an inner code. */
const graphError =
  (status: number, code: string, message: string, inner?: string, headers: object = {}) =>
  () => ({
    status,
    headers,
    body: { error: { code, message, ...(inner ? { innerError: { code: inner } } : {}) } },
  })
const notAllowed = (
  source: string,
  effect: () => object,
  requests: readonly KindName[] = driveRequests,
): Weather => ({
  is: 'not allowed',
  for: requests,
  source,
  effect,
})
const claims = '{"access_token":{"capolids":{"essential":true,"values":["a-policy"]}}}'

export const weathers = {
  'connection refused': { is: 'no connection', localhost: '127.0.0.9' },
  // A multicast address: TCP cannot connect there, and the kernel reports ENETUNREACH.
  'no route': { is: 'no connection', localhost: '224.0.0.1' },
  // A listener with a full queue: the kernel drops connection requests.
  'black hole': { is: 'no connection', localhost: '127.0.0.8' },
  'DNS failure': { is: 'no connection', localhost: null },
  'hang before headers': { is: 'no answer', effect: () => ({ hang: 'headers' }) },
  'hang in the body': { is: 'no answer', effect: () => ({ hang: 'body' }) },
  'reset before processing': { is: 'no answer', effect: () => ({ reset: true }) },
  'reset after processing': { is: 'no answer', effect: () => ({ lost: true }) },
  'truncated answer': { is: 'not readable', effect: () => ({ truncate: true }) },
  'HTML with status 200': { is: 'not readable', effect: () => ({ status: 200, ...page }) },
  'empty answer with status 200': { is: 'not readable', effect: () => ({ status: 200, body: '' }) },
  '408': busy(408),
  '429, seconds': busy(429, () => '1'),
  '429, a date': busy(429, () => new Date(Date.now() + 2_000).toUTCString()),
  '429, a decimal': busy(429, () => '0.249'),
  '429, zero': busy(429, () => '0'),
  '429, no Retry-After': busy(429),
  '500': busy(500),
  '502': busy(502),
  '503': busy(503, () => '1'),
  '504': busy(504),
  '401': { is: 'not authorized', effect: () => ({ status: 401 }) },
  '403': { is: 'forbidden', effect: () => ({ status: 403 }) },
  '403, read-only': {
    is: 'read-only',
    for: driveRequests,
    source: 'OneDrive/onedrive-api-docs#1929',
    effect: graphError(403, 'accessDenied', 'Database Is Read Only.', 'serviceReadOnly'),
  },
  '429, an hour': {
    is: 'busy for long',
    source: 'OneDrive/onedrive-api-docs#797',
    effect: () => ({ status: 429, headers: { 'retry-after': '3600' } }),
  },
  '429, nonsense': busy(429, () => '-5'),
  '509': { ...busy(509), for: driveRequests, source: 'https://learn.microsoft.com/en-us/graph/errors' },
  '424': { ...busy(424), for: ['item'], source: 'https://learn.microsoft.com/en-us/graph/json-batching' },
  '401 after the renewal': {
    is: 'not authorized',
    for: driveRequests,
    source: 'rclone/rclone#5270',
    effect: graphError(401, 'InvalidAuthenticationToken', 'Unable to initialize RPS'),
  },
  '403, frozen': notAllowed(
    'https://learn.microsoft.com/en-us/graph/errors',
    graphError(403, 'accountUpgradeRequired', 'The account has to be upgraded.'),
  ),
  '403, full folder': notAllowed(
    'https://learn.microsoft.com/en-us/graph/errors',
    graphError(403, 'accessDenied', 'Too many items.', 'childItemCountExceeded'),
  ),
  '403, malware': notAllowed(
    'https://learn.microsoft.com/en-us/graph/errors',
    graphError(403, 'accessDenied', 'The file is infected.', 'malwareDetected'),
    [...driveRequests, 'bytes'],
  ),
  '423, blocked site': notAllowed(
    'dust-tt/dust#20377',
    graphError(423, 'notAllowed', 'Access to this site has been blocked.'),
  ),
  '423, locked': notAllowed(
    'OneDrive/onedrive-api-docs#912',
    graphError(423, 'accessDenied', 'Lock token does not match existing lock'),
  ),
  '400, no license': notAllowed(
    'OneDrive/onedrive-api-docs#1266',
    graphError(400, 'BadRequest', 'Tenant does not have a SPO license.'),
  ),
  '400, locked vault': notAllowed(
    'rclone/rclone#8736',
    graphError(400, 'invalidRequest', 'ObjectHandle is Invalid', 'invalidResourceId'),
  ),
  '400, mounted folder': notAllowed(
    'rclone/rclone#4062; OneDrive/onedrive-api-docs#939',
    graphError(400, 'invalidRequest', 'Cannot perform operation within a mounted folder.'),
    ['create', 'look', 'settle', 'list', 'found', 'send', 'session', 'api session', 'link'],
  ),
  '507': notAllowed(
    'https://learn.microsoft.com/en-us/graph/errors',
    graphError(507, 'quotaLimitReached', 'Insufficient Space Available'),
  ),
  '409, similar name': {
    is: 'name taken',
    for: ['create', 'item', 'behind', 'send', 'move'],
    source: 'OneDrive/onedrive-api-docs#856',
    effect: graphError(409, 'nameAlreadyExists', 'Clashes.', 'similarRelationshipNameAlreadyExists'),
  },
  '404, similar name': {
    is: 'name taken',
    for: ['look'],
    source: 'OneDrive/onedrive-api-docs#977',
    effect: graphError(404, 'itemNotFound', 'The name is incompatible with a similar name.'),
  },
  '409, upload under way': {
    is: 'name taken',
    for: ['session', 'api session', 'send'],
    source: 'OneDrive/onedrive-api-docs#747',
    effect: graphError(409, 'nameAlreadyExists', 'An upload session already exists for this file.'),
  },
  '404, session over': {
    is: 'session over',
    for: pieces,
    source: 'abraunegg/onedrive#3859; rclone/rclone#9767',
    effect: graphError(404, 'itemNotFound', 'The upload session was not found.'),
  },
  '401, session over': {
    is: 'session over',
    for: pieces,
    source: 'OneDrive/onedrive-api-docs#1570',
    effect: graphError(401, 'unauthenticated', 'Unauthenticated.', 'expiredToken'),
  },
  '400, session over and done': {
    is: 'session over',
    for: pieces,
    source: 'OneDrive/onedrive-api-docs#698',
    effect: () => ({
      ...graphError(400, 'invalidRequest', 'The upload session was not found.', 'uploadSessionNotFound')(),
      after: true,
    }),
  },
  '416, session done': {
    is: 'session over',
    for: pieces,
    source: 'OneDrive/onedrive-api-docs#71; abraunegg/onedrive#3355',
    effect: () => ({
      ...graphError(416, 'invalidRange', 'The fragment overlaps.', 'fragmentOverlap')(),
      after: true,
    }),
  },
  'AADSTS90033, transient': {
    is: 'busy',
    for: tokenRequests,
    source: 'AzureAD/microsoft-authentication-library-for-js#547',
    effect: refusal('invalid_grant', 90033, 'A transient error has occurred.'),
  },
  temporarily_unavailable: {
    is: 'busy',
    for: tokenRequests,
    source: 'AzureAD/microsoft-authentication-library-for-js#4019',
    effect: () => ({
      status: 400,
      body: { error: 'temporarily_unavailable', error_description: '50033 - [2021-08-02 15:36:10Z]: Busy.' },
    }),
  },
  'AADSTS50196, a loop': {
    is: 'busy for long',
    for: tokenRequests,
    source: 'AzureAD/microsoft-authentication-library-for-dotnet#1788',
    effect: refusal('invalid_grant', 50196, 'The server terminated an operation.'),
  },
  'AADSTS50173, revoked': {
    is: 'sign-in refused',
    for: tokenRequests,
    source: 'https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes',
    effect: refusal('invalid_grant', 50173, 'The provided grant has expired due to it being revoked.'),
  },
  'AADSTS53003, access_denied': {
    is: 'sign-in refused',
    for: tokenRequests,
    source: 'Azure/azure-cli#16401',
    effect: refusal('access_denied', 53003, 'Blocked by Conditional Access.'),
  },
  'AADSTS530036, by device code': {
    is: 'sign-in refused',
    for: ['refresh', 'poll'],
    source:
      'https://learn.microsoft.com/en-us/entra/identity/conditional-access/concept-authentication-flows',
    effect: refusal('invalid_grant', 530036, 'Device code flow is blocked.'),
  },
  'AADSTS650053, invalid_client': {
    is: 'sign-in refused',
    for: tokenRequests,
    source: 'MicrosoftDocs/azure-docs#37280',
    effect: refusal('invalid_client', 650053, "The scope doesn't exist on the resource."),
  },
  'AADSTS70011, no scope': {
    is: 'sign-in refused',
    for: ['refresh'],
    repeatedFor: ['refresh'],
    source: 'OneDrive/onedrive-api-docs#1549',
    effect: refusal('invalid_scope', 70011, "The scope '' is not configured for this tenant."),
  },
  'AADSTS50076, with claims': {
    is: 'sign-in refused',
    for: ['refresh', 'poll'],
    source: 'Azure/azure-cli#31699',
    effect: refusal('interaction_required', 50076, 'More proof.', { claims }),
  },
  'clock a day ahead': { is: 'clock is wrong', clockAhead: day },
  'clock a day behind': { is: 'clock is wrong', clockAhead: -day },
} as const satisfies Record<string, Weather>

export type WeatherName = keyof typeof weathers
export const weatherNames = Object.keys(weathers) as WeatherName[]

/** The failure with that name, with its optional properties. */
export const weatherOf = (name: WeatherName): Weather => weathers[name]
