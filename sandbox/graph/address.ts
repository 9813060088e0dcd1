import { refusals } from '../state/graph-error.ts'
import { readKeys } from './key-segments.ts'
import { type SiteAddress, siteOf, sitePattern } from './site-address.ts'

/** The parts of a drive request's path. */
export interface Address {
  /** The id of the drive; undefined for the one drive of a person, a site or a group. */
  driveId?: string
  /** Whose drive it is, for `/users/{id}/drive`. */
  userId?: string
  /** The group whose site's drive it is, for `/groups/{id}/drive`. */
  groupId?: string
  /** The site whose drive it is, for `/sites/{id}/drive`. */
  site?: SiteAddress
  /** The list of that site, for `/sites/{id}/lists/{id}/drive`. */
  listId?: string
  /** The token of `/shares/{token}/driveItem`: the path starts at what it stands for. */
  share?: string
  /** The item at which the path starts; undefined for the drive itself. */
  itemId?: string
  /** Or the special folder at which it starts. */
  special?: string
  /** The decoded names below it. */
  names: string[]
  /** How many of the names stand between colons, and whether a second colon closes them. */
  colon: { count: number; isClosed: boolean }
  /** What is requested: the item or drive itself (empty), `children`, `content`, and so on. */
  of: string
  /** The argument of a function, from its parentheses. */
  argument?: string
}

/**
 * With colon addressing; deeper items can only be addressed by id. Source: learn.microsoft.com answers
 * 597035, 736027.
 */
const deepestColonPath = 27

const noColon = { count: 0, isClosed: false }

const owner = String.raw`(?:me|users\/(?<userId>[^/]+)|groups\/(?<groupId>[^/]+)|${sitePattern}(?:\/lists\/(?<listId>[^/]+))?)\/`
const drive = String.raw`(?:${owner})?(?:drives\/(?<driveId>[^/]+)|drive(?=\/|$))`
const start = String.raw`(?<start>root|items\/(?<itemId>[^/:]+)|special\/(?<special>[^/:]+))`
const whole = new RegExp(`^\\/${drive}(?:\\/${start}(?<rest>[/:].*)?|(?:\\/(?<ofDrive>[^:]*))?)$`, 's')
/** Source: microsoft-graph-docs-contrib, api/shares-get. */
const shared = /^\/shares\/(?<share>[^/:]+)\/(?:driveItem|root)(?<rest>[/:].*)?$/s

/**
 * Reads the path of a request, still percent-encoded and without the version, as
 * microsoft-graph-docs-contrib, concepts/onedrive-addressing-driveitems describes it:
 * `/me/drive/root:/a/b:/children`. Undefined for a path that does not start with a drive.
 * @param query the query, which holds the values of key aliases.
 * @throws GraphError
 */
export function readAddress(path: string, query = ''): Address | undefined {
  const found = (shared.exec(path) ?? whole.exec(path))?.groups
  if (!found) return undefined
  const address: Address = { names: [], colon: noColon, of: '' }
  for (const part of ['userId', 'groupId', 'listId', 'driveId', 'itemId', 'special', 'share'] as const) {
    if (found[part] !== undefined) address[part] = decode(found[part])
  }
  if (found.siteId !== undefined) address.site = siteOf(found)
  if (found.start === undefined && found.share === undefined)
    return { ...address, ...readFunction(found.ofDrive ?? '') }
  if (address.special === undefined && address.share === undefined) address.itemId ??= 'root'
  return { ...address, ...readRest(found.rest ?? '', query) }
}

function readRest(rest: string, query: string): Pick<Address, 'names' | 'colon' | 'of' | 'argument'> {
  const { names, of, isClosed } = readColons(rest)
  const colon = { count: names.length, isClosed }
  const keys = readKeys(of, query)
  names.push(...keys.names)
  if (names.some((name) => /["*:<>?/\\|]/.test(name))) {
    throw refusals.invalidRequest('The provided path contains a reserved character.', 'invalidPath')
  }
  return { ...readFunction(keys.of), names, colon }
}

function readColons(rest: string): { names: string[]; of: string; isClosed: boolean } {
  // The item itself, as rclone writes it before it moves a folder.
  if (rest === ':/') return { names: [], of: '', isClosed: false }
  if (rest === '' || rest.startsWith('/')) return { names: [], of: rest.slice(1), isClosed: false }
  // After the colon: a slash, names, and a second colon if something follows. One that closes a path which ends the
  // address is welcome. Sources: abraunegg/onedrive, src/onedrive.d; rclone#3046.
  const match = /^:\/([^:]+)(:(?:\/(.*))?)?$/s.exec(rest)
  if (!match) throw refusals.invalidRequest('Invalid request')
  const [, path = '', closing, of = ''] = match
  // An encoded slash separates names as well, and a dot stands for the folder it is in: abraunegg/onedrive,
  // src/onedrive.d, encodes whole paths.
  const names = decode(path)
    .split('/')
    .filter((name) => name !== '.')
  if (names.includes('')) throw refusals.invalidRequest('Invalid request', 'invalidPath')
  if (names.length > deepestColonPath) throw refusals.pathTooDeepForColon()
  return { names, of, isClosed: closing !== undefined }
}

/**
 * `children`, `delta()`, `search(q='x')`; an action may have its namespace in front (OData 4.01, URL 4.5).
 */
function readFunction(of: string): { of: string; argument?: string } {
  const [, name = '', argument] = /^(?:microsoft\.graph\.)?([^/(]*)(?:\((.*)\))?\/?$/s.exec(of) ?? [
    undefined,
    of,
  ]
  return argument === undefined ? { of: name } : { of: name, argument: decode(argument) }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw refusals.badRequest('The URL is malformed.')
  }
}
