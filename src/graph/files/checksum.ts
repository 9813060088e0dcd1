import { createHash } from 'node:crypto'
import type { FileItem, Hashes } from './file-item.ts'
import { quickXorHash } from './quick-xor-hash.ts'

/** The hashes of content that passes by, and of what of it did not. */
export interface Checksum {
  /** A piece of the content. What was seen before is not counted twice; after a gap, the rest is read again later. */
  see: (bytes: Uint8Array, at: number) => void
  /** The content begins again. */
  reset: () => void
  /** @param read the whole content from a position on. */
  hashOf: (name: keyof Hashes, read: (first: number) => AsyncIterable<Uint8Array>) => Promise<string>
}

/** Computes a quickXorHash on the way; any other hash, which few drives have, takes another look at the content. */
export function startChecksum(): Checksum {
  let hash = quickXorHash()
  let done = 0
  const see = (bytes: Uint8Array, at: number) => {
    const known = done - at
    if (known < 0 || known >= bytes.length) return
    hash.update(known === 0 ? bytes : bytes.subarray(known))
    done = at + bytes.length
  }
  return {
    see,
    reset() {
      hash = quickXorHash()
      done = 0
    },
    async hashOf(name, read) {
      if (name !== 'quickxor') {
        const other = createHash(name)
        for await (const bytes of read(0)) other.update(bytes)
        return other.digest('hex')
      }
      let at = done
      // What is still passing by meanwhile is not counted twice.
      for await (const bytes of read(at)) {
        see(bytes, at)
        at += bytes.length
      }
      return hash.digest()
    },
  }
}

/** Whether an item of a drive has the content with these hashes, as far as the drive knows its own. */
export async function hasContent(
  { size, hashes }: FileItem,
  local: { size: number; hashOf: (name: keyof Hashes) => Promise<string> },
): Promise<boolean> {
  if (size !== undefined && size !== local.size) return false
  const name = (['quickxor', 'sha256', 'sha1'] as const).find((one) => hashes[one] !== undefined)
  if (name === undefined) return true
  const hash = await local.hashOf(name)
  // The others are written in hexadecimal, in either case.
  return name === 'quickxor' ? hash === hashes[name] : hash.toLowerCase() === hashes[name]?.toLowerCase()
}
