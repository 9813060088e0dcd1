export type JsonObject = Record<string, unknown>

/**
 * No answer of Microsoft's has as many levels or values (a page of a list has at most 1,000 items of some 100). A
 * million of either keep V8 for seconds, which no time limit can end, or take a hundred times the memory of the text.
 */
const mostLevels = 1_000
const mostValues = 250_000
const moreBrackets = new RegExp(`^(?:[^[{]*[[{]){${mostLevels + 1}}`)

/** The text of an answer as a JSON object, or nothing. Some servers begin with a byte order mark. */
export function parseJsonObject(text: string): JsonObject | undefined {
  if (isTooMuch(text)) return undefined
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''))
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Whether the brackets and commas outside of strings make more levels or values than an answer may have. */
function isTooMuch(text: string): boolean {
  // Most answers are too short for it. To see so takes an expression a twentieth of the time that the loop takes.
  if (text.length <= mostValues && !moreBrackets.test(text)) return false
  let levels = 0
  let values = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === codes.quote) at = endOfString(text, at)
    else if (code === codes.comma) values += 1
    else if (code === codes.array || code === codes.object) {
      levels += 1
      values += 1
    } else if (code === codes.arrayEnd || code === codes.objectEnd) levels -= 1
    if (levels > mostLevels || values > mostValues) return true
  }
  return false
}

/** A page of a list has 400,000 characters, and these are compared three times as fast as strings of one. */
const codes = {
  quote: 0x22,
  comma: 0x2c,
  array: 0x5b,
  arrayEnd: 0x5d,
  object: 0x7b,
  objectEnd: 0x7d,
} as const

/** Where a string ends that begins at a quote; the end of the text, if nowhere. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end < 0 ? text.length : end
}

/** Whether an odd number of backslashes stands before a quote. */
function isEscaped(text: string, quote: number): boolean {
  let first = quote
  while (text[first - 1] === '\\') first -= 1
  return (quote - first) % 2 === 1
}

/** Whether a value is an object, and neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * What a server put into a field of text: the first characters of it, or nothing when it is no text. (String() would
 * not do: some objects cannot be made text, and arrays that are nested deep enough break the stack.)
 */
export function textIn(value: unknown, most: number): string {
  return typeof value === 'string' ? value.slice(0, most) : ''
}

/** The same for a number, which has come as text, too; NaN when it is neither. */
export function numberIn(value: unknown): number {
  return typeof value === 'number' ? value : Number(textIn(value, 40) || Number.NaN)
}
