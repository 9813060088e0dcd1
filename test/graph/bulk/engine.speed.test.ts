import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { idealRounds, pathsOf } from '../../../bench/ideal.ts'
import { Engine } from '../../../src/graph/bulk/engine.ts'
import { FolderTree } from '../../../src/graph/bulk/tree.ts'
import type { GraphRequest, Sender } from '../../../src/graph/send-once.ts'
import { SimulatedDrive } from '../../helpers/microsoft/simulated-drive.ts'
import { recordOf } from '../../helpers/program/own-settings.ts'

/* The engine, with a drive in memory and a clock that moves only when everything waits: the figures are exact. */

const served = vi.hoisted((): { drive?: { answer: (request: GraphRequest) => Promise<unknown> } } => ({}))
vi.mock('../../../src/graph/send-once.ts', async (importOriginal) => ({
  ...(await importOriginal<object>()),
  sendOnce: (_: Sender, request: GraphRequest) => served.drive?.answer(request),
}))
vi.mock('../../../src/graph/bulk/tokens.ts', () => ({
  openTokens: () => ({ current: async () => recordOf(), isSecond: () => false, accepted() {} }),
}))
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const latencyMs = 100

/** Creates these folders in a drive. @returns how many batches it took, and how many times the latency. */
async function run(paths: string[], drive = new SimulatedDrive(() => latencyMs)) {
  served.drive = drive
  drive.batches = []
  const tree = new FolderTree()
  for (const path of paths) tree.add(path.split('/').filter(Boolean))
  const began = performance.now()
  const engine = new Engine({ ...recordOf(), store: 'file' }, tree.close(), {
    maxWaitMs: 60_000,
    onSettled: () => {},
    onGivenUp: () => {},
  })
  const finished = engine.run()
  await vi.runAllTimersAsync()
  await finished
  const { all } = engine.states
  expect({ ...all, size: all.created + all.exists }).toMatchObject({ failed: 0, skipped: 0, size: tree.size })
  const rounds = (performance.now() - began) / latencyMs
  return { drive, size: tree.size, batches: drive.batches.length, rounds }
}

/** So many folders on the first level, so many in each of them, and so on. */
function grid(...counts: number[]): string[] {
  let level = ['']
  return counts.flatMap((count) => {
    level = level.flatMap((above) => Array.from({ length: count }, (_, n) => `${above}/n${n}`))
    return level
  })
}

/** The years, clients, projects and phases of an office: 600 folders in 7 levels, few of them near the top. */
function office(): string[] {
  const above = grid(1, 3, 4, 2, 3, 2)
  const phases = above.filter((path) => path.split('/').length === 7)
  const below = Array.from({ length: 600 - above.length }, (_, n) => `${phases[n % phases.length]}/x${n}`)
  return [...above, ...below]
}

/** Each folder in one of those before it, which a seed chooses. */
function grown(seed: number, count: number, levels: number): string[] {
  let state = seed
  const paths = ['']
  while (paths.length <= count) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    const above = paths[Math.floor((state / 2 ** 31) * paths.length)] ?? ''
    if (above.split('/').length <= levels) paths.push(`${above}/n${paths.length}`)
  }
  return paths.slice(1)
}

/** One folder in another, and so on. */
const deep = (levels: number, name = 'd') =>
  Array.from({ length: levels }, (_, n) => `/${Array.from({ length: n + 1 }, () => name).join('/')}`)

describe('a new tree', () => {
  it('of 600 folders in 7 levels needs 36 batches, and no round more than the ideal schedule', async () => {
    const { size, batches, rounds } = await run(office())
    expect(size).toBe(600)
    expect(batches).toBe(36)
    expect(rounds).toBe(idealRounds(office()).length)
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('of any form is close to the ideal schedule: %i', async (seed) => {
    const paths = grown(seed, 600, 7)
    const { size, batches, rounds } = await run(paths)
    expect(size).toBe(600)
    expect(batches).toBeLessThanOrEqual(35)
    expect(rounds).toBeLessThanOrEqual(idealRounds(paths).length + 1)
  })

  it.each([
    ['1,010 folders in 2 levels', [10, 100], 1_010],
    ['1,110 folders in 3 levels', [10, 10, 10], 1_110],
  ])('of %s needs no batch that is not full, but for the first and the last', async (_, counts, count) => {
    const { drive, size, rounds } = await run(grid(...counts))
    expect(size).toBe(count)
    // A list, the ten parents, and then twenty at a time.
    const sizes = drive.batches.map((batch) => batch.size)
    expect(sizes.slice(0, 2)).toEqual([1, 10])
    expect(sizes.slice(2)).toHaveLength(Math.ceil((count - 10) / 20))
    expect(rounds).toBe(idealRounds(grid(...counts)).length)
  })

  it('of the bench takes as many rounds as the ideal schedule', async () => {
    const paths = pathsOf({ top: '/top', parents: 10, children: 100 })
    expect(await run(paths)).toMatchObject({ size: 1_011, rounds: idealRounds(paths).length })
  })

  it('that is deep and narrow loses no time: a round for each level', async () => {
    expect(await run(deep(20))).toMatchObject({ rounds: 21, batches: 21 })
    expect(await run(grid(3, 1, 1, 1, 1, 1, 1))).toMatchObject({ rounds: 8, batches: 8 })
  })

  it('that is deep in one place and wide in another loses no time: the wide part is created meanwhile', async () => {
    const paths = [...grid(300), ...deep(7)]
    const { rounds, batches } = await run(paths)
    expect(rounds).toBe(8)
    expect(batches).toBeLessThanOrEqual(20)
  })

  it.each([150, 300, 1_000])('needs few batches even if some of them take %i ms', async (slow) => {
    let count = 0
    const unsteady = () => {
      count += 1
      return count % 3 === 0 ? slow : latencyMs
    }
    const { batches } = await run(office(), new SimulatedDrive(unsteady))
    expect(batches).toBeLessThanOrEqual(45)
  })
})

describe('an existing tree', () => {
  it('of 600 folders in 7 levels is found with a list for each parent, twenty in a batch', async () => {
    const { drive } = await run(office())
    const again = await run(office(), drive)
    // The root, and 256 folders that have children.
    const parents =
      1 + office().filter((path) => office().some((other) => other.startsWith(`${path}/`))).length
    expect(drive.batches.reduce((sum, { size }) => sum + size, 0)).toBe(parents)
    expect(again.batches).toBeLessThanOrEqual(18)
    expect(again.rounds).toBe(7)
  })

  it('is searched for the deepest folders first, so that what is missing there is created in time', async () => {
    const above = [...grid(300).flatMap((path) => [`${path}/x`]), ...deep(4)]
    const { drive } = await run(above)
    const { rounds } = await run([...above, ...deep(12)], drive)
    // Four lists, the last of which finds a folder without children, and eight creations.
    expect(rounds).toBe(12)
  })
})
