import { refusals } from '../state/graph-error.ts'
import { readKeys } from './key-segments.ts'

/** Where a request to a drive points. */
export interface Address {
  /** The id of the drive; nothing for `/me/drive`. */
  driveId?: string
  /** Whose drive it is, for `/users/{id}/drive`. */
  userId?: string
  /** The item the path starts at; nothing when the drive itself is meant. */
  itemId?: string
  /** The special folder that the path starts at instead. */
  special?: string
  /** The names below it, decoded. */
  names: string[]
  /** What of the item: itself (empty), `children`, `content`, and so on. */
  of: string
  /** What stands in the parentheses of a function. */
  argument?: string
}

/** By colon addressing; deeper works by id alone. Source: learn.microsoft.com answers 597035, 736027. */
const deepestColonPath = 27

const drive = String.raw`(?:me\/drive|users\/(?<userId>[^/]+)\/drive|drives\/(?<driveId>[^/]+))`
const start = String.raw`(?<start>root|items\/(?<itemId>[^/:]+)|special\/(?<special>[^/:]+))`
const whole = new RegExp(`^\\/${drive}(?:\\/${start}(?<rest>.*)|\\/?)$`, 's')
const beginning = new RegExp(`^\\/${drive}\\/(?<segment>[^/:]+)`)

/**
 * Reads the path of a request, still percent-encoded and without the version, as
 * microsoft-graph-docs-contrib, concepts/onedrive-addressing-driveitems describes it: `/me/drive/root:/a/b:/children`.
 * Nothing for a path that does not begin like a drive's.
 * @param query where the aliases of keys are.
 * @throws GraphError
 */
export function readAddress(path: string, query = ''): Address | undefined {
  const found = whole.exec(path)?.groups
  if (!found) {
    const segment = beginning.exec(path)?.groups?.segment
    if (segment !== undefined) throw refusals.segmentUnknown(decode(segment))
    return undefined
  }
  const address: Address = { names: [], of: '' }
  for (const part of ['userId', 'driveId', 'itemId', 'special'] as const) {
    if (found[part] !== undefined) address[part] = decode(found[part])
  }
  if (found.start === undefined) return address
  if (address.special === undefined) address.itemId ??= 'root'
  return { ...address, ...readRest(found.rest ?? '', query) }
}

function readRest(rest: string, query: string): Pick<Address, 'names' | 'of' | 'argument'> {
  const { names, of } = readColons(rest)
  const keys = readKeys(of, query)
  names.push(...keys.names)
  if (names.some((name) => /["*:<>?/\\|]/.test(name))) {
    throw refusals.invalidRequest('The provided path contains a reserved character.', 'invalidPath')
  }
  return { ...readFunction(keys.of), names }
}

function readColons(rest: string): { names: string[]; of: string } {
  // The item itself, as rclone spells it before it moves a folder.
  if (rest === ':/') return { names: [], of: '' }
  if (rest === '' || rest.startsWith('/')) return { names: [], of: rest.slice(1) }
  // After the colon comes a slash, names, and a second colon only when something follows; one too many is tolerated.
  const match = /^:\/([^:]+)(?::(?:\/(.*))?)?$/s.exec(rest)
  if (!match) throw refusals.invalidRequest('Invalid request')
  const [, path = '', of = ''] = match
  const names = path.split('/').map(decode)
  if (names.includes('')) throw refusals.invalidRequest('Invalid request', 'invalidPath')
  if (names.length > deepestColonPath) throw refusals.pathTooDeepForColon()
  return { names, of }
}

/** `children`, `delta()`, `search(q='x')`; an action may be qualified by its namespace (OData 4.01, URL 4.5). */
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
    throw refusals.badRequest('The URL is not well formed.')
  }
}
