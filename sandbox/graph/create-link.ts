import type { Incoming, Reply } from '../server/messages.ts'
import { refusals } from '../state/graph-error.ts'
import type { LinkScope, LinkType } from '../state/sharing-links.ts'
import { linkUrlOf } from '../state/web-addresses.ts'
import type { World } from '../state/world.ts'
import { readJsonBody } from './json-body.ts'
import { graphJson } from './replies.ts'
import { type DriveRequest, requireItem } from './request.ts'

const types: readonly LinkType[] = ['view', 'edit', 'embed']
const scopes: readonly LinkScope[] = ['anonymous', 'organization', 'users']

/**
 * `POST …/createLink`: 201 for a new link, 200 for an existing one; the default scope depends on the drive.
 * Source: microsoft-graph-docs-contrib, api/driveitem-createlink.
 */
export function createLink(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive } = request
  const item = requireItem(request)
  const isPersonal = drive.owner.kind === 'personal'
  const body = readJsonBody(incoming)
  const { type: askedType, scope: askedScope = isPersonal ? 'anonymous' : 'organization' } = body
  const type = types.find((one) => one === askedType)
  if (!type) throw refusals.invalidRequest('The link type is invalid.')
  const scope = scopes.find((one) => one === askedScope)
  if (!scope) throw refusals.invalidRequest('The link scope is invalid.')
  if (isPersonal ? scope === 'organization' : type === 'embed')
    throw refusals.invalidRequest('This drive does not support such links.')
  const { link, made } = world.links.create(drive, item, type, scope)
  const webUrl = linkUrlOf(world.origins, link, item)
  return graphJson(incoming, world, made ? 201 : 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#permission`,
    id: link.token,
    roles: [type === 'edit' ? 'write' : 'read'],
    shareId: `u!${Buffer.from(webUrl).toString('base64url')}`,
    hasPassword: false,
    link: { type, scope, webUrl, preventsDownload: false },
  })
}
