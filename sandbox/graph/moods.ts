import type { Drive } from '../state/drive.ts'
import { refusals } from '../state/graph-error.ts'
import type { Item } from '../state/items.ts'
import type { Address } from './address.ts'

/**
 * An address as this drive reads it; see `Moods`.
 * @throws GraphError 400 where a name is read as a property.
 */
export function asDriveReads({ owner }: Drive, address: Address): Address {
  const { moods, kind } = owner
  const { names, colon, itemId } = address
  if (moods.unclosedPaths === 'properties' && colon.count > 0 && !colon.isClosed) {
    const last = names.at(-1)?.toLowerCase() ?? ''
    if (last === 'photo') throw refusals.photoProperty()
    if (kind === 'personal' && last.endsWith('drive')) throw refusals.driveProperty()
  }
  // Names as keys, `children('a')`, work there.
  if (moods.pathsBehindIds === 'ignored' && itemId !== undefined && itemId !== 'root')
    return { ...address, names: names.slice(colon.count), colon: { ...colon, count: 0 } }
  return address
}

/**
 * Refuses a path on which a name only looks different from an existing one. The name of a new file is its client's
 * choice, so it is refused as a conflict, elsewhere.
 * @throws GraphError 404
 */
export function refuseSimilarPath(drive: Drive, start: Item, { names, of }: Address, method: string): void {
  const isNewFile = of === 'createUploadSession' || (['', 'content'].includes(of) && method === 'PUT')
  if (drive.meetsSimilar(start, isNewFile ? names.slice(0, -1) : names)) throw refusals.similarNameNotFound()
}
