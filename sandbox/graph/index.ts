import type { Incoming, Reply } from '../server/messages.ts'
import type { AccessToken } from '../state/grants.ts'
import { GraphError, refusals } from '../state/graph-error.ts'
import type { Item } from '../state/items.ts'
import type { World } from '../state/world.ts'
import { readAddress } from './address.ts'
import { answerBatch, isBatch, type Snapshot } from './batch.ts'
import { authenticate, authorizeDrive, authorizeSites, opensOthers } from './bearer.ts'
import { listDrives } from './drives.ts'
import { leadsElsewhere } from './elsewhere.ts'
import { withNames, withoutEmptySegments, withPlainKeys } from './key-segments.ts'
import { deepest, type Located, locate } from './locate.ts'
import { me, userInfo } from './me.ts'
import { asDriveReads, refuseSimilarPath } from './moods.ts'
import { findOperation } from './operations.ts'
import { readQuery } from './query.ts'
import { errorReply } from './replies.ts'
import { requireWithin, requireWrite } from './request.ts'
import { answerShare } from './shares.ts'
import { refuseMounted } from './shortcuts.ts'
import { withSitePaths } from './site-address.ts'
import { answerSites } from './sites.ts'
import { specialFolder } from './special.ts'
import { stayBelowLimit } from './stay-below-limit.ts'
import { answerUsers } from './users.ts'

const version = /^\/(v1\.0|beta)(?=\/)/
/** Outside the version; named by the identity platform's discovery. */
const userInfoPath = '/oidc/userinfo'

/** Whether a path belongs to Graph. */
export function isGraph(path: string): boolean {
  return path === userInfoPath || version.test(withoutEmptySegments(path))
}

function withoutVersion({ path }: Incoming): string {
  return withoutEmptySegments(path).replace(version, '')
}

/** What Graph answers outside its versions. Source: microsoftgraph/msgraph-sample-blazor-clientside#94. */
export function unknownVersion(world: World, incoming: Incoming): Reply {
  return errorReply(refusals.badRequest('Invalid version.'), incoming, world)
}

/** Answers a request to Graph; errors are JSON of one shape. */
export function answerGraph(world: World, incoming: Incoming): Reply | Promise<Reply> {
  if (isBatch(withoutVersion(incoming))) {
    const one = (inner: Incoming, asOf?: Snapshot) =>
      guarded(world, inner, (_, request) => answer(world, request, asOf))
    return guarded(world, incoming, () => {
      authenticate(world, incoming)
      return answerBatch(world, incoming, one)
    })
  }
  return guarded(world, incoming, (_, request) => answer(world, request))
}

function guarded<T>(
  world: World,
  incoming: Incoming,
  work: (world: World, incoming: Incoming) => T,
): T | Reply {
  try {
    return work(world, incoming)
  } catch (error) {
    if (!(error instanceof GraphError)) throw error
    return errorReply(error, incoming, world)
  }
}

/** @param asOf for a request in a parallel batch: it does not see what the others create. */
function answer(world: World, incoming: Incoming, asOf?: Snapshot): Reply {
  const token = authenticate(world, incoming)
  world.acting = token.account
  stayBelowLimit(world, token, incoming)
  const path = withPlainKeys(withSitePaths(withoutVersion(incoming)))
  const isOfPerson = incoming.path === userInfoPath || /^\/me(\/|$)/.test(path)
  if (isOfPerson && token.account.isApplication) throw refusals.delegatedOnly()
  if (incoming.path === userInfoPath) return userInfo(world, incoming, token)
  const own = asMe(token, path)
  if (/^\/me\/?$/.test(own)) return me(world, incoming, token)
  const drives = /^\/(?:(?:me|users\/(?<userId>[^/]+))\/)?drives\/?$/.exec(own)
  if (drives) return listDrives(world, incoming, token, drives.groups?.userId)
  return (
    answerUsers(world, incoming, token, path) ??
    answerSites(world, incoming, token, path) ??
    answerShare(world, incoming, token, path) ??
    answerDrive(world, incoming, { token, path, ...(asOf ? { asOf } : {}) })
  )
}

/** The path, with `/users/{id}` of the person who asks as `/me`. */
function asMe({ account }: AccessToken, path: string): string {
  const [whole, id = ''] = /^\/users\/([^/]+)/.exec(path) ?? []
  const own = [account.username.toLowerCase(), account.graphId, account.objectId]
  return whole !== undefined && own.includes(decodeURIComponent(id).toLowerCase())
    ? `/me${path.slice(whole.length)}`
    : path
}

function answerDrive(
  world: World,
  incoming: Incoming,
  { token, path, asOf }: { token: AccessToken; path: string; asOf?: Snapshot },
): Reply {
  const { method } = incoming
  const read = readAddress(path, incoming.query)
  if (!read) throw leadsElsewhere(path)
  const ofDrive = [read.itemId, read.special, read.share].every((one) => one === undefined)
  const operation = findOperation(read.of, ofDrive, method)
  if (read.site?.path !== undefined) authorizeSites(token)
  const located = locate(world, incoming, token, read)
  const { drive, roleAt } = located
  // A share is read with less. Source: microsoft-graph-docs-contrib, api/shares-get.
  const isOpen = drive.owner === token.account || (read.share !== undefined && isReading(method))
  const reach = authorizeDrive(token, method, isOpen ? 'own' : 'others')
  const spelled = asDriveReads(drive, read)
  if (ofDrive || spelled.special !== undefined) requireRole(located, drive.root, method)
  const special = (name: string) => specialFolder(world, token, drive, { name, method, reach })
  const confinedTo = reach.wholeDrive ? undefined : special('approot')
  const byId = located.shared ?? drive.find(spelled.itemId ?? '')
  const start = spelled.special === undefined ? byId : special(spelled.special)
  const address = withNames(drive, start, spelled)
  requireWithin(confinedTo, start)
  const item = start && drive.walk(start, address.names, asOf?.get(drive))
  if (!start && !ofDrive && !world.rights.reaches(token.account, drive)) throw refusals.accessDenied()
  if (start) {
    refuseMounted(drive, start, address, method)
    const at = item ?? deepest(drive, start, address.names)
    if (!item && isReading(method) && roleAt(at) === undefined) throw refusals.itemNotFound()
    requireRole(located, at, changesNothing.includes(read.of) ? 'GET' : method)
    if (!item) refuseSimilarPath(drive, start, address, method)
  }
  const options = readQuery(incoming.query)
  const opensShared = opensOthers(token)
  return operation(world, incoming, {
    ...{ drive, address, start, item, options, confinedTo, opensShared, roleAt },
  })
}

/** What a person may do who can only read an item, although it is a POST. */
const changesNothing = ['copy', 'follow', 'preview', 'unfollow']

function isReading(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** @throws GraphError 403 if the person's rights do not reach the item, or allow only to read it. */
function requireRole({ roleAt }: Located, item: Item, method: string): void {
  const role = roleAt(item)
  if (role === undefined) throw refusals.accessDenied()
  if (!isReading(method)) requireWrite(role)
}
