import type { Incoming, Reply } from '../server/messages.ts'
import type { AccessToken } from '../state/grants.ts'
import { refusals } from '../state/graph-error.ts'
import type { World } from '../state/world.ts'
import { authorizeDrive } from './bearer.ts'
import { driveResource } from './item.ts'
import { readQuery, select } from './query.ts'
import { graphJson } from './replies.ts'

/**
 * `GET /me/drives`: the list of the user's single drive. Source: microsoft-graph-docs-contrib,
 * api/drive-list.
 */
export function listDrives(world: World, incoming: Incoming, token: AccessToken): Reply {
  if (incoming.method !== 'GET' && incoming.method !== 'HEAD') throw refusals.methodNotAllowed()
  if (!authorizeDrive(token, incoming.method).wholeDrive) throw refusals.accessDenied()
  const drive = driveResource(world, world.driveOf(token.account))
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#drives`,
    value: [select(drive, readQuery(incoming.query).select)],
  })
}
