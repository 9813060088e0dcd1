export type JsonObject = Record<string, unknown>

/** No answer of Microsoft's has as many levels. A million of them keep V8 for seconds, which no time limit can end. */
const mostLevels = 1_000

/** The text of an answer as a JSON object, or nothing. Some servers begin with a byte order mark. */
export function parseJsonObject(text: string): JsonObject | undefined {
  if (isTooDeep(text)) return undefined
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''))
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Whether brackets outside of strings are open in more than so many levels. */
function isTooDeep(text: string): boolean {
  let levels = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at]
    if (letter === '"') isQuoted = !isQuoted
    else if (isQuoted) at += letter === '\\' ? 1 : 0
    else if (letter === '[' || letter === '{') levels += 1
    else if (letter === ']' || letter === '}') levels -= 1
    if (levels > mostLevels) return true
  }
  return false
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
