import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inChunks } from '../../../src/accounts/stores/chunks.ts'
import type { Entries, ListedEntries } from '../../../src/accounts/stores/entries.ts'
import { hasKeyring, type Keyring, startKeyring } from '../../helpers/keychain/keyring.ts'

/** What Windows keeps in one entry. */
const limit = 2560
const record = (length: number) =>
  Buffer.from(`{"a":"${randomBytes(length).toString('hex').slice(0, length)}"}`)

/** A place like Windows' own: it refuses what is longer, and can be made to break down. */
function place() {
  const kept = new Map<string, Buffer>()
  let writesLeft = Number.POSITIVE_INFINITY
  let stuck = false
  let unlistable = false
  let afterReading: (() => Promise<void>) | undefined
  const entries: ListedEntries = {
    get: async (name) => {
      const value = kept.get(name)
      const work = afterReading
      afterReading = undefined
      await work?.()
      return value
    },
    set: async (name, value) => {
      if (value.length > limit) throw new Error('The stub received bad data')
      writesLeft -= 1
      if (writesLeft < 0) throw new Error('broken down')
      kept.set(name, value)
    },
    delete: async (name) => {
      if (stuck) throw new Error('cannot be removed')
      kept.delete(name)
    },
    list: async () => {
      if (unlistable) throw new Error('cannot be listed')
      return [...kept.keys()]
    },
  }
  return {
    kept,
    breakAfter: (writes: number) => {
      writesLeft = writes
    },
    removeNothing: () => {
      stuck = true
    },
    listNothing: () => {
      unlistable = true
    },
    /** Does so after the next entry was read, before whoever reads it goes on. */
    meanwhile: (work: () => Promise<void>) => {
      afterReading = work
    },
    values: inChunks(entries, limit),
  }
}

