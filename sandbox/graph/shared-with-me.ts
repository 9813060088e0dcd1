import type { Incoming, Reply } from '../server/messages.ts'
import type { World } from '../state/world.ts'
import { driveItem } from './item.ts'
import { select } from './query.ts'
import { remoteItem } from './remote-item.ts'
import { graphJson } from './replies.ts'
import type { DriveRequest } from './request.ts'

/**
 * `GET /me/drive/sharedWithMe`: what others shared with this person, and with this person alone. Source:
 * microsoft-graph-docs-contrib, api/drive-sharedwithme.
 */
export function sharedWithMe(world: World, incoming: Incoming, { drive, options }: DriveRequest): Reply {
  const { owner } = drive
  const rights = 'username' in owner ? world.rights.sharedWith(owner) : []
  const value = rights.flatMap(({ drive: of, itemId, since }) => {
    const item = of.find(itemId)
    if (!item) return []
    const { id, name, size, webUrl, folder, file, createdBy, lastModifiedBy } = driveItem(world, of, item)
    const sharing = { sharedDateTime: new Date(since).toISOString(), owner: createdBy, scope: 'users' }
    const remote = { ...remoteItem(world, { driveId: of.id, id: item.id }), shared: sharing }
    const whole = { id, name, size, webUrl, createdBy, lastModifiedBy, remoteItem: remote }
    return [select({ ...whole, ...(folder ? { folder } : { file }) }, options.select)]
  })
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#Collection(driveItem)`,
    value,
  })
}
