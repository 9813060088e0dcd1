import { readForm } from '../server/forms.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import { otherKeys } from '../state/keys.ts'
import type { Tenant } from '../state/tenants.ts'
import { personalTenantId } from '../state/users.ts'
import type { World } from '../state/world.ts'
import { identityJson } from './replies.ts'
import type { Version } from './version-1.ts'

/**
 * `GET /{tenant}/v2.0/.well-known/openid-configuration`. The issuer of `common` and `organizations` is a
 * template for the token's `tid`. For an alias or domain of a single tenant the endpoints contain its GUID.
 * Sources: entra-docs, identity-platform/access-tokens; openiddict/openiddict-core#1764. That of v1.0, without
 * `/v2.0`, names another issuer and the addresses of v1.0.
 */
export function openidConfiguration(
  world: World,
  incoming: Incoming,
  tenant: Tenant,
  version: Version,
): Reply {
  const { authority: origin, graph, cloud, sts } = world.origins
  const authority = `${origin}/${tenant.id ?? tenant.key}`
  // The endpoints of `consumers` keep the alias.
  const endpoints = tenant.id === personalTenantId ? `${origin}/${tenant.segment}` : authority
  const appid = world.settings.signingKeys === 'app' ? readForm(incoming.query).get('appid') : undefined
  const ofApp = appid === undefined ? '' : `?appid=${encodeURIComponent(appid)}`
  const isOld = version === 1
  const oauth = `${endpoints}/oauth2${isOld ? '' : '/v2.0'}`
  const issuer = isOld
    ? `${sts}/${tenant.id ?? '{tenantid}'}/`
    : tenant.id === undefined
      ? `${origin}/{tenantid}/v2.0`
      : `${authority}/v2.0`
  return identityJson(incoming, 200, {
    token_endpoint: `${oauth}/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${endpoints}/discovery${isOld ? '' : '/v2.0'}/keys${ofApp}`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: isOld ? ['openid'] : ['openid', 'profile', 'email', 'offline_access'],
    issuer,
    ...(isOld ? { microsoft_multi_refresh_token: true } : { request_uri_parameter_supported: false }),
    userinfo_endpoint: isOld ? `${endpoints}/openid/userinfo` : `${graph}/oidc/userinfo`,
    authorization_endpoint: `${oauth}/authorize`,
    device_authorization_endpoint: `${oauth}/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${oauth}/logout`,
    claims_supported: claims,
    tenant_region_scope: tenant.id === undefined || tenant.id === personalTenantId ? null : 'EU',
    cloud_instance_name: cloud.instance,
    cloud_graph_host_name: cloud.directory,
    msgraph_host: cloud.graph,
    rbac_url: cloud.roles,
  })
}

const claims = [
  'sub',
  'iss',
  'cloud_instance_name',
  'cloud_instance_host_name',
  'cloud_graph_host_name',
  'msgraph_host',
  'aud',
  'exp',
  'iat',
  'auth_time',
  'acr',
  'nonce',
  'preferred_username',
  'name',
  'tid',
  'ver',
  'at_hash',
  'c_hash',
  'email',
]

/**
 * `GET /{tenant}/discovery/v2.0/keys`, and `/discovery/keys` of v1.0. Each key names the issuer that it signs for: the template, or the
 * fixed issuer of personal accounts. Source: entra-docs, identity-platform/access-tokens. With keys of an application's
 * own, only a request that names it gets them; see `signingKeys` of the settings.
 */
export async function keySet(world: World, incoming: Incoming, _: Tenant, version: Version): Promise<Reply> {
  const isHidden = world.settings.signingKeys === 'app' && !readForm(incoming.query).has('appid')
  const keys = await (isHidden ? otherKeys() : world.keys)
  const entry = (kind: 'work' | 'personal', issuer: string) => ({
    ...keys[kind].publicJwk,
    use: 'sig',
    kid: keys[kind].kid,
    x5t: keys[kind].kid,
    x5c: keys[kind].x5c,
    ...(version === 1 ? {} : { issuer }),
  })
  return identityJson(incoming, 200, {
    keys: [
      entry('work', `${world.origins.authority}/{tenantid}/v2.0`),
      entry('personal', `${world.origins.authority}/${personalTenantId}/v2.0`),
    ],
  })
}
