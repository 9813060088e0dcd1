import type { AccessToken } from '../identity/grants.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import type { World } from '../world.ts'
import { type Address, readAddress } from './address.ts'
import { authenticate, authorizeDrive } from './bearer.ts'
import type { Drive } from './drive.ts'
import { errorReply, GraphError, refusals } from './errors.ts'
import { me, userInfo } from './me.ts'
import { operations } from './operations.ts'
import { readQuery } from './query.ts'

const version = '/v1.0'
/** Outside of the version, and named by the identity platform's discovery. */
const userInfoPath = '/oidc/userinfo'

/** Whether a path is Graph's. */
export function isGraph(path: string): boolean {
  return path === userInfoPath || path.startsWith(`${version}/`)
}

/** Answers a request to Graph; its errors are JSON of one shape. */
export function answerGraph(world: World, incoming: Incoming): Reply {
  try {
    return answer(world, incoming)
  } catch (error) {
    if (!(error instanceof GraphError)) throw error
    return errorReply(error, incoming, world)
  }
}

function answer(world: World, incoming: Incoming): Reply {
  const token = authenticate(world, incoming)
  if (incoming.path === userInfoPath) return userInfo(world, incoming, token)
  const path = incoming.path.slice(version.length)
  if (path === '/me' || path === '/me/') return me(world, incoming, token)
  const address = readAddress(path)
  if (!address) throw refusals.segmentUnknown(path.split('/')[1] ?? '')
  const resource = address.itemId === undefined ? 'drive' : address.of === '' ? 'item' : address.of
  const methods = Object.hasOwn(operations, resource) ? operations[resource] : undefined
  if (!methods) throw refusals.segmentUnknown(resource)
  // HEAD works as GET does. Source: onedrive-api-docs, api/driveitem_get.
  const operation = methods[incoming.method === 'HEAD' ? 'GET' : incoming.method]
  if (!operation) throw refusals.methodNotAllowed()
  authorizeDrive(token, incoming.method)
  const drive = findDrive(world, token, address)
  const start = address.itemId === undefined ? undefined : drive.find(address.itemId)
  const item = start && drive.walk(start, address.names)
  return operation(world, incoming, { drive, address, item, options: readQuery(incoming.query) })
}

/** The person's own drive, by `/me/drive` or by its id in any case; nobody shares theirs. */
function findDrive(world: World, token: AccessToken, { driveId }: Address): Drive {
  const own = world.driveOf(token.account)
  if (driveId === undefined || driveId === own.id) return own
  // Personal drive ids come in changing case. Source: onedrive-api-docs#1890.
  const drive = world.drives.get(driveId.toLowerCase())
  if (drive === own && own.owner.kind === 'personal') return own
  throw drive && drive !== own ? refusals.accessDenied() : refusals.itemNotFound()
}
