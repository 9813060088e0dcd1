import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FolderStates } from '../../../src/graph/bulk/folder-states.ts'
import type { Operation } from '../../../src/graph/bulk/operations.ts'
import { Plan, Queue } from '../../../src/graph/bulk/plan.ts'
import { type Folder, FolderTree, showFolder } from '../../../src/graph/bulk/tree.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})
const pass = (ms: number) => vi.advanceTimersByTime(ms)
const many = (count: number) => Array.from({ length: count }, (_, n) => `/n${n}`)

/** A plan for these folders, whose root has been listed and is empty. */
function planOf(...paths: string[]) {
  const tree = new FolderTree()
  for (const path of paths) tree.add(path.split('/').filter(Boolean))
  const states = new FolderStates(tree.close(), () => {})
  const plan = new Plan(states)
  plan.open(tree.root)
  const folders = new Map([...tree.below()].map((folder) => [showFolder(folder), folder]))
  const at = (path: string) => folders.get(path) as Folder
  return {
    ...{ plan, states, root: tree.root, at },
    /** Takes the next batch. @returns its operations, and what they are. */
    take(most = 20): [Operation[], string[]] {
      const operations = plan.take(most)
      return [operations, operations.map(({ kind, folder }) => `${kind} ${showFolder(folder)}`)]
    },
    /** All folders of a batch have been created. */
    created(operations: Operation[]) {
      for (const { folder } of operations) {
        states.settle({ folder, status: 'created', item: { id: `id-${folder.index}` } })
        plan.open(folder)
      }
      plan.finished(operations)
    },
    fail(path: string) {
      states.settle({ folder: at(path), status: 'failed' })
    },
  }
}

describe('the next batch', () => {
  it('has the highest folders first, and those of one height in the order of the list', () => {
    const { take } = planOf('/flat', '/a/b', '/deep/1/2/3', '/c/d', '/flat2')
    expect(take()[1]).toEqual(['create /deep', 'create /a', 'create /c', 'create /flat', 'create /flat2'])
  })

  it('has a child as soon as its parent exists, before lower folders that have waited longer', () => {
    const { take, created } = planOf('/deep/1/2', ...many(30))
    const [first] = take(3)
    created(first)
    expect(take(3)[1]).toEqual(['create /deep/1', 'create /n2', 'create /n3'])
  })

  it('has no more operations than it may have', () => {
    const { take } = planOf(...many(25))
    expect([take()[0].length, take(4)[0].length, take()[0].length, take()[0].length]).toEqual([20, 4, 1, 0])
  })

  it('has reads, lists and repetitions before creations of the same height, but not of a greater one', () => {
    const { plan, take, at } = planOf('/a', '/b', '/c', '/d', '/p/q/r')
    expect(take(3)[1]).toEqual(['create /p', 'create /a', 'create /b'])
    plan.get(at('/a'))
    plan.again({ kind: 'create', folder: at('/b') })
    plan.list(at('/p'))
    expect(take()[1]).toEqual(['list /p', 'get /a', 'create /b', 'create /c', 'create /d'])
  })

  it('has a folder once, even if its parent was listed twice', () => {
    const { plan, root, take } = planOf('/a', '/b')
    plan.open(root)
    expect(take()[1]).toEqual(['create /a', 'create /b'])
    plan.open(root)
    expect(take()[1]).toEqual([])
    expect(plan.wait).toBeUndefined()
  })

  it('leaves out what was found, or has failed, meanwhile', () => {
    const { plan, states, take, at, fail } = planOf('/a', '/b', '/c')
    states.settle({ folder: at('/a'), status: 'exists' })
    fail('/b')
    expect(take()[1]).toEqual(['create /c'])
    expect(plan.wait).toBeUndefined()
  })

  it('lists a parent only for children that are not known', () => {
    const { plan, states, take, at } = planOf('/a/x', '/a/y')
    take()
    states.settle({ folder: at('/a/x'), status: 'exists' })
    plan.list(at('/a'))
    const [[list]] = take()
    expect(list).toMatchObject({ kind: 'list', folder: at('/a'), pages: [] })
    expect(list?.kind === 'list' && [...list.missing]).toEqual([['y', at('/a/y')]])
    states.settle({ folder: at('/a/y'), status: 'exists' })
    plan.list(at('/a'))
    expect(plan.wait).toBeUndefined()
  })
})

describe('a batch that is full', () => {
  it('is due at once, whatever is in progress', () => {
    const { plan, take } = planOf('/deep/1/2/3', ...many(21))
    take(1)
    expect(plan.isDue(20)).toBe(true)
    take(2)
    expect(plan.isDue(20)).toBe(false)
    // A server that allows less has smaller batches.
    expect(plan.isDue(19)).toBe(true)
  })

  it('may consist of reads and creations', () => {
    const { plan, take, at } = planOf('/deep/1/2/3', ...many(5))
    take(1)
    expect(plan.isDue(6)).toBe(false)
    plan.get(at('/n0'))
    expect(plan.isDue(6)).toBe(true)
  })
})

