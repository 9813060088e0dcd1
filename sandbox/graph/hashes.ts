import { createHash } from 'node:crypto'
import type { AccountKind } from '../state/users.ts'
import { quickXorHash } from './quick-xor.ts'

const known = new WeakMap<Buffer, Record<string, string>>()

/**
 * The hashes of a file: quickXorHash on every drive, on personal ones also those of their older days, which older
 * clients ask for. Source: microsoft-graph-docs-contrib, resources/hashes; rclone, docs/content/onedrive.md.
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
