import { header, type Incoming, type Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import type { AccessToken } from '../state/grants.ts'
import { GraphError, refusals } from '../state/graph-error.ts'
import type { Item } from '../state/items.ts'
import type { Role } from '../state/rights.ts'
import type { SharingLink } from '../state/sharing-links.ts'
import { isLibrary } from '../state/sites.ts'
import type { Account } from '../state/users.ts'
import { placeAt } from '../state/web-place.ts'
import type { World } from '../state/world.ts'
import { authorizeDrive } from './bearer.ts'
import { driveItem, driveOwner } from './item.ts'
import { graphJson } from './replies.ts'

/** What a share stands for, and what its link allows for this one request. */
export interface Share {
  drive: Drive
  item: Item
  lent?: Role
}

/**
 * Opens the `{token}` of `/shares/{token}`: the token of a sharing link, or `u!` and the base64url of its URL or of the
 * plain URL of a folder or file. A link that the person has no right behind has to be redeemed. Sources:
 * microsoft-graph-docs-contrib, api/shares-get; microsoft-graph-docs#15023.
 * @throws GraphError
 */
export function openShare(world: World, incoming: Incoming, account: Account, token: string): Share {
  const url = readToken(token)
  const link = world.links.find(url === undefined ? token : lastSegment(url))
  if (link) return openLink(world, incoming, account, link)
  if (url === undefined) throw refusals.shareKeyInvalid()
  // Source: msgraph-sdk-dotnet#2604.
  if (/\/_layouts\/15\/doc\.aspx$/i.test(new URL(url).pathname)) throw refusals.shareKeyInvalid()
  const place = account.moods.shares === 'links' ? undefined : placeAt(world, url)
  if (!place || world.rights.roleAt(account, place.drive, place.item) === undefined)
    throw refusals.shareRefused()
  return place
}

const itself = /^\/shares\/([^/:]+)\/?$/

/**
 * `GET /shares/{token}`: the share itself, with its item if `$expand` asks for it. Undefined for any other path. Source:
 * microsoft-graph-docs-contrib, resources/shareddriveitem.
 */
export function answerShare(
  world: World,
  incoming: Incoming,
  token: AccessToken,
  path: string,
): Reply | undefined {
  const encoded = itself.exec(path)?.[1]
  if (encoded === undefined) return undefined
  if (incoming.method !== 'GET' && incoming.method !== 'HEAD') throw refusals.methodNotAllowed()
  authorizeDrive(token, incoming.method)
  const { drive, item } = openShare(world, incoming, token.account, decode(encoded))
  const expand = new URLSearchParams(incoming.query)
  const relation = (expand.get('$expand') ?? expand.get('expand') ?? '').replace(/\(.*$/, '')
  return graphJson(incoming, world, 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#shares/$entity`,
    id: decode(encoded),
    name: item.name,
    owner: driveOwner(world, drive),
    ...(relation === 'driveItem' || relation === 'root' ? { [relation]: driveItem(world, drive, item) } : {}),
  })
}

function decode(token: string): string {
  try {
    return decodeURIComponent(token)
  } catch {
    throw refusals.shareKeyInvalid()
  }
}

function openLink(world: World, incoming: Incoming, account: Account, link: SharingLink): Share {
  const { drive, itemId, type } = link
  const item = drive.find(itemId)
  if (!item || (link.expiresAt ?? Number.POSITIVE_INFINITY) <= world.now()) throw refusals.shareRefused()
  const kind = isLibrary(drive.owner) ? 'work' : drive.owner.kind
  // A personal link opened by a work account. Source: microsoft-graph-docs#622.
  if (kind === 'personal' && account.kind === 'work')
    throw new GraphError(401, 'unauthenticated', 'The caller is not authenticated.')
  const own = world.rights.roleAt(account, drive, item)
  if (own === undefined && !isFor(link, account)) throw refusals.shareRefused()
  const role = type === 'edit' ? 'write' : 'read'
  const prefer = header(incoming, 'prefer') ?? ''
  const redeems = /\bredeemSharingLink\b/i.test(prefer)
  if (redeems) {
    if (own === undefined || (own === 'read' && role === 'write'))
      world.rights.grant({ drive, itemId, to: account, role, since: world.now() })
  } else if (own === undefined && kind === 'work' && !/\bredeemSharingLinkIfNecessary\b/i.test(prefer)) {
    throw refusals.shareRefused()
  }
  return { drive, item, lent: role }
}

function isFor({ scope, drive }: SharingLink, account: Account): boolean {
  const { owner } = drive
  const tenantId = isLibrary(owner) ? owner.site.tenantId : owner.tenantId
  return scope === 'anonymous' || (scope === 'organization' && tenantId === account.tenantId)
}

/** The URL in an encoded token; undefined for the token of a link itself. @throws GraphError for a malformed one. */
function readToken(token: string): string | undefined {
  const [, encoded] = /^u!(.*)$/s.exec(token) ?? []
  if (encoded === undefined) return undefined
  if (!/^[A-Za-z0-9_-]+$/.test(encoded) || encoded.length % 4 === 1) throw refusals.shareKeyInvalid()
  const url = Buffer.from(encoded, 'base64url').toString('utf8')
  if (!URL.canParse(url)) throw refusals.shareKeyInvalid()
  return url
}

/** Of a sharing link that is its token; people copy it with `?e=…` behind it. */
function lastSegment(url: string): string {
  return new URL(url).pathname.split('/').at(-1) ?? ''
}