describe('a batch that is not full', () => {
  it('is due when nothing is in progress', () => {
    const { plan, take } = planOf('/a')
    expect(plan.isDue(20)).toBe(true)
    take()
    expect(plan.wait).toBeUndefined()
  })

  it('waits for a higher folder that is in progress, because its children may fill it', () => {
    const { plan, take, created } = planOf('/deep/1/2', '/a', '/b')
    const [first] = take(1)
    expect(plan.isDue(20)).toBe(false)
    created(first)
    expect(plan.isDue(20)).toBe(true)
    expect(take()[1]).toEqual(['create /deep/1', 'create /a', 'create /b'])
  })

  it.each([
    ['fails', 'failed'],
    ['exists', 'exists'],
  ] as const)('is due when that one %s', (_, status) => {
    const { plan, states, take, at } = planOf('/deep/1', '/a')
    const [first] = take(1)
    states.settle({ folder: at('/deep'), status })
    expect(plan.isDue(20)).toBe(false)
    plan.finished(first)
    expect(plan.isDue(20)).toBe(true)
  })

  it('does not wait if it has a folder as high as those in progress: it would be delayed', () => {
    const { plan, take } = planOf('/one/1', '/two/1', '/a')
    take(1)
    expect(plan.isDue(20)).toBe(true)
    take(1)
    expect(plan.isDue(20)).toBe(false)
  })

  it('waits for the highest in progress, and not only for the last', () => {
    const { plan, take, created } = planOf('/deep/1/2/3', '/mid/1', '/a')
    take(1)
    const [mid] = take(1)
    created(mid)
    expect(plan.isDue(20)).toBe(false)
  })

  it('waits for nothing if those in progress have no children', () => {
    const { plan, take } = planOf(...many(3))
    take(1)
    expect(plan.isDue(20)).toBe(true)
  })

  it('waits for a list, which opens children, too, and for a read of a folder with children', () => {
    for (const kind of ['list', 'get'] as const) {
      const { plan, take, at } = planOf('/p/q', '/a')
      const [first] = take(1)
      plan.finished(first)
      if (kind === 'list') plan.list(at('/p'))
      else plan.get(at('/p'))
      expect(take(1)[1]).toEqual([`${kind} /p`])
      expect(plan.isDue(20)).toBe(false)
    }
  })

  it('does not wait if it reads or lists a folder as high as those in progress', () => {
    const { plan, take, at } = planOf('/one/1', '/two/1', '/a')
    take(2)
    expect(plan.isDue(20)).toBe(false)
    plan.get(at('/two'))
    expect(plan.isDue(20)).toBe(true)
  })
})

describe('what was refused in company', () => {
  it('is sent in a batch of its own, before everything else and whatever is in progress', () => {
    const { plan, take, at } = planOf('/deep/1', '/a', '/b', '/c')
    take(3)
    expect(plan.isDue(20)).toBe(false)
    for (const path of ['/a', '/b']) plan.alone({ kind: 'create', folder: at(path) })
    expect([plan.wait, plan.isDue(20)]).toEqual([0, true])
    expect([take()[1], take()[1], take()[1]]).toEqual([['create /a'], ['create /b'], ['create /c']])
  })
})

describe('what is sent again later', () => {
  it('is sent when its time has come, the first one first', () => {
    const { plan, take, at } = planOf('/a', '/b')
    take()
    plan.again({ kind: 'create', folder: at('/a') }, 500)
    plan.again({ kind: 'create', folder: at('/b') }, 200)
    expect([plan.wait, plan.delay, take()[1]]).toEqual([200, 200, []])
    pass(200)
    expect([plan.wait, take()[1], plan.wait]).toEqual([0, ['create /b'], 300])
    pass(400)
    expect([plan.wait, plan.delay]).toEqual([0, 0])
    expect(take()[1]).toEqual(['create /a'])
    expect([plan.wait, plan.delay]).toEqual([undefined, undefined])
  })

  it('does not keep the others waiting, and is not waited for by a batch that is not full', () => {
    const { plan, take, at } = planOf('/deep/1', '/a')
    const [first] = take(1)
    plan.again({ kind: 'create', folder: at('/deep') }, 500)
    plan.finished(first)
    expect([plan.wait, plan.delay, plan.isDue(20)]).toEqual([0, 500, true])
    expect(take()[1]).toEqual(['create /a'])
  })

  it('makes a batch due that has waited for others in progress', () => {
    const { plan, take, at } = planOf('/one/1', '/two/1', '/a')
    const [both] = take(2)
    plan.again({ kind: 'create', folder: at('/two') }, 500)
    expect(plan.isDue(20)).toBe(false)
    pass(499)
    expect(plan.isDue(20)).toBe(false)
    pass(1)
    expect([both.length, plan.isDue(20), plan.delay]).toEqual([2, true, undefined])
  })
})

describe('a queue', () => {
  it('returns first what came first', () => {
    const queue = new Queue<number>()
    expect([queue.next, queue.shift(), queue.length]).toEqual([undefined, undefined, 0])
    for (const one of [1, 2]) queue.push(one)
    expect([queue.length, queue.next, queue.shift(), queue.length]).toEqual([2, 1, 1, 1])
    queue.push(3)
    expect([queue.shift(), queue.shift(), queue.shift(), queue.length]).toEqual([2, 3, undefined, 0])
    queue.push(4)
    expect([queue.length, queue.next, queue.shift()]).toEqual([1, 4, 4])
  })
})
