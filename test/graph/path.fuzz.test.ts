import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OdLinkError } from '../../src/errors.ts'
import { childPath, type DrivePath, encodePath, parsePath, sameName, showPath } from '../../src/graph/path.ts'
import { settings } from '../fuzz/runs.ts'

const accepted = (read: () => DrivePath): DrivePath | undefined => {
  try {
    return read()
  } catch (error) {
    if (error instanceof OdLinkError && error.kind === 'usage') return undefined
    throw error
  }
}
/** Names that OneDrive accepts, from all of Unicode and what a person might type. */
const name = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    fc.constantFrom(
      'a%20b',
      '%2F',
      '100%',
      '#',
      'a+b',
      "it's",
      '.hidden',
      'é',
      '🚀',
      '[x]',
      ';',
      '%25',
      '&=',
    ),
  )
  .filter((text) => accepted(() => childPath([], text)) !== undefined)
const names = fc.array(name, { minLength: 1, maxLength: 6 }).filter((all) => all.join('/').length <= 400)

describe('a path', () => {
  it('is the same after it was encoded and decoded, name by name', () => {
    fc.assert(
      fc.property(names, (all) => {
        const path = parsePath(`/${all.join('/')}`)
        expect(path).toEqual(all)
        expect(encodePath(path).split('/').map(decodeURIComponent)).toEqual(all)
      }),
      settings(),
    )
  })

  it('is not tidied up by the URL it stands in, and stays in its path', () => {
    fc.assert(
      fc.property(names, (all) => {
        const encoded = encodePath(parsePath(all.join('/')))
        const url = new URL(`https://graph.example/v1.0/me/drive/root:/${encoded}:/children`)
        expect(url.pathname).toBe(`/v1.0/me/drive/root:/${encoded}:/children`)
        expect(url.search + url.hash).toBe('')
        // A colon would end the path in Graph's addressing.
        expect(encoded).not.toMatch(/[:?#\s\\]/)
      }),
      settings(),
    )
  })

  it('reads what it shows', () => {
    fc.assert(
      fc.property(names, (all) => {
        expect(parsePath(showPath(all))).toEqual(all)
      }),
      settings(),
    )
  })

  it('is either read or refused with a reason, whatever was typed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string()), (text) => {
        const path = accepted(() => parsePath(text))
        if (path) expect(path.every((one) => one !== '' && one !== '.' && one !== '..')).toBe(true)
      }),
      settings(),
    )
  })

  it.each([
    ['/', []],
    ['', []],
    ['///', []],
    ['/a', ['a']],
    ['a/b/', ['a', 'b']],
    ['//a//b//', ['a', 'b']],
  ])('%j has the names %j', (text, expected) => {
    expect(parsePath(text)).toEqual(expected)
  })

  it.each([
    [`/${'a'.repeat(200)}/${'b'.repeat(199)}`, true],
    [`/${'a'.repeat(200)}/${'b'.repeat(200)}`, false],
  ])('of 400 characters is the longest', (text, fits) => {
    expect(accepted(() => parsePath(text)) !== undefined).toBe(fits)
  })

  it('with half a character is refused', () => {
    expect(() => parsePath('/a\ud83d')).toThrow('not valid Unicode')
  })
})

describe('two names', () => {
  it.each([
    ['Foo', 'foo', true],
    ['caf\u00e9', 'cafe\u0301', true],
    ['CAF\u00c9', 'cafe\u0301', true],
    ['a', 'b', false],
    ['a', 'a ', false],
  ])('%j and %j: one name is %s', (a, b, same) => {
    expect(sameName(a, b)).toBe(same)
  })
})
