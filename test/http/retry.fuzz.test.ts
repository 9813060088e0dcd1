import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRetryAfter } from '../../src/http/retry.ts'
import { anyText, settings } from '../fuzz/runs.ts'

describe('Retry-After', () => {
  const now = Date.parse('2026-03-01T12:00:00Z')
  const day = 86_400_000
  const times = fc.date({ min: new Date(-1e13), max: new Date(1e13), noInvalidDate: true })
  const forms = times.chain((time) => {
    const imf = time.toUTCString()
    return fc.constantFrom(imf, time.toISOString(), imf.toUpperCase(), imf.replaceAll(' ', '-'), `${time}`)
  })

  it('is nothing, or a wait of a day at most', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, forms, fc.double().map(String), fc.bigInt().map(String)), (value) => {
        const wait = parseRetryAfter(value, now)
        if (wait === undefined) return
        expect(wait).toBeGreaterThanOrEqual(0)
        expect(wait).toBeLessThanOrEqual(day)
      }),
      settings(),
    )
  })

  it('of so many seconds, with a fraction or without, or until a date, is that wait', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 86_400 }),
        fc.integer({ min: 0, max: 999 }),
        (seconds, thousandths) => {
          expect(parseRetryAfter(String(seconds), now)).toBe(seconds * 1000)
          const fraction = `${seconds}.${String(thousandths).padStart(3, '0')}`
          expect(parseRetryAfter(fraction, now)).toBeCloseTo(Math.min(day, seconds * 1000 + thousandths), 5)
          expect(parseRetryAfter(new Date(now + seconds * 1000).toUTCString(), now)).toBe(seconds * 1000)
        },
      ),
      settings(),
    )
  })
})
