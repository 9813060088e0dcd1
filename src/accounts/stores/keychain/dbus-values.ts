/*
 * Marshalling of D-Bus values, for the types that the Secret Service uses.
 * https://dbus.freedesktop.org/doc/dbus-specification.html#message-protocol-marshaling
 */

/** Integers are numbers, `b` is a boolean, `s`, `o` and `g` are strings, `ay` is a Buffer, `a{…}` and other arrays are lists. */
export type Value = number | boolean | string | Buffer | Variant | Value[]

/** A value that carries its own type. */
export interface Variant {
  type: string
  value: Value
}

/** Splits a signature into its complete types: `a{ss}o` into `a{ss}` and `o`. */
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
  return '({t'.includes(type[0] ?? '') ? 8 : 4
}

/** Encodes values as a message body (or header fields), little-endian; the start counts as aligned to 8. */
export function encode(signature: string, values: readonly Value[]): Buffer {
  // One buffer of zeros, because padding is zeros. A buffer per value would take longer than all the rest.
  let bytes = Buffer.alloc(256)
  let size = 0
  /** Reserves the next bytes. @returns where they start. */
  const reserve = (length: number): number => {
    const at = size
    size += length
    if (size > bytes.length) bytes = Buffer.concat([bytes], size * 2)
    return at
  }
  const align = (to: number) => reserve((to - (size % to)) % to)
  const putByte = (value: number) => {
    const at = reserve(1)
    bytes[at] = value
  }
  const putNumber = (value: number, at = reserve(4)) => {
    bytes.writeUInt32LE(value, at)
  }
  const putText = (text: string) => {
    const at = reserve(Buffer.byteLength(text) + 1)
    bytes.write(text, at)
  }
  const write = (type: string, value: Value): void => {
    align(alignmentOf(type))
    if (type === 'y') putByte(value as number)
    else if (type === 'u' || type === 'b') putNumber(Number(value))
    else if (type === 't') bytes.writeBigUInt64LE(BigInt(value as number), reserve(8))
    else if (type === 'ay') {
      putNumber((value as Buffer).length)
      const at = reserve((value as Buffer).length)
      bytes.set(value as Buffer, at)
    } else if (type === 'g') {
      putByte(String(value).length)
      putText(String(value))
    } else if (type === 's' || type === 'o') {
      putNumber(Buffer.byteLength(String(value)))
      putText(String(value))
    } else if (type === 'v') {
      const variant = value as Variant
      write('g', variant.type)
      write(variant.type, variant.value)
    } else if (type[0] === 'a') {
      const length = reserve(4)
      // The length does not include the padding before the first element.
      align(alignmentOf(type.slice(1)))
      const start = size
      for (const element of value as Value[]) write(type.slice(1), element)
      putNumber(size - start, length)
    } else {
      for (const [index, member] of completeTypes(type.slice(1, -1)).entries()) {
        write(member, (value as Value[])[index] as Value)
      }
    }
  }
  for (const [index, type] of completeTypes(signature).entries()) write(type, values[index] as Value)
  return bytes.subarray(0, size)
}

/**
 * Decodes the values of a message body (or header fields).
 * @throws RangeError when the bytes do not match the signature.
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
  /** Skips the next bytes. @returns where they start. */
  const skip = (length: number) => {
    if (at + length > bytes.length) throw new RangeError('a D-Bus message is shorter than it says')
    at += length
    return at - length
  }
  const byte = () => bytes[skip(1)] as number
  const text = (length: number) => {
    const start = skip(length + 1)
    return bytes.toString('utf8', start, start + length)
  }
  const read = (type: string, depth: number): Value => {
    if (depth > 16) throw new RangeError('a D-Bus value is nested too deep')
    align(alignmentOf(type))
    if (type === 'y') return byte()
    if (type === 'u' || type === 'i') return number()
    if (type === 't') {
      const start = skip(8)
      return Number(littleEndian ? bytes.readBigUInt64LE(start) : bytes.readBigUInt64BE(start))
    }
    if (type === 'b') return number() === 1
    if (type === 'g') return text(byte())
    if (type === 's' || type === 'o') return text(number())
    if (type === 'v') {
      const inner = read('g', depth) as string
      return { type: inner, value: read(inner, depth + 1) }
    }
    // A copy, since it is used after the message's buffer.
    if (type === 'ay') {
      const length = number()
      const start = skip(length)
      return Buffer.from(bytes.subarray(start, start + length))
    }
    if (type[0] === 'a') {
      const length = number()
      align(alignmentOf(type.slice(1)))
      const end = at + length
      const elements: Value[] = []
      while (at < end) {
        const before = at
        elements.push(read(type.slice(1), depth + 1))
        if (at === before) throw new RangeError('a D-Bus array of empty elements')
      }
      return elements
    }
    if (type[0] !== '(' && type[0] !== '{')
      throw new RangeError(`a D-Bus type that od-link does not know: ${type}`)
    return completeTypes(type.slice(1, -1)).map((member) => read(member, depth + 1))
  }
  return completeTypes(signature).map((type) => read(type, 0))
}
