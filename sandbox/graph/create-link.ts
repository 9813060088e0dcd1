import { createHash } from 'node:crypto'
import type { Incoming, Reply } from '../server/messages.ts'
import { refusals } from '../state/graph-error.ts'
import type { Item } from '../state/items.ts'
import { organisationOf } from '../state/origins.ts'
import type { World } from '../state/world.ts'
import { readJsonBody } from './json-body.ts'
import { graphJson } from './replies.ts'
import { type DriveRequest, requireItem } from './request.ts'

const types = ['view', 'edit', 'embed']
const scopes = ['anonymous', 'organization', 'users']

/** The links created so far, by kind: the same link is only created once. */
const links = new WeakMap<Item, Map<string, object>>()

/**
 * `POST …/createLink`: 201 for a new link, 200 for an existing one; the default scope depends on the drive.
 * Source: microsoft-graph-docs-contrib, api/driveitem-createlink.
 */
export function createLink(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const { drive } = request
  const item = requireItem(request)
  const isPersonal = drive.owner.kind === 'personal'
  const { type, scope = isPersonal ? 'anonymous' : 'organization' } = readJsonBody(incoming)
  if (typeof type !== 'string' || !types.includes(type))
    throw refusals.invalidRequest('The link type is invalid.')
  if (typeof scope !== 'string' || !scopes.includes(scope))
    throw refusals.invalidRequest('The link scope is invalid.')
  if (isPersonal ? scope === 'organization' : type === 'embed')
    throw refusals.invalidRequest('This drive does not support such links.')
  const made = links.get(item) ?? new Map<string, object>()
  links.set(item, made)
  const known = made.get(`${type} ${scope}`)
  const id = createHash('sha256').update(`${item.id} ${type} ${scope}`).digest('base64url').slice(0, 22)
  const { shortLinks, sharePoint } = world.origins
  const origin = isPersonal ? shortLinks : sharePoint(`${organisationOf(drive.owner.domain)}-my`)
  const permission = known ?? {
    id,
    roles: [type === 'edit' ? 'write' : 'read'],
    shareId: `u!${id}`,
    hasPassword: false,
    link: { type, scope, webUrl: `${origin}/:u:/g/${id}`, preventsDownload: false },
  }
  made.set(`${type} ${scope}`, permission)
  return graphJson(incoming, world, known ? 200 : 201, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#permission`,
    ...permission,
  })
}