describe('a value that is longer than the place takes', () => {
  it.each([0, 1, limit - 8, limit, limit + 1, 2 * limit, 8 * 1024, 100 * 1024])(
    'of %i bytes comes back whole',
    async (length) => {
      const { values } = place()
      const value = record(length)
      await values.set('link', value)
      expect((await values.get('link'))?.equals(value)).toBe(true)
    },
  )

  it('is absent before it is there', async () => {
    expect(await place().values.get('link')).toBeUndefined()
  })

  it('is no value at all when a piece is missing', async () => {
    const { values, kept } = place()
    await values.set('link', record(8 * 1024))
    const pieces = [...kept.keys()].filter((name) => name !== 'link')
    expect(pieces).toHaveLength(4)
    for (const piece of pieces) {
      const content = kept.get(piece) as Buffer
      kept.delete(piece)
      expect(await values.get('link')).toBeUndefined()
      kept.set(piece, content)
    }
    expect(await values.get('link')).toBeDefined()
  })

  it('is no value at all when a piece is not what was written', async () => {
    const { values, kept } = place()
    await values.set('link', record(8 * 1024))
    const piece = [...kept.keys()].find((name) => name !== 'link') ?? ''
    kept.set(piece, Buffer.from((kept.get(piece) as Buffer).toReversed()))
    expect(await values.get('link')).toBeUndefined()
  })

  it('is read as an earlier version wrote it, and removed', async () => {
    const { values, kept } = place()
    kept.set('link', Buffer.from('pieces 2 0123456789ab'))
    kept.set('link 0123456789ab 1', Buffer.from('{"a":'))
    kept.set('link 0123456789ab 2', Buffer.from('7}'))
    expect((await values.get('link'))?.toString()).toBe('{"a":7}')
    await values.delete('link')
    expect(kept.size).toBe(0)
  })

  it('is the new one for a reader who had found the old one’s header', async () => {
    const { values, kept, meanwhile } = place()
    await values.set('link', record(8 * 1024))
    const newer = record(9 * 1024)
    meanwhile(() => values.set('link', newer))
    expect((await values.get('link'))?.equals(newer)).toBe(true)
    expect(kept.size).toBe(5)
  })

  it.each(['the pieces 1 0123456789ab', 'pieces 1 0123456789ab of it', 'pieces 1 0123456789a'])(
    'is not looked for because of a text like a header: %s',
    async (text) => {
      const { values } = place()
      await values.set('link', Buffer.from(text))
      expect((await values.get('link'))?.toString()).toBe(text)
    },
  )

  it.each([
    [8 * 1024, 9 * 1024],
    [8 * 1024, 100],
    [100, 8 * 1024],
  ])('leaves no piece of the old one (%i bytes) when one of %i replaces it', async (before, after) => {
    const { values, kept } = place()
    await values.set('link', record(before))
    const value = record(after)
    await values.set('link', value)
    expect((await values.get('link'))?.equals(value)).toBe(true)
    expect(kept.size).toBe(after < limit ? 1 : 1 + Math.ceil(value.length / limit))
  })

  it('is the old one still when the writing of the new one breaks down, wherever that is', async () => {
    for (let writes = 0; writes < 5; writes += 1) {
      const { values, breakAfter } = place()
      const old = record(8 * 1024)
      await values.set('link', old)
      breakAfter(writes)
      await expect(values.set('link', record(8 * 1024))).rejects.toThrow('broken down')
      expect((await values.get('link'))?.equals(old)).toBe(true)
    }
  })

  it('takes back the pieces it has written when its writing breaks down', async () => {
    const { values, kept, breakAfter } = place()
    await values.set('link', record(100))
    breakAfter(2)
    await expect(values.set('link', record(8 * 1024))).rejects.toThrow('broken down')
    expect([...kept.keys()]).toEqual(['link'])
  })

  describe('with pieces that no header names, because a writer was killed', () => {
    const left = ['link 0123456789ab 1', 'link 0123456789ab 12']
    const others = ['link 0123456789ab', 'link second', 'links 0123456789ab 1', 'my link 0123456789ab 1']
    const withLeft = () => {
      const here = place()
      for (const name of [...left, ...others]) here.kept.set(name, record(100))
      return here
    }
    const isOther = ([name]: [string, Buffer]) => others.includes(name)

    it.each([100, 8 * 1024])('has them removed by a write of %i bytes', async (length) => {
      const { values, kept } = withLeft()
      const value = record(length)
      await values.set('link', value)
      for (const name of left) expect(kept.has(name)).toBe(false)
      expect([...kept].filter(isOther)).toHaveLength(others.length)
      expect((await values.get('link'))?.equals(value)).toBe(true)
    })

    it('has them removed with it', async () => {
      const { values, kept } = withLeft()
      await values.delete('link')
      expect([...kept.keys()]).toEqual(others)
    })

    it('is written and removed with its own pieces where nothing can be listed', async () => {
      const { values, kept, listNothing } = withLeft()
      listNothing()
      await values.set('link', record(8 * 1024))
      await values.set('link', record(9 * 1024))
      expect((await values.get('link'))?.length).toBe(9 * 1024 + 8)
      await values.delete('link')
      expect([...kept.keys()]).toEqual([...left, ...others])
    })

    it('is the new one where they cannot be removed', async () => {
      const { values, removeNothing } = withLeft()
      removeNothing()
      const value = record(8 * 1024)
      await values.set('link', value)
      expect((await values.get('link'))?.equals(value)).toBe(true)
      await expect(values.delete('link')).rejects.toThrow('cannot be removed')
    })
  })

  it('is removed with all of its pieces, and absent is fine', async () => {
    const { values, kept } = place()
    await values.set('link', record(8 * 1024))
    await values.set('other', record(8 * 1024))
    await values.delete('link')
    await values.delete('link')
    expect(await values.get('link')).toBeUndefined()
    expect([...kept.keys()].every((name) => name.startsWith('other'))).toBe(true)
  })
})

describe.runIf(hasKeyring())('in pieces, in a real keychain', () => {
  let keyring: Keyring
  let values: Entries
  const names = new Set<string>()

  beforeAll(async () => {
    keyring = await startKeyring()
    Object.assign(process.env, keyring.env)
    const { AsyncEntry } = createRequire(import.meta.url)('@napi-rs/keyring')
    const entry = (name: string) => {
      names.add(name)
      return new AsyncEntry('od-link pieces', name, { linux: { store: 'secret-service' } })
    }
    values = inChunks(
      {
        get: async (name) => {
          const secret = await entry(name).getSecret()
          return secret ? Buffer.from(secret) : undefined
        },
        set: (name, value) => entry(name).setSecret(value),
        delete: (name) => entry(name).deleteCredential(),
        list: async () => [...names],
      },
      limit,
    )
  })
  afterAll(() => keyring?.stop())

  it('8 KB come back whole, are replaced, and are removed', async () => {
    for (const value of [record(8 * 1024), record(8 * 1024), record(10)]) {
      await values.set('link', value)
      expect((await values.get('link'))?.equals(value)).toBe(true)
    }
    await values.delete('link')
    const left = await Promise.all([...names].map((name) => values.get(name)))
    expect(left.every((value) => value === undefined)).toBe(true)
  })
})
