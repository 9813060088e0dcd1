/* A failing example is run again as `runs.ts` says. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inChunks } from '../../../src/accounts/stores/chunks.ts'
import type { ListedEntries } from '../../../src/accounts/stores/entries.ts'
import { settings } from '../../fuzz/runs.ts'

describe('a value in pieces', () => {
  const limit = 64
  const place = () => {
    const kept = new Map<string, Buffer>()
    const entries: ListedEntries = {
      get: async (name) => kept.get(name),
      set: async (name, value) => void kept.set(name, value),
      delete: async (name) => void kept.delete(name),
      list: async () => [...kept.keys()],
    }
    return { kept, values: inChunks(entries, limit) }
  }
  const value = fc
    .string({ minLength: limit + 1, maxLength: 8 * limit })
    .map((one) => Buffer.from(`{"a":"${one}"}`))
  type Harm = 'cut' | 'missing' | 'swapped' | 'foreign' | 'repeated' | 'longer'
  const harms = fc.constantFrom<Harm>('cut', 'missing', 'swapped', 'foreign', 'repeated', 'longer')

  it('is the value or none, and never a part or a mixture', async () => {
    await fc.assert(
      fc.asyncProperty(value, value, harms, fc.nat(), async (first, second, harm, at) => {
        const { kept, values } = place()
        await values.set('link', first)
        await values.set('other', second)
        const pieces = [...kept.keys()].filter((name) => name.startsWith('link '))
        const piece = pieces[at % pieces.length] as string
        const other = pieces[(at + 1) % pieces.length] as string
        const stranger = [...kept.keys()].find((name) => name.startsWith('other ')) as string
        const content = kept.get(piece) as Buffer
        const changed: Record<Harm, Buffer | undefined> = {
          cut: content.subarray(0, -1),
          missing: undefined,
          swapped: kept.get(other),
          foreign: kept.get(stranger),
          repeated: Buffer.concat([content, content]),
          longer: Buffer.concat([content, Buffer.from('x')]),
        }
        const instead = changed[harm]
        if (instead) kept.set(piece, instead)
        else kept.delete(piece)
        if (harm === 'swapped') kept.set(other, content)
        const found = await values.get('link')
        if (found) expect(found.equals(first)).toBe(true)
      }),
      settings(),
    )
  })
})
