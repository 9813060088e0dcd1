import { describe, expect, it } from 'vitest'
import { parseRetryAfter } from '../../src/http/retry.ts'

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
