import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromOutside, sanitize, sanitizeJson } from '../../src/text/sanitize.ts'
import { anyText, settings } from '../fuzz/runs.ts'

/** A failing example is run again as `runs.ts` says. */

/** What is never shown, and what is shown only where it changes the character in front of it. */
const harmful = new RegExp(
  [
    String.raw`[\0-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e]`,
    String.raw`[\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}\p{Cs}]`,
  ].join('|'),
  'u',
)
const shaping = /^([\u180b-\u180d\u180f\ufe00-\ufe0f]|\u200c|\u200d)$/
const nasty = fc.array(
  fc.oneof(
    fc.constantFrom(
      ...'\u001b[2J\u009b\u202e\u2066\u2028\u007f\r\n\0\u00ad\u200b\u2060\u2064\ufeff\ufff9\ufffb\u{e0041}\u{e007f}\u{e0100}',
      ...'\u200c\u200d\ufe0fa1م\u0915\u094d👩葛',
      '\ud800',
      '\udc00',
    ),
    fc.string({ unit: 'binary', maxLength: 3 }),
  ),
)

describe('sanitize', () => {
  it('leaves no control or bidi character, and takes nothing else', () => {
    const visible = (text: string) =>
      [...text.toWellFormed()].filter((one) => !harmful.test(one) && !shaping.test(one)).join('')
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
          expect(visible(shown)).toBe(visible(text))
          expect(JSON.parse(sanitizeJson(text))).toBe(text)
          expect(sanitizeJson(text)).not.toMatch(harmful)
        },
      ),
      settings(),
    )
  })

  it.each([
    ['tag characters', `a${'\u{e0049}\u{e0047}\u{e004e}'}b`, 'ab'],
    ['zero-width spaces and word joiners', 'pay\u200bpal \u2060x\u2064\ufeff', 'paypal x'],
    ['annotations', 'a\ufff9b\ufffac\ufffb', 'abc'],
    ['soft hyphens and fillers', 'a\u00adb\u115fc\u3164', 'abc'],
    ['half of a pair', 'a\ud83db', 'a\ufffdb'],
    ['joiners and selectors that join nothing', 'pay\u200dpal x\u200c \u200d1\ufe0fa\ufe0f', 'paypal x 1a'],
    ['joiners at the end, and more than one', 'م\u200c\u200cم\u200c', 'م\u200cم'],
    ['selectors that carry bytes', `❤${'\ufe0f\ufe01\ufe02\u{e0101}'}`, '❤\ufe0f'],
  ])('takes out %s', (_, text, shown) => expect(sanitize(text)).toBe(shown))

  it.each([
    ['Persian', 'می\u200cخواهم'],
    ['Hindi', 'क\u094d\u200dष'],
    ['families of emoji', '👩\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 👩🏽\u200d💻'],
    ['decomposed letters', 'Zu\u0308rich'],
  ])('leaves %s as it is', (_, text) => expect(sanitize(text)).toBe(text))
})

describe('a text from outside', () => {
  it('is one line with a bound, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.anything()), fc.integer({ min: 1, max: 50 }), (value, most) => {
        const text = fromOutside(value, most)
        expect(text).toBe(sanitize(text))
        expect(text.length).toBeLessThanOrEqual(most)
        expect(text).not.toMatch(/[\n\r\v\f\x85\u2028\u2029]|^ | {2}/)
        if (typeof value !== 'string') expect(text).toBe('')
      }),
      settings(),
    )
  })
})
