import { refusals } from './errors.ts'

/** Where a request to a drive points. */
export interface Address {
  /** The id of the drive; nothing for `/me/drive`. */
  driveId?: string
  /** The item the path starts at; nothing when the drive itself is meant. */
  itemId?: string
  /** The names below it, decoded. */
  names: string[]
  /** What of the item: itself (empty), `children`, `content`. */
  of: string
}

/** By colon addressing; deeper works by id alone. Source: learn.microsoft.com answers 597035, 736027. */
const deepestColonPath = 27

/**
 * Reads the path of a request, still percent-encoded and without the version, as
 * microsoft-graph-docs-contrib, concepts/onedrive-addressing-driveitems describes it: `/me/drive/root:/a/b:/children`.
 * Nothing for a path that does not begin like a drive's.
 * @throws GraphError
 */
export function readAddress(path: string): Address | undefined {
  const match = /^\/(?:me\/drive|drives\/([^/]+))(?:\/(root|items\/([^/:]+))(.*)|\/?)$/s.exec(path)
  if (!match) {
    const other = /^\/(?:me\/drive|drives\/[^/]+)\/([^/:]+)/.exec(path)?.[1]
    if (other !== undefined) throw refusals.segmentUnknown(decode(other))
    return undefined
  }
  const [, driveId, item, itemId, rest = ''] = match
  const address: Address = { names: [], of: '' }
  if (driveId !== undefined) address.driveId = decode(driveId)
  if (item === undefined) return address
  address.itemId = itemId === undefined ? 'root' : decode(itemId)
  return { ...address, ...readRest(rest) }
}

function readRest(rest: string): Pick<Address, 'names' | 'of'> {
  if (rest === '' || rest === '/') return { names: [], of: '' }
  if (rest.startsWith('/')) return { names: [], of: rest.slice(1) }
  // After the colon comes a slash, names, and a second colon only when something follows; one too many is tolerated.
  const match = /^:\/([^:]+)(?::(?:\/(.*))?)?$/s.exec(rest)
  if (!match) throw refusals.invalidRequest('Invalid request')
  const [, path = '', of = ''] = match
  const names = path.split('/').map(decode)
  if (names.includes('')) throw refusals.invalidRequest('Invalid request', 'invalidPath')
  if (names.some((name) => /["*:<>?/\\|]/.test(name))) {
    throw refusals.invalidRequest('The provided path contains a reserved character.', 'invalidPath')
  }
  if (names.length > deepestColonPath) throw refusals.pathTooDeepForColon()
  return { names, of }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw refusals.badRequest('The URL is not well formed.')
  }
}
