import { pairwiseSubject } from '../identity/tokens.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import type { AccessToken } from '../state/grants.ts'
import { refusals } from '../state/graph-error.ts'
import type { Account } from '../state/users.ts'
import type { World } from '../state/world.ts'
import { readQuery, select } from './query.ts'
import { graphJson } from './replies.ts'

/** `GET /me`. Source: microsoft-graph-docs-contrib, api/user-get. */
export function me(world: World, incoming: Incoming, { account, scopes }: AccessToken): Reply {
  if (incoming.method !== 'GET') throw refusals.methodNotAllowed()
  if (![...scopes].some((scope) => /^(User\.Read(Basic|Write)?(\.All)?|Directory\..*)$/.test(scope))) {
    throw refusals.insufficientPrivileges()
  }
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#users/$entity`,
    ...select(userResource(account), readQuery(incoming.query).select),
  })
}

/** A person as Graph shows it. Source: microsoft-graph-docs-contrib, resources/user. */
export function userResource(account: Account): Record<string, unknown> {
  const [givenName = account.name, ...rest] = account.name.split(' ')
  return {
    businessPhones: [],
    displayName: account.name,
    givenName,
    jobTitle: null,
    mail: account.username,
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    surname: rest.join(' ') || null,
    userPrincipalName: account.username,
    id: account.graphId,
  }
}

/** `/oidc/userinfo`, by GET or POST (OpenID Connect Core, 5.3). */
export function userInfo(world: World, incoming: Incoming, { account, registration }: AccessToken): Reply {
  if (incoming.method !== 'GET' && incoming.method !== 'POST') throw refusals.methodNotAllowed()
  const [givenName = account.name, ...rest] = account.name.split(' ')
  return graphJson(incoming, world, 200, {
    sub: pairwiseSubject(account, registration.clientId),
    name: account.name,
    family_name: rest.join(' '),
    given_name: givenName,
    email: account.username,
  })
}
