import { OdLinkError } from '../errors.ts'

/** As many bytes as tell the encoding. */
const headLength = 4
/** No UTF-8 has it. */
const invalid = Buffer.from([0xff])

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

/**
 * Passes a text that a person saved on as UTF-8, without its byte order mark. With a mark it may also be UTF-16, as Windows
 * PowerShell's `>` writes it; what is not valid there is not valid UTF-8 either.
 * @param what names the text in an error; undefined where the text may have NULs.
 * @throws OdLinkError (usage) for UTF-16 without a mark.
 */
export async function* asUtf8(
  source: AsyncIterable<Buffer>,
  what: string | undefined,
): AsyncGenerator<Buffer> {
  let head: Buffer = Buffer.alloc(0)
  let decode: ReturnType<typeof decoder> | undefined
  for await (const chunk of source) {
    if (decode) {
      yield decode(chunk)
      continue
    }
    head = Buffer.concat([head, chunk])
    if (head.length < headLength) continue
    decode = begin(head, what)
    yield decode(head)
  }
  decode ??= begin(head, what)
  yield decode(head.length < headLength ? head : Buffer.alloc(0), true)
}

/**
 * The same for a whole text, in which nothing has to be valid.
 * @throws OdLinkError (usage) for UTF-16 without a mark.
 */
export function decodeText(bytes: Buffer, what: string): string {
  return begin(bytes, what)(bytes, true).toString('utf8')
}

/**
 * The length of the byte order mark, for a text that is sent as it is: JSON has to be UTF-8, without a mark (RFC 8259 section
 * 8.1).
 * @param head the first bytes.
 * @throws OdLinkError (usage) for UTF-16.
 */
export function markOfJson(head: Buffer, what: string): number {
  const mark = markIn(head)
  if (mark.encoding !== 'utf-8' || isUnmarkedUtf16(head))
    throw notUtf8(`${what} is UTF-16, and JSON has to be UTF-8.`)
  return mark.length
}

function begin(head: Buffer, what: string | undefined): ReturnType<typeof decoder> {
  if (what !== undefined && isUnmarkedUtf16(head))
    throw notUtf8(`${what} is UTF-16 without a byte order mark.`)
  const { encoding, length } = markIn(head)
  return decoder(encoding, length)
}

function markIn([first, second, third]: Buffer): { encoding: Encoding; length: number } {
  if (first === 0xff && second === 0xfe) return { encoding: 'utf-16le', length: 2 }
  if (first === 0xfe && second === 0xff) return { encoding: 'utf-16be', length: 2 }
  return { encoding: 'utf-8', length: first === 0xef && second === 0xbb && third === 0xbf ? 3 : 0 }
}

/** By where the NULs are among the first four bytes, when the text begins with two Latin letters (RFC 4627 section 3). */
function isUnmarkedUtf16(head: Buffer): boolean {
  const nuls = [...head.subarray(0, headLength)].map((byte) => (byte === 0 ? '0' : 'x')).join('')
  return nuls === 'x0x0' || nuls === '0x0x'
}

function notUtf8(message: string): OdLinkError {
  return new OdLinkError('usage', message, {
    reason: 'local-file',
    next: ['Save it as UTF-8. In PowerShell: … | Out-File -Encoding utf8 FILE'],
  })
}

/** @param skip the length of the mark. */
function decoder(encoding: Encoding, skip: number): (chunk: Buffer, isLast?: boolean) => Buffer {
  let toSkip = skip
  /** Half a code unit, or half of a surrogate pair, at the end of the last chunk. */
  let rest: Buffer = Buffer.alloc(0)
  return (chunk, isLast = false) => {
    const body = chunk.subarray(toSkip)
    toSkip -= chunk.length - body.length
    if (encoding === 'utf-8') return body
    const bytes = Buffer.concat([rest, body])
    const whole = bytes.length - (bytes.length % 2)
    const units = Buffer.from(bytes.subarray(0, whole))
    if (encoding === 'utf-16be') units.swap16()
    const isCut = !isLast && whole > 0 && (units.readUInt16LE(whole - 2) & 0xfc00) === 0xd800
    const end = isCut ? whole - 2 : whole
    rest = bytes.subarray(end)
    const decoded = fromUtf16(units.toString('utf16le', 0, end))
    return isLast && rest.length > 0 ? Buffer.concat([decoded, invalid]) : decoded
  }
}

/** In the `u` mode, only halves of surrogate pairs that stand alone match. */
function fromUtf16(text: string): Buffer {
  const [first = '', ...others] = text.split(/\p{Surrogate}/u)
  return Buffer.concat([Buffer.from(first), ...others.flatMap((part) => [invalid, Buffer.from(part)])])
}
