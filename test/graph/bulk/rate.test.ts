import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Limiter } from '../../../src/graph/bulk/limiter.ts'
import { Rate } from '../../../src/graph/bulk/rate.ts'

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

describe('the rate', () => {
  /** A server that takes so many units a second, and refuses what is more. */
  function refusedTwice(units: number, seconds: number): Rate {
    const pace = new Rate()
    for (let time = 0; time < 2; time += 1) {
      pace.sent(units)
      pace.accepted(units)
      pass(seconds * 1000)
      pace.refused()
      pace.sent(0)
    }
    return pace
  }

  it('is not limited before the second refusal', () => {
    const pace = new Rate()
    for (let batch = 0; batch < 9; batch += 1) {
      pace.sent(40)
      pace.accepted(40)
      pass(10)
    }
    pace.refused()
    pass(1_000)
    pace.sent(40)
    expect([pace.rate, pace.wait]).toEqual([undefined, 0])
  })

  it('is what was accepted between two refusals', () => {
    const pace = refusedTwice(100, 2)
    expect(pace.rate).toBe(50)
    pace.sent(25)
    expect(pace.wait).toBe(500)
    pace.sent(25)
    expect(pace.wait).toBe(1_000)
    pass(400)
    expect(pace.wait).toBe(600)
    pass(9_000)
    expect(pace.wait).toBe(0)
  })

  it('is not measured with only a few units', () => {
    expect(refusedTwice(19, 2).rate).toBeUndefined()
    expect(refusedTwice(40, 2).rate).toBe(20)
  })

  it('grows by 3 % after each interval as long as the last wait, at least a second', () => {
    const pace = refusedTwice(100, 2)
    pass(1_000)
    pace.sent(0)
    expect(pace.rate).toBe(50)
    pass(1)
    pace.sent(0)
    expect(pace.rate).toBeCloseTo(51.5)
    pace.sent(0)
    expect(pace.rate).toBeCloseTo(51.5)
    pass(1_001)
    pace.sent(0)
    expect(pace.rate).toBeCloseTo(53.045)
  })

  it('falls to no less than 85 %', () => {
    const pace = refusedTwice(100, 2)
    pace.accepted(40)
    pass(10_000)
    pace.refused()
    pace.sent(0)
    expect(pace.rate).toBeCloseTo(42.5)
  })

  it('grows only after as long as the last refusal took', () => {
    const pace = refusedTwice(100, 2)
    pace.accepted(100)
    pass(1_000)
    pace.refused()
    pass(3_000)
    pace.refused()
    pace.sent(0)
    const { rate = 0 } = pace
    pass(2_900)
    pace.sent(0)
    expect(pace.rate).toBe(rate)
    pass(200)
    pace.sent(0)
    expect(pace.rate).toBeCloseTo(rate * 1.03)
  })

  it('limits batches to what it allows in a second', () => {
    const limiter = new Limiter()
    expect(limiter.batchSize).toBe(20)
    const refuse = (units: number, seconds: number) => {
      for (let time = 0; time < 2; time += 1) {
        limiter.accepted(units, limiter.send(units))
        pass(seconds * 1000)
        limiter.throttled(limiter.send(0), 0)
        limiter.send(0)
      }
    }
    refuse(100, 5)
    expect(limiter.batchSize).toBe(10)
    limiter.send(40)
    expect(limiter.wait).toBeGreaterThan(1_500)
    refuse(41, 100)
    refuse(41, 100)
    expect(limiter.batchSize).toBeGreaterThanOrEqual(1)
    expect(limiter.batchSize).toBeLessThan(10)
  })
})
