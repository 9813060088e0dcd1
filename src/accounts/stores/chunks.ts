import type { Entries } from './entries.ts'

/**
 * Stores values of any length in entries of at most `limit` bytes (Windows: CRED_MAX_CREDENTIAL_BLOB_SIZE, 2,560 bytes). A
 * long value is split into chunks, which are written first, and a header, which is written last. Each write uses names of
 * its own, so a reader gets the old value or the new one. If a chunk is missing or damaged, there is no value at all, never
 * a part of one.
 */
export function inChunks(entries: Entries, limit: number): Entries {
  return {
    async get(name) {
      for (let before: Buffer | undefined; ; ) {
        const entry = await entries.get(name)
        const header = entry && parseHeader(entry)
        if (!header) return entry
        const chunks = await Promise.all(chunkNames(name, header).map((chunk) => entries.get(chunk)))
        if (chunks.every((chunk) => chunk !== undefined)) {
          const value = Buffer.concat(chunks)
          if (header.sum === '' || header.sum === (await sumOf(value))) return value
        }
        // A writer may have replaced the header since it was read, and removed its chunks: read it again.
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
          for (const [index, chunk] of chunkNames(name, header).entries()) {
            await entries.set(chunk, value.subarray(index * limit, (index + 1) * limit))
          }
          await entries.set(name, encodeHeader(header))
        } catch (error) {
          // These are parts of a token that nobody will read; the old value stays valid.
          await removeChunks(name, encodeHeader(header)).catch(() => {})
          throw error
        }
      }
      if (previous) await removeChunks(name, previous)
    },

    async delete(name) {
      const entry = await entries.get(name)
      await entries.delete(name)
      if (entry) await removeChunks(name, entry)
    },
  }

  async function removeChunks(name: string, entry: Buffer): Promise<void> {
    const header = parseHeader(entry)
    if (header) for (const chunk of chunkNames(name, header)) await entries.delete(chunk)
  }
}

interface Header {
  count: number
  /** Distinguishes the chunks of one write from those of another. */
  writing: string
  /** The checksum of the whole value; empty if an earlier version wrote it. */
  sum: string
}

function encodeHeader({ count, writing, sum }: Header): Buffer {
  return Buffer.from(`pieces ${count} ${writing} ${sum}`)
}

async function sumOf(value: Buffer): Promise<string> {
  const { createHash } = await import('node:crypto')
  return createHash('sha256').update(value).digest('hex').slice(0, 32)
}

/** No value can be mistaken for a header, because values are JSON and begin with a brace. */
function parseHeader(entry: Buffer): Header | undefined {
  const match = /^pieces (\d{1,4}) ([0-9a-f]{12})(?: ([0-9a-f]{32}))?$/.exec(
    entry.subarray(0, 80).toString('latin1'),
  )
  return match ? { count: Number(match[1]), writing: match[2] as string, sum: match[3] ?? '' } : undefined
}

function chunkNames(name: string, { count, writing }: Header): string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${writing} ${index + 1}`)
}
