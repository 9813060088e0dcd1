import { readForm } from '../server/forms.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import { tenantOf } from '../state/sites.ts'
import type { World } from '../state/world.ts'
import { driveItem } from './item.ts'
import { select } from './query.ts'
import { remoteItem } from './remote-item.ts'
import { graphJson } from './replies.ts'
import type { DriveRequest } from './request.ts'

/**
 * `GET /me/drive/sharedWithMe`: what others shared with this person, and with this person alone; from other organizations
 * only with `?allowexternal=true`. A scope that does not end in `.All` neither opens the items nor shows all of their
 * properties. Source: microsoft-graph-docs-contrib, api/drive-sharedwithme.
 */
export function sharedWithMe(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive, options, opensShared } = request
  const { owner } = drive
  const rights = 'username' in owner ? world.rights.sharedWith(owner) : []
  const isAsked = readForm(incoming.query).get('allowexternal')?.toLowerCase() === 'true'
  const value = rights.flatMap(({ drive: of, itemId, since }) => {
    const item = of.find(itemId)
    if (!item || (!isAsked && tenantOf(of.owner) !== tenantOf(owner))) return []
    const { id, name, size, webUrl, folder, file, createdBy, lastModifiedBy } = driveItem(world, of, item)
    const sharing = { sharedDateTime: new Date(since).toISOString(), owner: createdBy, scope: 'users' }
    const remote = { ...remoteItem(world, { driveId: of.id, id: item.id }), shared: sharing }
    const kind = folder ? { folder } : { file }
    if (!opensShared) return [select({ id, name, ...kind, remoteItem: bare(remote) }, options.select)]
    const whole = { id, name, size, webUrl, createdBy, lastModifiedBy, remoteItem: remote }
    return [select({ ...whole, ...kind }, options.select)]
  })
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#Collection(driveItem)`,
    value,
  })
}

/** What is told of an item that the token does not open: what it is, and where. */
function bare(remote: object): object {
  const told = ['id', 'name', 'folder', 'file', 'parentReference']
  return Object.fromEntries(Object.entries(remote).filter(([name]) => told.includes(name)))
}
