import { createHash, randomBytes } from 'node:crypto'
import { isLibrary, type Owner } from './sites.ts'

/** The id of a drive; the same in every run. Shapes: onedrive-api-docs, api/drive_get. */
export function driveIdOf(owner: Owner): string {
  return isLibrary(owner) || owner.kind === 'work'
    ? `b!${digest(owner).subarray(0, 48).toString('base64url')}`
    : owner.graphId
}

/**
 * The ids of a drive's items. Work: 34 characters, starting with those of the drive; personal: the drive's
 * id and a number. They are never reused. Shapes: onedrive-api-docs, api/driveitem_get.
 */
export class ItemIds {
  /** The last number used by a personal drive. */
  last: number
  #next: () => string

  constructor(owner: Owner, driveId: string, last = 100) {
    this.last = last
    const tag = base32(digest(owner)).slice(0, 6)
    this.#next =
      owner.kind === 'work'
        ? () => `01${tag}${base32(randomBytes(17)).slice(0, 26)}`
        : () => `${driveId.toUpperCase()}!${++this.last}`
  }

  next(): string {
    return this.#next()
  }
}

function digest(owner: Owner): Buffer {
  const name = isLibrary(owner) ? owner.path : owner.username
  return createHash('sha512').update(`drive of ${name.toLowerCase()}`).digest()
}

function base32(bytes: Buffer): string {
  let bits = ''
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  return (bits.match(/.{5}/g) ?? [])
    .map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five, 2)])
    .join('')
}
