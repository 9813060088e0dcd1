/* The names of the entries that one value is stored in, where a store needs more than one for it. */

const secondSlot = ' second'

/** The two entries that have a value in turn (two-slots.ts). */
export function slotsOf(name: string): [first: string, second: string] {
  return [name, `${name}${secondSlot}`]
}

/**
 * The entries with the chunks of a long value (chunks.ts).
 * @param writing distinguishes one write from another: twelve hexadecimal digits.
 */
export function chunkNames(name: string, { count, writing }: { count: number; writing: string }): string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${writing} ${index + 1}`)
}

/** Whether an entry has a chunk of a value. @param name the entry that the value has, or would have if it were short. */
export function isChunkOf(name: string, entry: string): boolean {
  return entry !== name && withoutChunk(entry) === name
}

/** The name of the value that an entry belongs to: it has the value, is one of its slots, or has a chunk of it. */
export function nameOfValue(entry: string): string {
  const name = withoutChunk(entry)
  return name.endsWith(secondSlot) ? name.slice(0, -secondSlot.length) : name
}

function withoutChunk(entry: string): string {
  return entry.replace(/ [0-9a-f]{12} \d{1,4}$/, '')
}
