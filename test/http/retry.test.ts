import { afterEach, describe, expect, it, vi } from 'vitest'
import { Pause, parseRetryAfter, startPatience } from '../../src/http/retry.ts'
import { notices } from '../../src/notices.ts'

const now = Date.parse('2026-03-01T12:00:00Z')

describe('Retry-After', () => {
  it.each([
    ['1', 1_000],
    ['0', 0],
    ['120', 120_000],
    ['3515', 3_515_000],
    ['0.249', 249],
    ['1.5', 1_500],
    [' 5 ', 5_000],
    ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
    ['Sunday, 01-Mar-26 12:00:30 GMT', 30_000],
    ['Sun, 01 Mar 2026 11:59:00 GMT', 0],
    ['2026-03-01T12:00:10Z', 10_000],
  ])('of %j is a wait of %i ms', (value, wait) => {
    expect(parseRetryAfter(value, now)).toBe(wait)
  })

  it.each([undefined, '', '  ', 'soon', '-5', '1e3', '5 minutes', '0x10', 'Infinity', 'NaN', '1,5'])(
    'of %j says nothing',
    (value) => {
      expect(parseRetryAfter(value, now)).toBeUndefined()
    },
  )
})

describe('a pause that is shared', () => {
  const told = vi.spyOn(notices, 'waiting').mockImplementation(() => {})
  afterEach(() => told.mockClear())
  const tookMs = async (work: Promise<unknown>) => {
    const began = performance.now()
    await work
    return performance.now() - began
  }

  it('holds up other work, which is not told again, and none that may not wait for so long', async () => {
    const shared = new Pause()
    const [one, other] = [startPatience(5_000, shared), startPatience(5_000, shared)]
    const waits = [one.pause('Busy', '0.3'), other.pause('Busy', '0.3')]
    expect(await tookMs(startPatience(100, shared).ready())).toBeLessThan(90)
    expect(await tookMs(startPatience(5_000, shared).ready())).toBeGreaterThan(200)
    expect(await Promise.all(waits)).toEqual([true, true])
    expect(told.mock.calls).toEqual([[expect.stringMatching(/^Busy\. Retrying in/)]])
    await one.pause('Busy', '0.01')
    expect(told).toHaveBeenCalledTimes(2)
  })

  it('does not begin with a failure of one connection', async () => {
    const shared = new Pause()
    const waiting = startPatience(5_000, shared).pause('Lost')
    expect(await tookMs(startPatience(5_000, shared).ready())).toBeLessThan(200)
    await waiting
  })
})
