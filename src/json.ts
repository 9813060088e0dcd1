export type JsonObject = Record<string, unknown>

/** The text of an answer as a JSON object, or nothing. Some servers begin with a byte order mark. */
export function parseJsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''))
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
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
