/**
 * Values on the wire of D-Bus, for the types that the Secret Service uses.
 * https://dbus.freedesktop.org/doc/dbus-specification.html#message-protocol-marshaling
 */

/** Integers and booleans are numbers and booleans; `s`, `o`, `g` texts; `ay` bytes; `a{…}` and arrays are lists. */
export type Value = number | boolean | string | Buffer | Variant | Value[]

/** A value that carries its own type. */
export interface Variant {
  type: string
  value: Value
}

/** Cuts a signature into its complete types: `a{ss}o` into `a{ss}` and `o`. */
export function completeTypes(signature: string): string[] {
  const types: string[] = []
  for (let start = 0; start < signature.length; ) {
    const end = endOfType(signature, start)
    types.push(signature.slice(start, end))
    start = end
  }
  return types
}

function endOfType(signature: string, start: number): number {
  const first = signature[start]
  if (first === 'a') return endOfType(signature, start + 1)
  if (first !== '(' && first !== '{') return start + 1
  let depth = 0
  for (let index = start; index < signature.length; index += 1) {
    if ('({'.includes(signature[index] ?? '')) depth += 1
    if (')}'.includes(signature[index] ?? '')) depth -= 1
    if (depth === 0) return index + 1
  }
  throw new RangeError('an incomplete D-Bus type')
}

function alignmentOf(type: string): number {
  if ('ygv'.includes(type[0] ?? '')) return 1
  return '({'.includes(type[0] ?? '') ? 8 : 4
}

/** Writes values as a message body (or header fields), little-endian; the start counts as aligned to 8. */
export function encode(signature: string, values: readonly Value[]): Buffer {
  const parts: Buffer[] = []
  let size = 0
  const put = (bytes: Buffer) => {
    parts.push(bytes)
    size += bytes.length
  }
  const align = (to: number) => {
    if (size % to > 0) put(Buffer.alloc(to - (size % to)))
  }
  const putNumber = (value: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value)
    put(bytes)
  }
  const write = (type: string, value: Value): void => {
    align(alignmentOf(type))
    if (type === 'y') put(Buffer.from([value as number]))
    else if (type === 'u' || type === 'b') putNumber(Number(value))
    else if (type === 'ay') {
      putNumber((value as Buffer).length)
      put(value as Buffer)
    } else if (type === 'g') put(Buffer.from([String(value).length, ...Buffer.from(`${value}\0`)]))
    else if (type === 's' || type === 'o') {
      const text = Buffer.from(`${value}\0`)
      putNumber(text.length - 1)
      put(text)
    } else if (type === 'v') {
      const variant = value as Variant
      write('g', variant.type)
      write(variant.type, variant.value)
    } else if (type[0] === 'a') {
      const length = Buffer.alloc(4)
      put(length)
      // The padding before the first element does not count.
      align(alignmentOf(type.slice(1)))
      const start = size
      for (const element of value as Value[]) write(type.slice(1), element)
      length.writeUInt32LE(size - start)
    } else {
      for (const [index, member] of completeTypes(type.slice(1, -1)).entries()) {
        write(member, (value as Value[])[index] as Value)
      }
    }
  }
  for (const [index, type] of completeTypes(signature).entries()) write(type, values[index] as Value)
  return Buffer.concat(parts)
}

/**
 * Reads the values of a message body (or header fields).
 * @throws RangeError when the bytes do not hold what the signature says.
 */
export function decode(signature: string, bytes: Buffer, littleEndian = true): Value[] {
  let at = 0
  const align = (to: number) => {
    at += (to - (at % to)) % to
  }
  const number = () => {
    const value = littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)
    at += 4
    return value
  }
  const take = (length: number) => {
    if (at + length > bytes.length) throw new RangeError('a D-Bus message is shorter than it says')
    at += length
    return bytes.subarray(at - length, at)
  }
  const text = (length: number) => {
    const value = take(length).toString('utf8')
    take(1)
    return value
  }
  const read = (type: string, depth: number): Value => {
    if (depth > 16) throw new RangeError('a D-Bus value is nested too deep')
    align(alignmentOf(type))
    if (type === 'y') return take(1)[0] as number
    if (type === 'u' || type === 'i') return number()
    if (type === 'b') return number() === 1
    if (type === 'g') return text(take(1)[0] as number)
    if (type === 's' || type === 'o') return text(number())
    if (type === 'v') {
      const inner = read('g', depth) as string
      return { type: inner, value: read(inner, depth + 1) }
    }
    if (type === 'ay') return Buffer.from(take(number()))
    if (type[0] === 'a') {
      const length = number()
      align(alignmentOf(type.slice(1)))
      const end = at + length
      const elements: Value[] = []
      while (at < end) {
        const before = at
        elements.push(read(type.slice(1), depth + 1))
        if (at === before) throw new RangeError('a D-Bus array of elements that take no room')
      }
      return elements
    }
    if (type[0] !== '(' && type[0] !== '{')
      throw new RangeError(`a D-Bus type that od-link does not know: ${type}`)
    return completeTypes(type.slice(1, -1)).map((member) => read(member, depth + 1))
  }
  return completeTypes(signature).map((type) => read(type, 0))
}
