import { header, type Incoming } from '../server/messages.ts'
import type { AccessToken } from '../state/grants.ts'
import { GraphError } from '../state/graph-error.ts'
import type { World } from '../state/world.ts'

/**
 * Finds the access token of a request (RFC 6750, 2.1: in the header only).
 * @throws GraphError 401 with a challenge, with Graph's message for each case.
 */
export function authenticate(world: World, incoming: Incoming): AccessToken {
  refuseTokenInUrl(world, incoming)
  const value = bearerToken(incoming)
  if (value === undefined) throw unauthorized(world, 'Access token is empty.')
  const token = world.grants.accessTokens.get(value)
  if (!token) throw unauthorized(world, unknownTokenText(value))
  incoming.entry.username = token.account.username
  if (token.expiresAt <= world.now()) {
    token.refused = true
    throw unauthorized(world, expiredText[token.account.kind], 'error="expired_token"')
  }
  const { newRefusals = 0 } = token
  if (newRefusals < world.settings.newTokenRefusals) {
    token.newRefusals = newRefusals + 1
    token.refused = true
    throw unauthorized(world, 'Unable to initialize RPS')
  }
  const claims = world.weather.challenge(incoming, token.claims)
  if (claims !== undefined) {
    incoming.entry.weather = true
    token.refused = true
    throw unauthorized(
      world,
      'Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenCreatedWithOutdatedPolicies',
      `error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"`,
    )
  }
  return token
}

/** Records a refusal faked by the weather, so that a refresh after it does not count as a fault. */
export function noteRefusal(world: World, incoming: Incoming): void {
  const token = world.grants.accessTokens.get(bearerToken(incoming) ?? '')
  if (token) token.refused = true
}

function bearerToken(incoming: Incoming): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header(incoming, 'authorization') ?? '')?.[1]
}

/** Sources: onedrive-api-docs#785; OneDrive error 80049228. */
const expiredText = {
  work: 'Lifetime validation failed, the token is expired.',
  personal: 'CompactToken validation failed with reason code: 80049228.',
}

function unknownTokenText(value: string): string {
  if (value.startsWith('Ew')) return 'CompactToken parsing failed with error code: 80049217'
  return value.includes('.')
    ? 'IDX10511: Signature validation failed. Keys tried: the keys of the issuer.'
    : 'IDX14100: JWT is not well formed, there are no dots (.). The token needs to be in JWS or JWE Compact Serialization Format.'
}

/** The header as Graph writes it. Sources: msgraph-sdk-dotnet#1416; entra-docs, claims-challenge. */
function unauthorized(world: World, message: string, more?: string): GraphError {
  const challenge = `Bearer realm="", authorization_uri="${world.origins.authority}/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`
  return new GraphError(401, 'InvalidAuthenticationToken', message, undefined, {
    'www-authenticate': more === undefined ? challenge : `${challenge}, ${more}`,
  })
}

function refuseTokenInUrl(world: World, incoming: Incoming): void {
  if (incoming.query === '') return
  const values = incoming.query.split('&').map((pair) => pair.slice(pair.indexOf('=') + 1))
  const secret = values.some((value) => world.grants.secrets.has(decodeLoosely(value)))
  if (!secret && !/(^|&)access_token=/i.test(incoming.query)) return
  world.score.report('tokenInUrl', incoming)
  throw unauthorized(world, 'Access token is empty.')
}

function decodeLoosely(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

const reading = /^(Files\.Read|Files\.ReadWrite|Sites\.Read|Sites\.ReadWrite)(\.All)?$/
const writing = /^(Files|Sites)\.ReadWrite(\.All)?$/
const ofSites = /^Sites\.(Read|ReadWrite)\.All$/
const appFolder = 'Files.ReadWrite.AppFolder'

/** What a token may do in a drive: write, and access more than the application's own folder. */
export interface Reach {
  write: boolean
  wholeDrive: boolean
}

/**
 * The drives of others need a scope that ends in `.All`, except on personal accounts. Sources: onedrive-api-docs,
 * concepts/permissions_reference and api/driveitem_post_children.
 * @throws GraphError 403 when the token's scopes do not cover the request. The app folder scope only works
 * on personal drives. Source: onedrive-api-docs#1474.
 */
export function authorizeDrive(
  { scopes, account }: AccessToken,
  method: string,
  of: 'own' | 'others' = 'own',
): Reach {
  const isOpen = of === 'own' || account.kind === 'personal'
  const granted = (pattern: RegExp) =>
    [...scopes].some((scope) => pattern.test(scope) && (isOpen || scope.endsWith('.All')))
  const wholeDrive = granted(method === 'GET' || method === 'HEAD' ? reading : writing)
  const ownFolder = of === 'own' && account.kind === 'personal' && scopes.has(appFolder)
  if (!wholeDrive && !ownFolder) {
    throw new GraphError(403, 'accessDenied', 'Either scp or roles claim need to be present in the token.')
  }
  return { write: ownFolder || granted(writing), wholeDrive }
}

/** Whether a token opens the drives of others, where there are rights. */
export function opensOthers({ scopes, account }: AccessToken): boolean {
  return account.kind === 'personal' || [...scopes].some((one) => reading.test(one) && one.endsWith('.All'))
}

/**
 * Sites themselves need more than their drives do. Source: microsoft-graph-docs-contrib, api/site-get.
 * @throws GraphError 403
 */
export function authorizeSites({ scopes }: AccessToken): void {
  if ([...scopes].some((scope) => ofSites.test(scope))) return
  throw new GraphError(403, 'accessDenied', 'Either scp or roles claim need to be present in the token.')
}
