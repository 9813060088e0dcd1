import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRetryAfter } from '../../src/http/retry.ts'
import { sanitize } from '../../src/text/sanitize.ts'
import { shellQuote } from '../../src/text/shell-quote.ts'
import { anyText, settings } from './runs.ts'

/** A failing example is run again as `runs.ts` says. */

const harmful = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/
const nasty = fc.array(
  fc.oneof(
    fc.constantFrom(...'\u001b[2J\u009b\u202e\u2066\u2028\u007f\r\n\0'),
    fc.string({ unit: 'binary', maxLength: 3 }),
  ),
)

describe('harmless', () => {
  it('leaves no control or bidi character, and takes nothing else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyText,
          nasty.map((parts) => parts.join('')),
        ),
        (text) => {
          const shown = sanitize(text)
          expect(shown).not.toMatch(harmful)
          expect(sanitize(shown)).toBe(shown)
          expect(shown).toBe([...text].filter((one) => !harmful.test(one)).join(''))
        },
      ),
      settings(),
    )
  })
})

describe('a quoted word', () => {
  it('is that word to a real shell', () => {
    const words = fc.array(
      anyText.map((text) => text.replaceAll('\0', '').toWellFormed()),
      { minLength: 20, maxLength: 60 },
    )
    fc.assert(
      fc.property(words, (all) => {
        const script = `printf '%s\\0' ${all.map((word) => shellQuote(word)).join(' ')}`
        const { stdout } = spawnSync('/bin/sh', [], { input: script, encoding: 'utf8' })
        expect(stdout.split('\0').slice(0, -1)).toEqual(all)
      }),
      settings(0.05),
    )
  })
})

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
