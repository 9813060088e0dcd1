import type { Entries } from './entries.ts'

/**
 * Keeps values of any length in entries of at most `limit` bytes (Windows: CRED_MAX_CREDENTIAL_BLOB_SIZE, 2,560
 * bytes). A long value is cut into pieces that are written first and a header that is written last, each
 * writing under names of its own: whoever reads meets the old value or the new one. A piece that is missing, or not
 * what was written, counts as no value at all, never as half of one.
 */
export function inChunks(entries: Entries, limit: number): Entries {
  return {
    async get(name) {
      for (let before: Buffer | undefined; ; ) {
        const entry = await entries.get(name)
        const header = entry && parseHeader(entry)
        if (!header) return entry
        const pieces = await Promise.all(pieceNames(name, header).map((piece) => entries.get(piece)))
        if (pieces.every((piece) => piece !== undefined)) {
          const value = Buffer.concat(pieces)
          if (header.sum === '' || header.sum === (await sumOf(value))) return value
        }
        // A writer may have replaced the header since it was read, and removed its pieces: look again.
        if (before?.equals(entry)) return undefined
        before = entry
      }
    },

    async set(name, value) {
      const previous = await entries.get(name)
      if (value.length <= limit) {
        await entries.set(name, value)
      } else {
        const { randomBytes } = await import('node:crypto')
        const count = Math.ceil(value.length / limit)
        const header = { count, writing: randomBytes(6).toString('hex'), sum: await sumOf(value) }
        try {
          for (const [index, piece] of pieceNames(name, header).entries()) {
            await entries.set(piece, value.subarray(index * limit, (index + 1) * limit))
          }
          await entries.set(name, encodeHeader(header))
        } catch (error) {
          // Parts of a token that nobody will read; the old value stands.
          await removePieces(name, encodeHeader(header)).catch(() => {})
          throw error
        }
      }
      if (previous) await removePieces(name, previous)
    },

    async delete(name) {
      const entry = await entries.get(name)
      await entries.delete(name)
      if (entry) await removePieces(name, entry)
    },
  }

  async function removePieces(name: string, entry: Buffer): Promise<void> {
    const header = parseHeader(entry)
    if (header) for (const piece of pieceNames(name, header)) await entries.delete(piece)
  }
}

interface Header {
  count: number
  /** Tells the pieces of one writing from those of another. */
  writing: string
  /** Of the whole value; empty where an earlier version wrote it. */
  sum: string
}

function encodeHeader({ count, writing, sum }: Header): Buffer {
  return Buffer.from(`pieces ${count} ${writing} ${sum}`)
}

async function sumOf(value: Buffer): Promise<string> {
  const { createHash } = await import('node:crypto')
  return createHash('sha256').update(value).digest('hex').slice(0, 32)
}

/** Values are JSON, so they begin with a brace: no value can be taken for a header. */
function parseHeader(entry: Buffer): Header | undefined {
  const match = /^pieces (\d{1,4}) ([0-9a-f]{12})(?: ([0-9a-f]{32}))?$/.exec(
    entry.subarray(0, 80).toString('latin1'),
  )
  return match ? { count: Number(match[1]), writing: match[2] as string, sum: match[3] ?? '' } : undefined
}

function pieceNames(name: string, { count, writing }: Header): string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${writing} ${index + 1}`)
}
