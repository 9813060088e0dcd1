import type { Incoming, Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import { refusals } from '../state/graph-error.ts'
import type { Item } from '../state/items.ts'
import type { Right } from '../state/rights.ts'
import type { SharingLink } from '../state/sharing-links.ts'
import { isLibrary } from '../state/sites.ts'
import { linkUrlOf } from '../state/web-addresses.ts'
import type { World } from '../state/world.ts'
import { identity } from './item.ts'
import { readJsonBody } from './json-body.ts'
import { graphHeaders, graphJson } from './replies.ts'
import { type DriveRequest, requireItem } from './request.ts'

/** What gives somebody access to an item: a right that was granted, or a sharing link, at the item or above it. */
type Source = { right: Right; at: Item } | { link: SharingLink; at: Item }

/** `GET …/permissions`. Source: microsoft-graph-docs-contrib, api/driveitem-list-permissions. */
export function listPermissions(world: World, incoming: Incoming, request: DriveRequest): Reply {
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#Collection(permission)`,
    value: permissionsOf(world, request.drive, requireItem(request)),
  })
}

/** The owner's, those given at the item, and those it has from the folders above. */
export function permissionsOf(world: World, drive: Drive, item: Item): object[] {
  const own = isLibrary(drive.owner)
    ? []
    : [{ id: idOf('owner'), roles: ['owner'], ...granted(world, drive, drive.owner.username) }]
  return [...own, ...sourcesOf(world, drive, item).map((source) => permission(world, drive, item, source))]
}

/** `GET …/permissions/{id}` */
export function getPermission(world: World, incoming: Incoming, request: DriveRequest): Reply {
  return permissionReply(world, incoming, request, findSource(world, request))
}

/**
 * `PATCH …/permissions/{id}`: the roles of a granted right. Source: microsoft-graph-docs-contrib, api/permission-update.
 */
export function updatePermission(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const source = requireOwn(request, findSource(world, request))
  if ('link' in source) throw refusals.invalidRequest('The roles of a sharing link cannot be changed.')
  const right = { ...source.right, role: readRole(readJsonBody(incoming).roles) }
  world.rights.grant(right)
  return permissionReply(world, incoming, request, { right, at: source.at })
}

/** `DELETE …/permissions/{id}`; what is inherited stays. Source: microsoft-graph-docs-contrib, api/permission-delete. */
export function deletePermission(world: World, incoming: Incoming, request: DriveRequest): Reply {
  const source = requireOwn(request, findSource(world, request))
  if ('link' in source) world.links.remove(source.link.token)
  else
    world.rights.withdraw(
      request.drive,
      source.at,
      'username' in source.right.to ? source.right.to : undefined,
    )
  return { status: 204, headers: graphHeaders(incoming, world) }
}

/** A permission as Graph sends it. Source: microsoft-graph-docs-contrib, resources/permission. */
export function permission(world: World, drive: Drive, item: Item, source: Source): Record<string, unknown> {
  const { at } = source
  const inherited =
    at === item
      ? {}
      : {
          inheritedFrom: { driveId: drive.id, id: at.id, path: `/drives/${drive.id}/root:${drive.path(at)}` },
        }
  if ('right' in source) {
    const { role, to } = source.right
    const who =
      'username' in to
        ? granted(world, drive, to.username)
        : { grantedToV2: { group: { displayName: 'Everyone' } } }
    return { id: sourceId(source), roles: [role], ...who, ...inherited }
  }
  const { type, scope, hasPassword = false, expiresAt } = source.link
  const webUrl = linkUrlOf(world.origins, source.link, at)
  return {
    id: sourceId(source),
    roles: [type === 'edit' ? 'write' : 'read'],
    shareId: `u!${Buffer.from(webUrl).toString('base64url')}`,
    hasPassword,
    ...(expiresAt === undefined
      ? {}
      : { expirationDateTime: new Date(expiresAt).toISOString().replace(/\.\d+Z$/, 'Z') }),
    link: { type, scope, webUrl, preventsDownload: false },
    ...inherited,
  }
}

/** The one role in a list of them. @throws GraphError */
export function readRole(roles: unknown): 'read' | 'write' {
  const [role] = Array.isArray(roles) && roles.length === 1 ? roles : []
  if (role !== 'read' && role !== 'write') throw refusals.invalidRequest('The roles must be read or write.')
  return role
}

function permissionReply(world: World, incoming: Incoming, request: DriveRequest, source: Source): Reply {
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#permission`,
    ...permission(world, request.drive, requireItem(request), source),
  })
}

function sourcesOf(world: World, drive: Drive, item: Item): Source[] {
  const found: Source[] = []
  for (let at: Item | undefined = item; at; at = at.parent) {
    for (const right of world.rights.at(drive, at)) found.push({ right, at })
    for (const link of world.links.of(drive, at)) found.push({ link, at })
  }
  return found
}

/** @throws GraphError 404 */
function findSource(world: World, request: DriveRequest): Source {
  const id = request.address.of.split('/')[1] ?? ''
  const found = sourcesOf(world, request.drive, requireItem(request)).find((one) => sourceId(one) === id)
  if (!found) throw refusals.itemNotFound()
  return found
}

function requireOwn(request: DriveRequest, source: Source): Source {
  if (source.at !== request.item)
    throw refusals.invalidRequest('An inherited permission cannot be changed here.')
  return source
}

function sourceId(source: Source): string {
  if ('link' in source) return source.link.token
  const { to } = source.right
  return idOf('username' in to ? to.username : to.tenantId)
}

function idOf(who: string): string {
  return Buffer.from(`i:0#.f|membership|${who.toLowerCase()}`).toString('base64url')
}

function granted(world: World, drive: Drive, username: string): object {
  const user = identity(world, drive, username)
  return { grantedToV2: { user }, grantedTo: { user } }
}
