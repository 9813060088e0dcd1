import { createHash } from 'node:crypto'
import type { AccountKind } from '../state/users.ts'

const known = new WeakMap<Buffer, Record<string, string>>()

/**
 * The hashes of a file: quickXorHash on every drive; on personal drives also the older hashes, which older
 * clients use. Source: microsoft-graph-docs-contrib, resources/hashes; rclone, docs/content/onedrive.md.
 */
export function hashesOf(content: Buffer, kind: AccountKind): Record<string, string> {
  let hashes = known.get(content)
  if (!hashes) {
    hashes = { quickXorHash: quickXorHash(content) }
    if (kind === 'personal') {
      for (const name of ['sha1', 'sha256'])
        hashes[`${name}Hash`] = createHash(name).update(content).digest('hex').toUpperCase()
    }
    known.set(content, hashes)
  }
  return hashes
}

const [bits, shift] = [160, 11]

/**
 * OneDrive's own hash, in base64: each byte is XORed into a ring of 160 bits, 11 bits further than the
 * last, and the length at the end. Source: onedrive-api-docs, code-snippets/quickxorhash.
 */
export function quickXorHash(content: Buffer): string {
  // After 160 bytes the position is back at the start, so bytes that are 160 apart can be XORed first, four at a time.
  const folded = new Uint8Array(bits)
  const sums = new Uint32Array(folded.buffer)
  const aligned = content.byteOffset % 4 === 0 ? content : new Uint8Array(content)
  const whole = content.length - (content.length % bits)
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, whole / 4)
  for (let start = 0; start < words.length; start += sums.length)
    for (let index = 0; index < sums.length; index++)
      sums[index] = (sums[index] ?? 0) ^ (words[start + index] ?? 0)
  for (let at = whole; at < content.length; at++)
    folded[at - whole] = (folded[at - whole] ?? 0) ^ (content[at] ?? 0)
  const ring = Buffer.alloc(bits / 8)
  const mix = (index: number, byte: number) => {
    const at = index % ring.length
    ring[at] = (ring[at] ?? 0) ^ byte
  }
  folded.forEach((byte, index) => {
    const place = (index * shift) % bits
    mix(place >> 3, (byte << (place & 7)) & 0xff)
    mix((place >> 3) + 1, byte >> (8 - (place & 7)))
  })
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(content.length))
  for (const [index, byte] of length.entries()) mix(ring.length - 8 + index, byte)
  return ring.toString('base64')
}
