import { clientRefusals } from '../state/client-refusals.ts'
import { refusals } from '../state/identity-refusals.ts'
import type { Registration } from '../state/registrations.ts'
import type { Account } from '../state/users.ts'
import type { World } from '../state/world.ts'

/** The OpenID Connect scopes. Source: entra-docs, identity-platform/scopes-oidc. */
const signInScopes = ['openid', 'profile', 'email', 'offline_access']

/** The Graph permissions that the sandbox knows. */
const graphScopes = [
  'User.Read',
  'Files.Read',
  'Files.Read.All',
  'Files.ReadWrite',
  'Files.ReadWrite.All',
  'Files.ReadWrite.AppFolder',
  'Sites.Read.All',
  'Sites.ReadWrite.All',
]

const byLowerCase = new Map([...signInScopes, ...graphScopes].map((scope) => [scope.toLowerCase(), scope]))

/** How the names of permissions look. */
const wellFormed = /^[a-z][\w-]*(\.[\w-]+)*$/i

/** What the registrations list under "API permissions": the meaning of `.default`. */
const registered = ['User.Read', 'Files.ReadWrite.All']

/**
 * Reads a `scope` parameter into canonical short names; names may be prefixed with Graph's host.
 * @param unknown `keep` where it is not known yet who signs in: `scopesFor` refuses unknown scopes by account.
 * @throws IdentityError 70011 for an unknown scope, or for `.default` combined with other scopes.
 */
export function readScopes(parameter: string, unknown: 'keep' | 'refuse' = 'refuse'): Set<string> {
  const scopes = new Set<string>()
  for (const asked of parameter.split(' ').filter(Boolean)) {
    const name = asked.replace(/^https?:\/\/[^/]+\/+/, '')
    const known = byLowerCase.get(name.toLowerCase())
    const mayStay = name === '.default' || (unknown === 'keep' && wellFormed.test(name))
    if (known === undefined && !mayStay) throw refusals.scopeUnknown(asked)
    scopes.add(known ?? name)
  }
  const named = [...scopes].filter((scope) => scope !== '.default' && !signInScopes.includes(scope))
  if (scopes.has('.default') && named.length > 0) throw refusals.scopeUnknown(parameter)
  return scopes
}

/**
 * The scopes that one account grants: `.default`, which personal accounts do not support, is expanded. Source:
 * MicrosoftDocs/azure-docs#37071.
 * @throws IdentityError for a scope that Graph does not have: 650053 under `invalid_client` for a work account, 70011 for
 * a personal one. Source: MicrosoftDocs/azure-docs#37280.
 */
export function scopesFor(
  world: World,
  account: Account,
  registration: Pick<Registration, 'name'>,
  scopes: Set<string>,
): Set<string> {
  const unknown = [...scopes].find((scope) => scope !== '.default' && !byLowerCase.has(scope.toLowerCase()))
  if (unknown !== undefined) {
    throw account.kind === 'work'
      ? clientRefusals.scopeNotInGraph(registration, unknown)
      : refusals.scopeUnknown(unknown)
  }
  const granted = (scope: string) => !world.settings.withheldScopes.includes(scope)
  if (!scopes.has('.default')) return new Set([...scopes].filter(granted))
  if (account.kind === 'personal') throw refusals.scopeUnknown('.default')
  return new Set(
    [...scopes].flatMap((scope) => (scope === '.default' ? registered : [scope])).filter(granted),
  )
}

/** The scopes that need consent. */
export function permissions(scopes: Iterable<string>): string[] {
  return [...scopes].filter((scope) => graphScopes.includes(scope))
}

/**
 * The `scope` of a token answer: never `offline_access`, and often more than requested. Work accounts list
 * everything ever consented to, personal accounts what was requested; both add sign-in scopes. Sources:
 * entra-docs, reference-breaking-changes; OneDrive/onedrive-api-docs#1929.
 */
export function answeredScope(
  account: Account,
  asked: Iterable<string>,
  consented: Iterable<string>,
): string {
  return account.kind === 'work'
    ? ['profile', 'openid', 'email', ...permissions(consented)].join(' ')
    : [...permissions(asked), 'openid', 'profile'].join(' ')
}
