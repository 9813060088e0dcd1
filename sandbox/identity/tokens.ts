import { createHash, randomBytes, randomInt } from 'node:crypto'
import type { AccessToken, Grant } from '../state/grants.ts'
import { type SigningKeys, sign } from '../state/keys.ts'
import type { Account } from '../state/users.ts'
import type { World } from '../state/world.ts'
import { newAccessToken, newRefreshToken } from './opaque.ts'
import { answeredScope, graphAppId, tokenScopes } from './scopes.ts'
import type { Version } from './version-1.ts'

export interface TokenOptions {
  nonce?: string
  /** The client sent `client_info=1`. */
  clientInfo: boolean
  /** Send no refresh token although `offline_access` was granted. */
  omitRefreshToken?: boolean
  version: Version
}

/** Issues the tokens of a grant. @returns the body of the token answer, and the access token as recorded. */
export function issueTokens(world: World, grant: Grant, keys: SigningKeys, options: TokenOptions) {
  const { account, registration, scopes } = grant
  const isPerson = !account.isApplication
  const scopesOfToken = isPerson
    ? tokenScopes(account, scopes, world.grants.consented(account, registration))
    : [...scopes]
  const lifetime = lifetimeOf(world, grant)
  const token: AccessToken = {
    ...grant,
    scopes: new Set(scopesOfToken),
    issuedAt: world.now(),
    expiresAt: world.now() + lifetime * 1000,
    refused: false,
  }
  const claims = accessClaims(world, token)
  const accessToken = newAccessToken(account, keys[account.kind], claims)
  world.grants.accessTokens.set(accessToken, token)
  const body: Record<string, unknown> = {
    token_type: 'Bearer',
    ...(isPerson ? { scope: answeredScope(scopesOfToken, grant.asked) } : {}),
    expires_in: world.settings.expiresInAsString ? String(lifetime) : lifetime,
    ext_expires_in: world.settings.expiresInAsString ? String(lifetime) : lifetime,
    access_token: accessToken,
  }
  if (scopes.has('offline_access') && !options.omitRefreshToken) {
    const refreshToken = newRefreshToken(account)
    const family = grant.family ?? new Set()
    const issued = { ...grant, family, issuedAt: world.now() }
    family.add(issued)
    world.grants.refreshTokens.set(refreshToken, issued)
    body.refresh_token = refreshToken
  }
  if (scopes.has('openid')) body.id_token = newIdToken(world, grant, keys, options)
  if (options.clientInfo && isPerson)
    body.client_info = encode({ uid: account.objectId, utid: account.tenantId })
  for (const name of ['access_token', 'refresh_token', 'id_token']) {
    if (typeof body[name] === 'string') world.grants.secrets.add(body[name])
  }
  return { body, token }
}

/**
 * For work accounts 60 to 90 minutes at random, or 20 to 28 hours for clients that can handle a claims
 * challenge; an hour for personal accounts. Sources: entra-docs, identity-platform/access-tokens and
 * claims-challenge.
 */
function lifetimeOf(world: World, grant: Grant): number {
  if (world.settings.accessTtlSeconds !== undefined) return world.settings.accessTtlSeconds
  if (grant.account.kind === 'personal') return 3600
  return grant.claims && /"cp1"/i.test(grant.claims) ? randomInt(72_000, 100_801) : randomInt(3600, 5401)
}

function accessClaims(world: World, token: AccessToken): object {
  const { account } = token
  return {
    aud: graphAppId,
    iss: `${world.origins.sts}/${token.account.tenantId}/`,
    iat: Math.floor(token.issuedAt / 1000),
    nbf: Math.floor(token.issuedAt / 1000),
    exp: Math.floor(token.expiresAt / 1000),
    appid: token.registration.clientId,
    app_displayname: token.registration.name,
    oid: account.objectId,
    tid: account.tenantId,
    ...(account.isApplication ? claimsOfApplication(token) : claimsOfPerson(token)),
    uti: randomBytes(16).toString('base64url'),
    ver: '1.0',
    platf: '14',
    tenant_region_scope: 'EU',
    wids: ['b79fbf4d-3ef9-4689-8143-76b194e85509'],
    sandbox: world.origins.own,
  }
}

function claimsOfPerson({ account, scopes }: AccessToken): object {
  return {
    ...{ idtyp: 'user', name: account.name, upn: account.username },
    scp: [...scopes].join(' '),
    sub: pairwiseSubject(account, graphAppId),
  }
}

/** Source: entra-docs, identity-platform/access-token-claims-reference. */
function claimsOfApplication({ account, scopes }: AccessToken): object {
  const roles = scopes.size > 0 ? { roles: [...scopes] } : {}
  return { idtyp: 'app', appidacr: '1', sub: account.objectId, ...roles }
}

/** What an ID token depends on besides its grant. */
interface IdTokenOptions {
  nonce?: string
  version: Version
  /** What comes with it from the authorization endpoint (OpenID Connect Core, 3.3.2.11). */
  code?: string
  accessToken?: string
}

/** Claims and their conditions: entra-docs, identity-platform/id-token-claims-reference. */
export function newIdToken(
  world: World,
  { account, registration, scopes }: Grant,
  keys: SigningKeys,
  { nonce, version, code, accessToken }: IdTokenOptions,
): string {
  const now = Math.floor(world.now() / 1000)
  const isOld = version === 1
  const [givenName = account.name, ...familyNames] = account.name.split(' ')
  return sign(
    keys[account.kind],
    {
      aud: registration.clientId,
      iss: isOld
        ? `${world.origins.sts}/${account.tenantId}/`
        : `${world.origins.authority}/${account.tenantId}/v2.0`,
      iat: now - 300,
      nbf: now - 300,
      exp: now + 3600,
      aio: randomBytes(72).toString('base64url'),
      ...(isOld
        ? {
            ...{
              amr: ['pwd'],
              family_name: familyNames.join(' '),
              given_name: givenName,
              ipaddr: '127.0.0.1',
            },
            ...{ name: account.name, oid: account.objectId },
            ...{ unique_name: account.username, upn: account.username },
          }
        : scopes.has('profile')
          ? { name: account.name, oid: account.objectId, preferred_username: account.username }
          : {}),
      ...(scopes.has('email') && !isOld ? { email: account.username } : {}),
      ...(nonce === undefined ? {} : { nonce }),
      ...(code === undefined ? {} : { c_hash: halfHash(code) }),
      ...(accessToken === undefined ? {} : { at_hash: halfHash(accessToken) }),
      rh: `1.A${randomBytes(30).toString('base64url')}.`,
      sub: pairwiseSubject(account, registration.clientId),
      tid: account.tenantId,
      uti: randomBytes(16).toString('base64url'),
      ver: isOld ? '1.0' : '2.0',
    },
    isOld ? { x5t: keys[account.kind].kid } : {},
  )
}

/** The left half of a SHA-256 (OpenID Connect Core, 3.3.2.11). */
function halfHash(value: string): string {
  return createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url')
}

/** `sub` differs for each application. */
export function pairwiseSubject(account: Account, clientId: string): string {
  return createHash('sha256').update(`${account.objectId} ${clientId}`).digest('base64url')
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
