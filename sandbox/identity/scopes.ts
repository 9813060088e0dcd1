import { clientRefusals } from '../state/client-refusals.ts'
import { refusals } from '../state/identity-refusals.ts'
import type { Registration } from '../state/registrations.ts'
import type { Account } from '../state/users.ts'
import type { World } from '../state/world.ts'
import { graphPermission } from './graph-permissions.ts'

/** The OpenID Connect scopes. Source: entra-docs, identity-platform/scopes-oidc. */
const signInScopes = ['openid', 'profile', 'email', 'offline_access']

/** For the service that was before Graph. Source: onedrive-api-docs, getting-started/msa-oauth. */
const ofLiveSdk = /^(wl|onedrive)\.[a-z_]+$/i

/** How the names of permissions look. */
const wellFormed = /^[a-z][\w-]*(\.[\w-]+)*$/i

/** What a registration lists under "API permissions" unless it says otherwise: the meaning of `.default`. */
const registered = ['User.Read', 'Files.ReadWrite.All']

/** Graph's application id, which may stand for its address. */
export const graphAppId = '00000003-0000-0000-c000-000000000000'

/** A scope as it was asked for: the resource in front of it, if any, and its name. */
interface AskedScope {
  /** With its slash, such as `https://graph.microsoft.com/`. */
  prefix: string
  name: string
}

function split(parameter: string): AskedScope[] {
  return parameter
    .split(' ')
    .filter(Boolean)
    .map((asked) => {
      const [, prefix = '', name = ''] =
        /^([a-z][a-z0-9+.-]*:\/\/.*\/|[0-9a-f-]{36}\/)?(.*)$/i.exec(asked) ?? []
      return { prefix, name: canonical(name) ?? name }
    })
}

/** The name of a scope as Microsoft writes it; undefined when it does not exist. */
function canonical(name: string): string | undefined {
  const lower = name.toLowerCase()
  return signInScopes.find((scope) => scope === lower) ?? graphPermission(lower)?.name
}

/**
 * Reads a `scope` parameter into short names; names may be prefixed with Graph's address.
 * @param unknown `keep` where it is not known yet who signs in: `scopesFor` refuses unknown scopes by account.
 * @throws IdentityError 70011 for an unknown scope, or for `.default` combined with other scopes; 500011 for a resource
 * other than Graph.
 */
export function readScopes(
  world: World,
  parameter: string,
  unknown: 'keep' | 'refuse' = 'refuse',
): Set<string> {
  const scopes = new Set<string>()
  for (const { prefix, name } of split(parameter)) {
    if (prefix !== '') checkResource(world, prefix)
    if (ofLiveSdk.test(prefix + name))
      throw refusals.notInSandbox('invalid_scope', `scopes of the Live SDK (${name})`)
    const mayStay = name === '.default' || (unknown === 'keep' && wellFormed.test(name))
    if (canonical(name) === undefined && !mayStay) throw refusals.scopeUnknown(prefix + name)
    scopes.add(name)
  }
  const named = [...scopes].filter((scope) => scope !== '.default' && !signInScopes.includes(scope))
  if (scopes.has('.default') && named.length > 0) throw refusals.scopeUnknown(parameter)
  return scopes
}

/**
 * Checks that a resource is Graph, by its address or its application id.
 * @throws IdentityError 500011
 */
function checkResource({ addresses, origins }: World, resource: string): void {
  const name = resource.replace(/\/+$/, '')
  const { host, pathname } = URL.canParse(name) ? new URL(name) : {}
  if (name.toLowerCase() === graphAppId) return
  const isWhole = host !== undefined && /^\/?$/.test(pathname ?? '')
  if (isWhole && (origins.graphHosts.includes(host) || addresses.at(host) === origins.own)) return
  throw clientRefusals.resourceUnknown(name)
}

/**
 * Checks the `resource` of a request, which version 1.0 has in place of scopes, and version 2.0 beside them.
 * @throws IdentityError 500011 or 9010010
 */
export function checkAskedResource(world: World, resource: string | undefined, version: 1 | 2): void {
  if (!resource) return
  try {
    checkResource(world, resource)
  } catch (error) {
    throw version === 1 ? error : clientRefusals.targetMismatch()
  }
}

/**
 * The scopes that one account grants: `.default`, which personal accounts do not support, is expanded. Source:
 * MicrosoftDocs/azure-docs#37071.
 * @throws IdentityError for a scope that the account does not have: 650053 under `invalid_client` for a work account, 70011
 * for a personal one. Source: MicrosoftDocs/azure-docs#37280.
 */
export function scopesFor(
  world: World,
  account: Account,
  registration: Pick<Registration, 'name' | 'permissions'>,
  scopes: Set<string>,
): Set<string> {
  const isKnown = (scope: string) => {
    const permission = graphPermission(scope)
    return permission === undefined
      ? scope === '.default' || signInScopes.includes(scope)
      : account.kind === 'work' || permission.personal
  }
  const unknown = [...scopes].find((scope) => !isKnown(scope))
  if (unknown !== undefined) {
    throw account.kind === 'work'
      ? clientRefusals.scopeNotInGraph(registration, unknown)
      : refusals.scopeUnknown(unknown)
  }
  const granted = (scope: string) => !world.settings.withheldScopes.includes(scope)
  if (!scopes.has('.default')) return new Set([...scopes].filter(granted))
  if (account.kind === 'personal') throw refusals.scopeUnknown('.default')
  const { permissions = registered } = registration
  return new Set(
    [...scopes].flatMap((scope) => (scope === '.default' ? permissions : [scope])).filter(granted),
  )
}

/** The scopes that need consent. */
export function permissions(scopes: Iterable<string>): string[] {
  return [...scopes].filter((scope) => graphPermission(scope) !== undefined)
}

/**
 * The scopes of a token: never `offline_access`, and often more than requested. Work accounts list everything ever
 * consented to, personal accounts what was requested; both add sign-in scopes. Sources: entra-docs,
 * reference-breaking-changes; OneDrive/onedrive-api-docs#1929.
 */
export function tokenScopes(
  account: Account,
  asked: Iterable<string>,
  consented: Iterable<string>,
): string[] {
  return account.kind === 'work'
    ? ['profile', 'openid', 'email', ...permissions(consented)]
    : [...permissions(asked), 'openid', 'profile']
}

/**
 * The `scope` of a token answer: permissions are named as the client asked for them, with the resource in front or without,
 * since MSAL finds a token in its cache by those names; `.default` is repeated. Source: recorded answers.
 */
export function answeredScope(scopes: string[], parameter: string): string {
  const asked = split(parameter)
  const prefixes = new Map(asked.map(({ prefix, name }) => [name, prefix]))
  const [usual = ''] = [...prefixes.values()].filter((prefix) => prefix !== '')
  const named = scopes.map((scope) =>
    signInScopes.includes(scope) ? scope : `${prefixes.get(scope) ?? usual}${scope}`,
  )
  const wholesale = asked.filter(({ name }) => name === '.default').map(({ prefix }) => `${prefix}.default`)
  return [...named, ...wholesale].join(' ')
}
