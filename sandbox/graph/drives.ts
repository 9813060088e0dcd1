import type { Incoming, Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import type { AccessToken } from '../state/grants.ts'
import { refusals } from '../state/graph-error.ts'
import type { World } from '../state/world.ts'
import type { Address } from './address.ts'
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

/** The user's own drive: by `/me`, by the user's id or name, or by its id. Drives of others are refused. */
export function findDrive(world: World, token: AccessToken, { driveId, userId }: Address): Drive {
  const own = world.driveOf(token.account)
  if (userId !== undefined) {
    const user = world.accounts.find(({ username, graphId, objectId }) =>
      [username.toLowerCase(), graphId, objectId].includes(userId.toLowerCase()),
    )
    if (user === token.account) return own
    throw user ? refusals.accessDenied() : refusals.itemNotFound()
  }
  if (driveId === undefined || driveId === own.id) return own
  // The case of personal drive ids varies. Source: onedrive-api-docs#1890.
  const drive = world.drives.get(driveId.toLowerCase())
  if (drive === own && own.owner.kind === 'personal') return own
  throw drive && drive !== own ? refusals.accessDenied() : refusals.itemNotFound()
}
