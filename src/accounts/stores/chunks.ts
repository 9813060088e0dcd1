import type { Entries, ListedEntries } from './entries.ts'
import { chunkNames, isChunkOf } from './entry-names.ts'

/**
 * Stores values of any length in entries of at most `limit` bytes (Windows: CRED_MAX_CREDENTIAL_BLOB_SIZE, 2,560 bytes). A
 * long value is split into chunks, which are written first, and a header, which is written last. Each write uses names of
 * its own, so a reader gets the old value or the new one. If a chunk is missing or damaged, there is no value at all, never
 * a part of one.
 *
 * A process that is killed while it writes leaves chunks that no header names, and they are parts of tokens. The next write
 * or delete of that value removes them. The caller holds a lock for the value, so no other process is writing it meanwhile.
 */
export function inChunks(entries: ListedEntries, limit: number): Entries {
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
        return removeUnused(name, previous)
      }
      const { randomBytes } = await import('node:crypto')
      const count = Math.ceil(value.length / limit)
      const header = { count, writing: randomBytes(6).toString('hex'), sum: await sumOf(value) }
      const written = chunkNames(name, header)
      try {
        for (const [index, chunk] of written.entries()) {
          await entries.set(chunk, value.subarray(index * limit, (index + 1) * limit))
        }
        await entries.set(name, encodeHeader(header))
      } catch (error) {
        // These are parts of a token that nobody will read; the old value stays valid.
        await removeAll(written).catch(() => {})
        throw error
      }
      await removeUnused(name, previous, written)
    },

    async delete(name) {
      const entry = await entries.get(name)
      await entries.delete(name)
      await removeChunks(name, entry)
    },
  }

  /** After a write: the new value is saved, so a failure here must not undo it; the next write or delete tries again. */
  async function removeUnused(...which: Parameters<typeof removeChunks>): Promise<void> {
    await removeChunks(...which).catch(() => {})
  }

  /** Removes the chunks that a previous header names, and those that no header names, except the ones to keep. */
  async function removeChunks(
    name: string,
    previous: Buffer | undefined,
    kept: string[] = [],
  ): Promise<void> {
    const header = previous && parseHeader(previous)
    const named = header ? chunkNames(name, header) : []
    await removeAll(named)
    // Where listing fails, only chunks that nobody names stay, and `logout --all` reports them.
    const listed = await entries.list().catch(() => [])
    await removeAll(
      listed.filter((entry) => isChunkOf(name, entry) && !kept.includes(entry) && !named.includes(entry)),
    )
  }

  async function removeAll(names: string[]): Promise<void> {
    for (const name of names) await entries.delete(name)
  }
}

interface Header {
  count: number
  /** Distinguishes the chunks of one write from those of another. */
  writing: string
  /** The checksum of the whole value; empty if an earlier version wrote it. */
  sum: string
}

/** Its length is even, as Windows needs it (keychain/windows-text.ts). */
function encodeHeader({ count, writing, sum }: Header): Buffer {
  const header = `pieces ${count} ${writing} ${sum}`
  return Buffer.from(header.length % 2 === 0 ? header : `${header} `)
}

async function sumOf(value: Buffer): Promise<string> {
  const { createHash } = await import('node:crypto')
  return createHash('sha256').update(value).digest('hex').slice(0, 32)
}

/** No value can be mistaken for a header, because values are JSON and begin with a brace. */
function parseHeader(entry: Buffer): Header | undefined {
  const match = /^pieces (\d{1,4}) ([0-9a-f]{12})(?: ([0-9a-f]{32}))? ?$/.exec(
    entry.subarray(0, 80).toString('latin1'),
  )
  return match ? { count: Number(match[1]), writing: match[2] as string, sum: match[3] ?? '' } : undefined
}
