import {
  decode,
  encode,
  type Value,
  type Variant,
} from '../../../src/accounts/stores/keychain/dbus-values.ts'

/** Messages of D-Bus, for tests that play the other side: https://dbus.freedesktop.org/doc/dbus-specification.html */
export interface Message {
  /** The order of bytes: `l` or `B`. */
  order: string
  type: number
  serial: number
  fields: Map<number, Value>
  body: Value[]
}

export const messageType = { call: 1, reply: 2, error: 3, signal: 4 } as const
export const field = {
  path: 1,
  interface: 2,
  member: 3,
  errorName: 4,
  replySerial: 5,
  destination: 6,
  sender: 7,
  signature: 8,
} as const

export function encodeMessage(
  type: number,
  serial: number,
  fields: [number, Variant][],
  types = '',
  body: Value[] = [],
): Buffer {
  const bytes = encode(types, body)
  const all: [number, Variant][] = types
    ? [...fields, [field.signature, { type: 'g', value: types }]]
    : fields
  const head = encode('yyyyuua(yv)', ['l'.charCodeAt(0), type, 0, 1, bytes.length, serial, all])
  return Buffer.concat([head, Buffer.alloc(padding(head.length)), bytes])
}

/** The complete messages at the start of the data, and the rest. */
export function takeMessages(bytes: Buffer): { messages: Message[]; rest: Buffer } {
  const messages: Message[] = []
  let rest = bytes
  while (rest.length >= 16) {
    const [bodyLength, fieldsLength] = [rest.readUInt32LE(4), rest.readUInt32LE(12)]
    const head = 16 + fieldsLength + padding(fieldsLength)
    if (rest.length < head + bodyLength) break
    const [order, type, , , , serial, listed] = decode(
      'yyyyuua(yv)',
      rest.subarray(0, 16 + fieldsLength),
      true,
    )
    const fields = new Map((listed as [number, Variant][]).map(([code, { value }]) => [code, value]))
    const body = decode(
      String(fields.get(field.signature) ?? ''),
      rest.subarray(head, head + bodyLength),
      true,
    )
    const letter = String.fromCharCode(Number(order))
    messages.push({ order: letter, type: Number(type), serial: Number(serial), fields, body })
    rest = rest.subarray(head + bodyLength)
  }
  return { messages, rest }
}

function padding(length: number): number {
  return (8 - (length % 8)) % 8
}
