import type { Incoming, Reply } from '../server/messages.ts'
import { refusals } from '../state/graph-error.ts'
import type { Account } from '../state/users.ts'
import type { World } from '../state/world.ts'
import { isObject, readJsonBody } from './json-body.ts'
import { permission, readRole } from './permissions.ts'
import { graphJson } from './replies.ts'
import { type DriveRequest, requireItem } from './request.ts'

/**
 * `POST …/invite`: gives persons rights to an item; no mail is sent. Source: microsoft-graph-docs-contrib,
 * api/driveitem-invite.
 */
export function invite(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive } = request
  const item = requireItem(request)
  const { recipients, roles } = readJsonBody(incoming)
  const role = readRole(roles)
  if (!Array.isArray(recipients) || recipients.length === 0)
    throw refusals.invalidRequest('The recipients are missing.')
  const people = recipients.map((one) => resolve(world, one))
  const value = people.map((to) => {
    const right = { drive, itemId: item.id, to, role, since: world.now() }
    world.rights.grant(right)
    return permission(world, drive, item, { right, at: item })
  })
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#Collection(permission)`,
    value,
  })
}

/** By mail address, alias or object id. @throws GraphError for somebody who is not in the sandbox. */
function resolve(world: World, recipient: unknown): Account {
  const { email, alias, objectId } = isObject(recipient) ? recipient : {}
  const account = world.accounts.find(
    (one) =>
      (typeof email === 'string' && one.username.toLowerCase() === email.toLowerCase()) ||
      (typeof alias === 'string' && one.username.toLowerCase().startsWith(`${alias.toLowerCase()}@`)) ||
      (typeof objectId === 'string' && one.objectId === objectId),
  )
  if (!account) throw refusals.invalidRequest('A recipient cannot be found.', 'noResolvedUsers')
  return account
}
