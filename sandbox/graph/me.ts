import { pairwiseSubject } from '../identity/tokens.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import type { AccessToken } from '../state/grants.ts'
import { GraphError, refusals } from '../state/graph-error.ts'
import type { World } from '../state/world.ts'
import { readQuery, select } from './query.ts'
import { graphJson } from './replies.ts'

/** `GET /me`. Source: microsoft-graph-docs-contrib, api/user-get. */
export function me(world: World, incoming: Incoming, { account, scopes }: AccessToken): Reply {
  if (incoming.method !== 'GET') throw refusals.methodNotAllowed()
  if (![...scopes].some((scope) => /^(User\.Read(Basic|Write)?(\.All)?|Directory\..*)$/.test(scope))) {
    throw new GraphError(
      403,
      'Authorization_RequestDenied',
      'Insufficient privileges to complete the operation.',
    )
  }
  const [givenName = account.name, ...rest] = account.name.split(' ')
  const user = {
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
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#users/$entity`,
    ...select(user, readQuery(incoming.query).select),
  })
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
