import type { Incoming, Reply } from '../server/messages.ts'
import type { AccessToken } from '../state/grants.ts'
import { refusals } from '../state/graph-error.ts'
import type { World } from '../state/world.ts'
import { userResource } from './me.ts'
import { readQuery, select } from './query.ts'
import { graphJson } from './replies.ts'
import { decode } from './site-address.ts'

const mayRead = /^(User\.Read(Basic|Write)?\.All|Directory\.Read(Write)?\.All)$/
/** What a list of users can be asked for and the sandbox does not answer. */
const queries = /(^|&)(\$|%24)(filter|search|orderby|expand|count)=/i

/**
 * `GET /users` and `/users/{id}`: the people of one's own directory, which an application needs to find their drives.
 * Undefined for any other path. Sources: microsoft-graph-docs-contrib, api/user-list and user-get.
 * @throws GraphError
 */
export function answerUsers(
  world: World,
  incoming: Incoming,
  token: AccessToken,
  path: string,
): Reply | undefined {
  const [whole, sent] = /^\/users(?:\/([^/]+))?\/?$/.exec(path) ?? []
  if (whole === undefined) return undefined
  if (incoming.method !== 'GET' && incoming.method !== 'HEAD') throw refusals.methodNotAllowed()
  const { account, scopes } = token
  if (account.kind === 'personal' || ![...scopes].some((scope) => mayRead.test(scope)))
    throw refusals.insufficientPrivileges()
  if (queries.test(incoming.query)) throw refusals.notInSandbox('queries of users')
  const people = world.accounts.filter(({ tenantId }) => tenantId === account.tenantId)
  const chosen = readQuery(incoming.query).select
  const context = `${world.origins.graph}/v1.0/$metadata#users`
  if (sent === undefined) {
    const value = people.map((person) => select(userResource(person), chosen))
    return graphJson(incoming, world, 200, { '@odata.context': context, value })
  }
  const id = decode(sent)
  const found = people.find(({ username, graphId }) =>
    [username.toLowerCase(), graphId].includes(id.toLowerCase()),
  )
  if (!found) throw refusals.userNotFound(id)
  return graphJson(incoming, world, 200, {
    '@odata.context': `${context}/$entity`,
    ...select(userResource(found), chosen),
  })
}
