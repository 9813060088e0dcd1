/* The ASN.1 types that a certificate consists of, in DER (ITU-T X.690). */

/** Tag, length, content. */
function element(tag: number, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body])
  const hex = body.length.toString(16)
  const length = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body])
}

/** NULL. */
export const empty = element(0x05)
export const sequence = (...parts: Uint8Array[]) => element(0x30, ...parts)
export const set = (...parts: Uint8Array[]) => element(0x31, ...parts)
export const boolean = (value: boolean) => element(0x01, Buffer.from([value ? 0xff : 0]))
export const octetString = (...content: Uint8Array[]) => element(0x04, ...content)
export const utf8String = (text: string) => element(0x0c, Buffer.from(text, 'utf8'))

/** A non-negative integer from its bytes, most significant first. */
export function integer(bytes: Uint8Array): Buffer {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const short = bytes.subarray(start)
  // A leading 1 bit would make it negative.
  return element(0x02, ...((short[0] ?? 0) & 0x80 ? [Buffer.from([0])] : []), short)
}

/** A bit string; the last bits of the last byte may be unused. */
export const bitString = (content: Uint8Array, unused = 0) => element(0x03, Buffer.from([unused]), content)

/** An object identifier from its dotted notation. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f]
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80)
    return groups
  })
  return element(0x06, Buffer.from(bytes))
}

/** A date before 2050, the limit of this short form (RFC 5280, 4.1.2.5.1). */
export function utcTime(date: Date): Buffer {
  const digits = date.toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '')
  return element(0x17, Buffer.from(digits.slice(2), 'latin1'))
}

/** `[n]` around other values. */
export const explicit = (tag: number, ...parts: Uint8Array[]) => element(0xa0 | tag, ...parts)

/** `[n]` in place of the tag of a simple value. */
export const implicit = (tag: number, content: Uint8Array) => element(0x80 | tag, content)
