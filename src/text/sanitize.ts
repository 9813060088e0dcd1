/**
 * The one door for text from outside (a server, a helper, another program) on its way to a person: `fromOutside` where
 * it comes in, `sanitize` where it is printed, `sanitizeJson` where a program reads it.
 */

/** Characters without a shape of their own, for a class of an expression. */
const shapeless = String.raw`\p{Cc}\p{DI}\u2028\u2029\ufff9-\ufffb`
const shapelessRuns = once(() => new RegExp(`([^${shapeless}])?([${shapeless}]+)`, 'gu'))
const pictures = once(() => anyOf('Extended_Pictographic', 'Emoji_Modifier'))
const withVariants = once(() => anyOf('Extended_Pictographic', 'Sm', 'sc=Hani', 'sc=Mymr', 'sc=Mong'))
const letters = once(() => anyOf('L', 'M'))
/** The scripts in which a joiner changes how letters look. */
const joiningScripts = once(() =>
  anyOf(
    ...['Adlm', 'Arab', 'Mand', 'Mong', 'Nkoo', 'Rohg', 'Syrc'].map((script) => `scx=${script}`),
    ...['Beng', 'Deva', 'Gujr', 'Guru', 'Khmr', 'Knda', 'Mlym', 'Mymr'].map((script) => `scx=${script}`),
    ...['Orya', 'Sinh', 'Taml', 'Telu', 'Tibt'].map((script) => `scx=${script}`),
  ),
)

/**
 * Expressions with Unicode's properties are made when they are first needed, and from strings: V8 checks literals when it
 * compiles the file around them, and these would cost every command 1 to 2 ms.
 */
function once(make: () => RegExp): () => RegExp {
  let made: RegExp | undefined
  return () => {
    made ??= make()
    return made
  }
}

function anyOf(...properties: string[]): RegExp {
  return new RegExp(`[${properties.map((property) => `\\p{${property}}`).join('')}]`, 'u')
}

/**
 * Text on one line, without what could move the cursor, hide text, or make two texts look the same:
 * - control characters, line breaks among them, and the controls of direction (bidi);
 * - what has no shape of its own: Unicode's Default_Ignorable_Code_Point (tag characters, zero-width spaces, invisible
 *   operators, fillers, soft hyphens, byte order marks) and the annotation marks U+FFF9 to U+FFFB;
 * - lone surrogates, which become U+FFFD.
 *
 * Two kinds stay where they change what a person sees: the joiners U+200C and U+200D between letters of scripts that
 * need them (Persian and Hindi cannot be written without) and in emoji, and one variation selector behind a character
 * that has variants. https://www.unicode.org/reports/tr31/#Layout_and_Format_Control_Characters
 */
export function sanitize(text: string): string {
  if (isPlain(text)) return text
  return text
    .toWellFormed()
    .replace(shapelessRuns(), (all: string, base: string | undefined, run: string, at: number) =>
      base === undefined ? '' : base + visiblePart(base, run, at + all.length === text.length),
    )
}

/** What of a run of characters without a shape changes how the character in front of it looks. */
function visiblePart(base: string, run: string, isEnd: boolean): string {
  const [, selector = '', joiner = ''] =
    /^([\ufe00-\ufe0f\u180b-\u180d\u180f]?)([\u200c\u200d]?)/.exec(run) ?? []
  return (withVariants().test(base) ? selector : '') + (!isEnd && isJoined(base) ? joiner : '')
}

function isJoined(base: string): boolean {
  return pictures().test(base) || (letters().test(base) && joiningScripts().test(base))
}

/**
 * A field of an answer as a part of a sentence: what is no text is empty; line breaks and runs of blanks become one
 * space, so that nothing of it can pass for a line of od-link's own; and it has a bound.
 */
export function fromOutside(value: unknown, most: number): string {
  if (typeof value !== 'string') return ''
  // A bound on the work, too.
  const oneLine = value.slice(0, 8 * most).replace(/[\t-\r \x85\u2028\u2029]+/g, ' ')
  return sanitize(sanitize(oneLine).trim().slice(0, most))
}

/** JSON in which the same characters are escaped: the value is whole, and safe to show. */
export function sanitizeJson(value: unknown): string {
  const json = JSON.stringify(value)
  if (isPlain(json)) return json
  return json.replace(new RegExp(`[${shapeless}]`, 'gu'), (character) =>
    // Both halves of those beyond U+FFFF.
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

/**
 * Whether all of it is from ranges that hold nothing to take out: ASCII, Latin, Greek, Cyrillic, Hebrew, Kana, Han and
 * Hangul. Nearly every text is, and the expressions with Unicode's tables take a millisecond to be made.
 */
function isPlain(text: string): boolean {
  return /^[ -~\xa0-\xac\xae-\u02ff\u0370-\u0600\u3000-\u3163\u3400-\u9fff\uac00-\ud7a3]*$/.test(text)
}
