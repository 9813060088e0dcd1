import type { Json } from './id-token.ts'
import { JsonText, nested } from './json-text.ts'

/**
 * Escape sequences that move the cursor, hide and link text, write the clipboard, set a title, delete, and a
 * line break.
 */
export const escapes = [
  'a\u001b[2J\u001b[31m\u001b[8m',
  '\u001b]0;owned\u0007\u001b]8;;https://evil.example\u0007here\u001b]8;;\u0007\u001b]52;c;Zm9v\u0007',
  '\u009b31m\u009d0;owned\u009c\u0090q\u009c\u0085\u0007\b\u007f\u0000',
  'good\rbad\r\n/etc\n\tz',
].join('')

/** Bidi overrides, invisible characters, and line and paragraph separators. */
export const invisible =
  'a\u202etxt.exe\u202c\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b\u200c\u200d\u2060\ufeff\u2028b\u2029\u00adz'

/** Everything that od-link must never print, besides line breaks and tabs. */
export const harmful = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/

const megabytes = (count: number) => 'long '.repeat((count * 1_000_000) / 5)
/** Just below and above the size that od-link reads of an answer. */
const [readable, unreadable] = [megabytes(7), megabytes(10)]

interface Poison {
  name: string
  /** Tried on every field; the others rotate. */
  always?: boolean
  /** Whether it applies to a field with this value; default: any. */
  fits?: (value: Json) => boolean
  value: (instead: Json) => Json
}

const isText = (value: Json) => typeof value === 'string'
const isNumber = (value: Json) => typeof value === 'number'

/** The replacements for a field. */
export const poisons: readonly Poison[] = [
  { name: 'escape sequences and bidi overrides', always: true, value: () => escapes + invisible },
  { name: '10 MB of text', always: true, value: () => unreadable },
  { name: '7 MB of text', fits: isText, value: () => readable },
  { name: 'a lone surrogate', fits: isText, value: () => 'a\ud83d' },
  { name: 'an empty string', fits: isText, value: () => '' },
  { name: 'a number as a string', fits: isNumber, value: (number) => String(number) },
  { name: 'a negative number', fits: isNumber, value: () => -1 },
  { name: 'a huge number', fits: isNumber, value: () => 1e300 },
  { name: 'an infinite number', fits: isNumber, value: () => new JsonText('1e999') },
  { name: 'a number or true', value: (instead) => (isNumber(instead) ? true : 42) },
  { name: 'null', value: () => null },
  { name: 'an array', value: () => [escapes, null] },
  { name: 'an object that cannot become a string', value: () => ({ toString: 1, valueOf: null, toJSON: 2 }) },
  { name: 'an object with __proto__', value: () => new JsonText('{"__proto__":{"status":200,"folder":{}}}') },
  { name: 'arrays 100,000 deep', value: () => nested(100_000) },
]

/** The replacements for a header; each character is a byte. */
export const headerPoisons: readonly { name: string; always?: boolean; value: string }[] = [
  { name: 'escape sequences of one byte', always: true, value: '\u009b31m\u009d0;owned\u009c\u0085z' },
  { name: '7 KB of text', value: 'long '.repeat(1_400) },
  { name: 'bidi overrides in UTF-8', value: Buffer.from(invisible).toString('latin1') },
  { name: 'a negative number', value: '-1' },
  { name: 'a huge number', value: '9'.repeat(400) },
  { name: 'text', value: 'soon, perhaps; "or=not"' },
]
