import type { Incoming, Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import type { AccessToken } from '../state/grants.ts'
import { refusals } from '../state/graph-error.ts'
import type { Account } from '../state/users.ts'
import type { World } from '../state/world.ts'
import { authorizeDrive } from './bearer.ts'
import { driveResource } from './item.ts'
import { readQuery, select } from './query.ts'
import { graphJson } from './replies.ts'
import { decode } from './site-address.ts'

/**
 * `GET /me/drives` and `/users/{id}/drives`: the list of a person's single drive; an application's `/drives` are the root
 * site's libraries. Source: microsoft-graph-docs-contrib, api/drive-list.
 * @param userId of somebody else.
 */
export function listDrives(world: World, incoming: Incoming, token: AccessToken, userId?: string): Reply {
  if (incoming.method !== 'GET' && incoming.method !== 'HEAD') throw refusals.methodNotAllowed()
  const { account } = token
  const isOwn = !account.isApplication && userId === undefined
  const reach = authorizeDrive(token, incoming.method, isOwn ? 'own' : 'others')
  if (!reach.wholeDrive) throw refusals.accessDenied()
  const drives =
    userId !== undefined
      ? [driveOfUser(world, token, userId)]
      : isOwn
        ? [world.driveOf(account)]
        : rootLibraries(world, account)
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#drives`,
    value: drives.map((drive) => select(driveResource(world, drive), readQuery(incoming.query).select)),
  })
}

/** @throws GraphError 403 if it is closed to whoever asks. */
function driveOfUser(world: World, token: AccessToken, userId: string): Drive {
  const user = findUser(world, decode(userId))
  if (!user) throw refusals.itemNotFound()
  const drive = world.driveOf(user)
  if (world.rights.roleAt(token.account, drive, drive.root) === undefined) throw refusals.accessDenied()
  return drive
}

/** The person with this user name or id. */
export function findUser(world: World, id: string): Account | undefined {
  return world.accounts.find(({ username, graphId, objectId }) =>
    [username.toLowerCase(), graphId, objectId].includes(id.toLowerCase()),
  )
}

/** The libraries of a directory's root site, if it has one: `/drive` of an application is the first. */
export function rootLibraries(world: World, { tenantId }: Account): Drive[] {
  const site = world.site('', tenantId)
  return site ? world.librariesOf(site) : []
}
