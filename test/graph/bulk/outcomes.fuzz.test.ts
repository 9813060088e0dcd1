/* `runs.ts` explains how to run a failing example again. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { settings } from '../../fuzz/runs.ts'
import {
  aRun,
  created,
  found,
  inTrouble,
  listed,
  listedWithMore,
  nameTaken,
  newFolder,
  notAllowed,
  notThere,
  oldFolder,
  similarName,
  someFile,
  tokenRefused,
  useFrozenClock,
} from '../../helpers/microsoft/bulk-run.ts'
import type { Told } from '../../helpers/microsoft/fake-graph.ts'

useFrozenClock()

const names = ['a', 'b', 'c', 'd']
const paths = fc.array(
  fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }).map((path) => `/${path.join('/')}`),
  { minLength: 1, maxLength: 12 },
)
const failures = [
  ...[undefined, { status: 429 }, tokenRefused, notAllowed, notThere, similarName, nameTaken],
  ...[inTrouble(500), inTrouble(503), inTrouble(504), { status: 200 }, { status: 400 }],
]
/** IDs differ, although names are the same in several folders. */
let count = 0
const unique = () => {
  count += 1
  return { id: `id-${count}` }
}
const items = fc.array(
  fc.constantFrom(...names).chain((name) =>
    fc.constantFrom<() => object>(
      () => oldFolder(name, unique()),
      () => oldFolder(name, { ...unique(), folder: { childCount: 0 } }),
      () => someFile(name),
      () => ({ name, folder: {} }),
    ),
  ),
  { maxLength: 4 },
)
const answers = fc.record({
  failure: fc.option(fc.constantFrom<Told | undefined>(...failures), { nil: null, freq: 2 }),
  items,
  hasMore: fc.boolean(),
  isNew: fc.boolean(),
})

describe('a run', () => {
  it('ends with one result for each folder, and parents before children, whatever is answered', () => {
    fc.assert(
      fc.property(paths, fc.array(answers, { minLength: 1, maxLength: 60 }), (list, weather) => {
        const run = aRun(...list)
        let turn = 0
        const answer = (request: string): Told | undefined => {
          const { failure, items, hasMore, isNew } = weather[turn++ % weather.length] as (typeof weather)[0]
          // In the end all goes well, unless it was given up before.
          if (failure !== null && turn < 400) return failure
          const name = /[ /](\w):?$/.exec(request)?.[1] ?? ''
          if (request.startsWith('POST')) return created(name, unique())
          if (!/children/.test(request))
            return found({ ...(isNew ? newFolder : oldFolder)(name), ...unique() })
          const value = items.map((item) => item())
          return hasMore ? listedWithMore(String(turn), ...value) : listed(...value)
        }
        for (let batch = 0; run.wait() !== undefined && run.givenUp.length === 0; batch += 1) {
          expect(batch).toBeLessThan(1_000)
          const sent = run.answer((_, request) => answer(request))
          const creations = sent.filter((request) => request.startsWith('POST'))
          expect(new Set(creations).size).toBe(creations.length)
        }
        const folders = run.settled.map(({ folder }) => folder)
        expect(new Set(folders).size).toBe(folders.length)
        if (run.givenUp.length === 0) expect(folders).toHaveLength(run.tree.size)
        for (const { folder, status, failed } of run.settled) {
          if (status === 'skipped') expect(run.states.statusOf(failed ?? folder)).toBe('failed')
          const { parent } = folder
          if (parent?.parent) expect(folders.indexOf(parent)).toBeLessThan(folders.indexOf(folder))
        }
      }),
      settings(),
    )
  })
})
