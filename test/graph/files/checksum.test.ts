import { createHash } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { quickXorHash } from '../../../sandbox/graph/hashes.ts'
import { hasContent, startChecksum } from '../../../src/graph/files/checksum.ts'
import { type FileItem, fileItemOf, type Hashes } from '../../../src/graph/files/file-item.ts'

const content = Buffer.from('The quick brown fox jumps over the lazy dog.')
const expected = quickXorHash(content)
/** Reads the content in pieces, and notes from where. */
const reader = () =>
  vi.fn(async function* (first: number) {
    for (let at = first; at < content.length; at += 7) yield content.subarray(at, at + 7)
  })

describe('the hash of content that passes by', () => {
  it('is known at the end, and nothing is read again', async () => {
    const checksum = startChecksum()
    checksum.see(content.subarray(0, 10), 0)
    checksum.see(content.subarray(10), 10)
    const read = reader()
    expect(await checksum.hashOf('quickxor', read)).toBe(expected)
    expect(read.mock.calls).toEqual([[content.length]])
  })

  it('counts nothing twice that was sent again', async () => {
    const checksum = startChecksum()
    checksum.see(content.subarray(0, 20), 0)
    checksum.see(content.subarray(10, 20), 10)
    checksum.see(content.subarray(5, 30), 5)
    checksum.see(content.subarray(30), 30)
    const read = reader()
    expect(await checksum.hashOf('quickxor', read)).toBe(expected)
    expect(read.mock.calls).toEqual([[content.length]])
  })

  it('reads what is behind a gap', async () => {
    const checksum = startChecksum()
    checksum.see(content.subarray(0, 10), 0)
    checksum.see(content.subarray(20), 20)
    const read = reader()
    expect(await checksum.hashOf('quickxor', read)).toBe(expected)
    expect(read.mock.calls).toEqual([[10]])
  })

  it('begins again with the content', async () => {
    const checksum = startChecksum()
    checksum.see(Buffer.from('something else'), 0)
    checksum.reset()
    checksum.see(content, 0)
    expect(await checksum.hashOf('quickxor', reader())).toBe(expected)
  })

  it.each(['sha1', 'sha256'] as const)('%s takes another look at all of it', async (name) => {
    const checksum = startChecksum()
    checksum.see(content, 0)
    const read = reader()
    expect(await checksum.hashOf(name, read)).toBe(createHash(name).update(content).digest('hex'))
    expect(read.mock.calls).toEqual([[0]])
  })
})

describe('an item has this content', () => {
  const own: Required<Hashes> = { quickxor: 'Quick=', sha1: 'aa11', sha256: 'bb22' }
  const has = async (item: { size?: number; hashes?: Hashes }) => {
    const asked: string[] = []
    const hashOf = async (name: keyof Hashes) => {
      asked.push(name)
      return own[name]
    }
    const full: FileItem = { ...fileItemOf({}), ...item }
    return [await hasContent(full, { size: 5, hashOf }), asked]
  }

  it.each<[what: string, item: { size?: number; hashes?: Hashes }, answer: boolean, asked: string[]]>([
    ['by its size, where nothing else is known', { size: 5 }, true, []],
    ['where nothing is known', {}, true, []],
    ['by a hash without a size', { hashes: { quickxor: 'Quick=' } }, true, ['quickxor']],
    ['not with another size, whatever its hash', { size: 4, hashes: own }, false, []],
    ['by the quickest hash of all', { size: 5, hashes: { ...own, sha1: 'no' } }, true, ['quickxor']],
    ['by base64, in which case counts', { hashes: { quickxor: 'QUICK=' } }, false, ['quickxor']],
    ['by SHA-256 before SHA-1', { hashes: { sha1: 'no', sha256: 'BB22' } }, true, ['sha256']],
    ['by SHA-1 in either case', { hashes: { sha1: 'Aa11' } }, true, ['sha1']],
    ['not by another SHA-1', { hashes: { sha1: 'aa12' } }, false, ['sha1']],
  ])('%s', async (_, item, answer, asked) => {
    expect(await has(item)).toEqual([answer, asked])
  })
})
