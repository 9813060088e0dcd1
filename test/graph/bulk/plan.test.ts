import { describe, expect, it } from 'vitest'
import { Queue } from '../../../src/graph/bulk/plan.ts'

describe('a queue', () => {
  it('gives first what came first', () => {
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
