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

/**
 * `GET /me/drives`: the list of the user's single drive; an application's is of the root site's libraries. Source:
 * microsoft-graph-docs-contrib, api/drive-list.
 */
export function listDrives(world: World, incoming: Incoming, token: AccessToken): Reply {
  if (incoming.method !== 'GET' && incoming.method !== 'HEAD') throw refusals.methodNotAllowed()
  const { account } = token
  const reach = authorizeDrive(token, incoming.method, account.isApplication ? 'others' : 'own')
  if (!reach.wholeDrive) throw refusals.accessDenied()
  const drives = account.isApplication ? rootLibraries(world, account) : [world.driveOf(account)]
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#drives`,
    value: drives.map((drive) => select(driveResource(world, drive), readQuery(incoming.query).select)),
  })
}

/** The libraries of a directory's root site, if it has one: `/drive` of an application is the first. */
export function rootLibraries(world: World, { tenantId }: Account): Drive[] {
  const site = world.site('', tenantId)
  return site ? world.librariesOf(site) : []
}
