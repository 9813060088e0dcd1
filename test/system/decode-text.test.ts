import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { asUtf8, decodeText, markOfJson } from '../../src/system/decode-text.ts'

const utf16 = (text: string) => Buffer.from(text, 'utf16le')
const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16()

async function streamed(bytes: Buffer, size: number): Promise<Buffer> {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const parts: Buffer[] = []
  for await (const part of asUtf8(chunks(), 'The text')) parts.push(part)
  return Buffer.concat(parts)
}

describe('a text that a person saved', () => {
  it.each<[what: string, bytes: Buffer, text: string | Buffer]>([
    ['nothing', Buffer.alloc(0), ''],
    ['a byte', Buffer.from('a'), 'a'],
    ['UTF-8', Buffer.from('é📚'), 'é📚'],
    ['UTF-8 with a mark', Buffer.from('\ufeffé📚\ufeff'), 'é📚\ufeff'],
    ['half of a mark of UTF-16', Buffer.from([0xff, 0x61]), Buffer.from([0xff, 0x61])],
    ['the other half of it', Buffer.from([0x61, 0xfe]), Buffer.from([0x61, 0xfe])],
    ['half of a big-endian mark', Buffer.from([0xfe, 0x61]), Buffer.from([0xfe, 0x61])],
    ['the other half of that', Buffer.from([0x61, 0xff]), Buffer.from([0x61, 0xff])],
    ['two thirds of a mark', Buffer.from([0xef, 0xbb, 0x61]), Buffer.from([0xef, 0xbb, 0x61])],
    ['a mark without its middle', Buffer.from([0xef, 0x61, 0xbf]), Buffer.from([0xef, 0x61, 0xbf])],
    ['a mark without its beginning', Buffer.from([0x61, 0xbb, 0xbf]), Buffer.from([0x61, 0xbb, 0xbf])],
    ['what is not valid', Buffer.from([0x61, 0xff, 0x62]), Buffer.from([0x61, 0xff, 0x62])],
    ['only a mark', utf16('\ufeff'), ''],
    ['UTF-16', utf16('\ufeffé📚x'), 'é📚x'],
    ['big-endian UTF-16', swapped(utf16('\ufeffé📚x')), 'é📚x'],
    ['halves of pairs', utf16('\ufeffa\udc00b\ud800'), Buffer.from([0x61, 0xff, 0x62, 0xff])],
    ['half a code unit', Buffer.concat([utf16('\ufeffa'), Buffer.from('b')]), Buffer.from([0x61, 0xff])],
  ])('is read as UTF-8, whatever the chunks are: %s', async (_, bytes, text) => {
    for (const size of [1, 2, 3, 5, 100]) expect(await streamed(bytes, size)).toEqual(Buffer.from(text))
    expect(decodeText(bytes, 'The text')).toBe(Buffer.from(text).toString())
  })

  it.each([utf16('ab'), swapped(utf16('ab'))])('is not UTF-16 without a mark', async (bytes) => {
    const message = 'The text is UTF-16 without a byte order mark.'
    await expect(streamed(bytes, 1)).rejects.toThrow(message)
    expect(() => decodeText(bytes, 'The text')).toThrow(message)
  })

  it('that is refused says how to save it, and may have NULs where nobody says what it is', async () => {
    await expect(streamed(utf16('ab'), 100)).rejects.toMatchObject({
      ...{ kind: 'usage', reason: 'local-file' },
      hint: 'Save it as UTF-8. In PowerShell: … | Out-File -Encoding utf8 FILE',
    })
    const bytes = utf16('ab')
    const parts: Buffer[] = []
    for await (const part of asUtf8(Readable.from([bytes]), undefined)) parts.push(part)
    expect(Buffer.concat(parts)).toEqual(bytes)
  })
})

describe('JSON that is sent as it is', () => {
  it.each([
    ['', 0],
    ['{}', 0],
    ['\ufeff{}', 3],
    ['{"a":1}', 0],
  ])('has a mark to leave out: %j', (text, length) => {
    expect(markOfJson(Buffer.from(text), 'The body')).toBe(length)
  })

  it.each([utf16('\ufeff{}'), swapped(utf16('\ufeff{}')), utf16('{}'), swapped(utf16('{}'))])(
    'has to be UTF-8',
    (head) => {
      expect(() => markOfJson(head, 'The body')).toThrow('The body is UTF-16, and JSON has to be UTF-8.')
    },
  )
})
