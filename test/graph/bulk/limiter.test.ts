import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Limiter } from '../../../src/graph/bulk/limiter.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] })
  // No jitter.
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})
const pass = (ms: number) => vi.advanceTimersByTime(ms)

describe('the batches in progress', () => {
  it('are four at first, and twice as many with each round, up to eight', () => {
    const limiter = new Limiter()
    expect(limiter.batches).toBe(4)
    for (let batch = 1; batch <= 6; batch += 1) {
      limiter.accepted(40, limiter.send(40))
      expect(limiter.batches).toBe(Math.min(8, 4 + batch))
    }
  })

  it('are no more than the ceiling', () => {
    const limiter = new Limiter(2)
    expect(limiter.batches).toBe(2)
    limiter.accepted(40, limiter.send(40))
    expect(limiter.batches).toBe(2)
    expect(new Limiter(1).batches).toBe(1)
    expect(new Limiter(20).batches).toBe(4)
  })

  it('are a quarter after throttling, half after another failure, and at least one', () => {
    const limiter = new Limiter()
    for (let batch = 0; batch < 4; batch += 1) limiter.accepted(40, limiter.send(40))
    const sent = limiter.send(40)
    pass(1)
    limiter.throttled(sent, 100)
    expect(limiter.batches).toBe(2)
    pass(1)
    limiter.troubled(limiter.send(40), 100)
    expect(limiter.batches).toBe(1)
    pass(1)
    limiter.throttled(limiter.send(40), 100)
    expect(limiter.batches).toBe(1)
  })

  it('are reduced once by all that were in progress together', () => {
    const limiter = new Limiter()
    for (let batch = 0; batch < 4; batch += 1) limiter.accepted(40, limiter.send(40))
    const sent = [limiter.send(40), limiter.send(40)]
    pass(1)
    limiter.throttled(sent[0] ?? 0, 0)
    limiter.throttled(sent[1] ?? 0, 0)
    limiter.troubled(sent[1] ?? 0)
    expect([limiter.batches, limiter.troubles]).toEqual([2, 0])
  })

  it.each([
    ['refusals', (limiter: Limiter, sent: number) => limiter.throttled(sent, undefined), 1_000],
    ['other failures', (limiter: Limiter, sent: number) => limiter.troubled(sent), 500],
  ])('wait once for %s of those in progress together', (_, meet, first) => {
    const limiter = new Limiter()
    const sent = [limiter.send(40), limiter.send(40)] as const
    pass(1)
    meet(limiter, sent[0])
    pass(100)
    meet(limiter, sent[1])
    expect(limiter.pause).toBe(first - 100)
    pass(first - 99)
    meet(limiter, limiter.send(40))
    expect(limiter.pause).toBe(2 * first)
  })

  it('grow slowly after that, with what was sent since then', () => {
    const limiter = new Limiter()
    const early = limiter.send(40)
    pass(1)
    limiter.throttled(early, 0)
    expect(limiter.batches).toBe(1)
    for (let batch = 0; batch < 50; batch += 1) limiter.accepted(40, early)
    expect(limiter.batches).toBe(1)
    let batches = 0
    for (; limiter.batches === 1; batches += 1) {
      pass(1)
      limiter.accepted(40, limiter.send(40))
    }
    expect(batches).toBeGreaterThanOrEqual(8)
    expect(batches).toBeLessThanOrEqual(14)
  })
})

describe('all batches wait', () => {
  it('for as long as the server asks; the longest wait counts', () => {
    const limiter = new Limiter()
    expect([limiter.pause, limiter.wait]).toEqual([0, 0])
    limiter.throttled(limiter.send(40), 3_000)
    expect(limiter.pause).toBe(3_000)
    limiter.stopFor(1_000)
    expect(limiter.pause).toBe(3_000)
    pass(2_000)
    expect([limiter.pause, limiter.wait]).toEqual([1_000, 1_000])
    pass(5_000)
    expect([limiter.pause, limiter.wait]).toEqual([0, 0])
  })

  it('1, 2, 4 … 30 s where the server does not say how long it throttles', () => {
    const limiter = new Limiter()
    for (const wait of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      limiter.throttled(limiter.send(40), undefined)
      expect(limiter.pause).toBe(wait)
      pass(wait + 1)
    }
    limiter.accepted(40, limiter.send(40))
    limiter.throttled(limiter.send(40), undefined)
    expect(limiter.pause).toBe(1_000)
  })

  it('for some time if the server says 0 again and again', () => {
    const limiter = new Limiter()
    for (const wait of [0, 100, 200, 400]) {
      limiter.throttled(limiter.send(40), 0)
      expect(limiter.pause).toBe(wait)
      pass(wait + 1)
    }
    limiter.throttled(limiter.send(40), 5_000)
    expect(limiter.pause).toBe(5_000)
  })

  it('0.5, 1, 2 … s after other failures, which are counted until something is accepted', () => {
    const limiter = new Limiter()
    for (const [at, wait] of [500, 1_000, 2_000].entries()) {
      limiter.troubled(limiter.send(40))
      expect([limiter.pause, limiter.troubles]).toEqual([wait, at + 1])
      pass(wait + 1)
    }
    limiter.troubled(limiter.send(40), 7_000)
    expect([limiter.pause, limiter.troubles]).toEqual([7_000, 4])
    pass(7_001)
    limiter.accepted(40, limiter.send(40))
    expect(limiter.troubles).toBe(0)
  })

  it('with some jitter', () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const low = new Limiter()
    low.throttled(low.send(40), undefined)
    expect(low.pause).toBe(750)
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const high = new Limiter()
    high.throttled(high.send(40), undefined)
    expect(high.pause).toBe(1_250)
  })
})
