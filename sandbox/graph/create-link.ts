import type { Incoming, Reply } from '../server/messages.ts'
import type { Drive } from '../state/drive.ts'
import { refusals } from '../state/graph-error.ts'
import { type Item, isFolder } from '../state/items.ts'
import type { LinkLimits, LinkScope, LinkType } from '../state/sharing-links.ts'
import type { World } from '../state/world.ts'
import { readJsonBody } from './json-body.ts'
import { permission } from './permissions.ts'
import { graphJson } from './replies.ts'
import { type DriveRequest, requireItem } from './request.ts'

const types: readonly LinkType[] = ['view', 'edit', 'embed']
/** Beta has these as well, for work drives. Source: microsoft-graph-docs-contrib, beta/api/driveitem-createlink. */
const betaTypes = ['review', 'blocksDownload', 'createOnly', 'addressBar', 'adminDefault']
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
  const { type: askedType } = body
  // Clients fill in every field they know: a scope that is empty is none.
  const askedScope = body.scope || (isPersonal ? 'anonymous' : 'organization')
  const type = readType(drive, item, askedType, /^\/+beta\//.test(incoming.path))
  const scope = scopes.find((one) => one === askedScope)
  if (!scope) throw refusals.invalidRequest('The link scope is invalid.')
  if (isPersonal && scope === 'organization')
    throw refusals.invalidRequest('This drive does not support such links.')
  const { link, made } = world.links.create(drive, item, type, scope, readLimits(world, drive, body))
  return graphJson(incoming, world, made ? 201 : 200, {
    '@odata.context': `${world.origins.graph}/v1.0/$metadata#permission`,
    ...permission(world, drive, item, { link, at: item }),
  })
}

/** `embed` is for files of personal drives. @throws GraphError */
function readType({ owner }: Drive, item: Item, asked: unknown, isBeta: boolean): LinkType {
  if (isBeta && owner.kind === 'work' && betaTypes.includes(String(asked)))
    throw refusals.notInSandbox(`links of the type ${asked}`)
  const type = types.find((one) => one === asked)
  if (!type) throw refusals.invalidRequest('The link type is invalid.')
  if (type === 'embed' && (owner.kind === 'work' || isFolder(item)))
    throw refusals.invalidRequest('This drive does not support such links.')
  return type
}

/** A password is for personal drives; an end is in the future. @throws GraphError */
function readLimits(world: World, { owner }: Drive, body: Record<string, unknown>): LinkLimits {
  const { password, expirationDateTime: end } = body
  const limits: LinkLimits = {}
  if (password !== undefined && password !== null && password !== '') {
    if (typeof password !== 'string' || owner.kind === 'work')
      throw refusals.invalidRequest('A link of this drive cannot have a password.')
    limits.password = password
  }
  if (end !== undefined && end !== null) {
    const expiresAt =
      typeof end === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(end)
        ? Date.parse(end)
        : Number.NaN
    if (!(expiresAt > world.now())) throw refusals.invalidRequest('The expiration of the link is not valid.')
    limits.expiresAt = expiresAt
  }
  return limits
}
