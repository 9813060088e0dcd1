import { describe, expect, it } from 'vitest'
import {
  BadLines,
  type Line,
  readLines,
  readList,
  type Separator,
} from '../../../src/graph/bulk/read-list.ts'
import { FolderTree, showFolder } from '../../../src/graph/bulk/tree.ts'

/** A stream in chunks of so many bytes. */
async function* stream(text: string | Buffer, size = 5): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
async function read(text: string | Buffer, separator: Separator = '\n', size = 5): Promise<Line[]> {
  const lines: Line[] = []
  await readLines(stream(text, size), separator, (line) => lines.push(line))
  return lines
}
const texts = async (...given: Parameters<typeof read>) =>
  (await read(...given)).map((line) =>
    'text' in line ? `${line.number} ${line.text}` : `${line.number}! ${line.flaw}`,
  )

describe('a list of lines', () => {
  it.each([1, 2, 3, 5, 100])('is read from chunks of %i bytes', async (size) => {
    expect(await texts('é one\n\n  \r\ntwo\r\nthree', '\n', size)).toEqual(['1 é one', '4 two', '5 three'])
  })

  it.each([
    ['', []],
    ['\n', []],
    ['a', ['1 a']],
    ['a\n', ['1 a']],
    ['\ufeffa\n\ufeffb', ['1 a', '2 \ufeffb']],
    ['a\ufeffb', ['1 a\ufeffb']],
    ['a\rb\r\r\n', ['1 a\rb\r']],
    [' a ', ['1  a ']],
  ])('%j', async (text, lines) => {
    expect(await texts(text)).toEqual(lines)
  })

  it('between NULs has every byte', async () => {
    expect(await texts('a\nb\0\0 \0c\r\0', '\0')).toEqual(['1 a\nb', '3  ', '4 c\r'])
  })

  it('has lines that are none, with their numbers', async () => {
    const bad = Buffer.concat([
      Buffer.from('good\n'),
      Buffer.from([0x61, 0xff]),
      Buffer.from('\ngood \ufffd\n'),
    ])
    expect(await texts(bad)).toEqual(['1 good', '2! The line is not valid UTF-8.', '3 good \ufffd'])
  })

  it('has lines of 64 KB at most, however they come', async () => {
    const longest = 'x'.repeat(64 * 1024)
    for (const size of [1_000, 65_536, 200_000]) {
      expect(await texts(`${longest}\na\n${longest}y\nb`, '\n', size)).toEqual([
        `1 ${longest}`,
        '2 a',
        '3! The line is longer than any path.',
        '4 b',
      ])
    }
    expect(await texts(`${longest}y`, '\n', 1_000)).toEqual(['1! The line is longer than any path.'])
  })
})

describe('the folders that a list wants', () => {
  const wanted = (text: string | Buffer, parent: string[] = []) => readList(stream(text), '\n', parent)
  const shown = (tree: FolderTree) =>
    [...tree.below()].map((folder) => `${showFolder(folder)}${folder.named ? '' : '*'}`)

  it('are those that are named and those on the way to them, each once', async () => {
    const tree = await wanted('b/c\n./a\nB/C/d\nb/c\n\na\n', ['p'])
    expect(shown(tree)).toEqual(['/p*', '/p/b*', '/p/b/c', '/p/b/c/d', '/p/a'])
    expect([tree.size, tree.named]).toEqual([5, 3])
    expect([...tree.below()].map(({ index }) => index)).toEqual([1, 2, 3, 5, 4])
  })

  it('may be the parent itself', async () => {
    expect(shown(await wanted('.\n', ['p']))).toEqual(['/p'])
    expect(shown(await wanted('/\n'))).toEqual([])
  })

  it('are found again among many children', async () => {
    const many = Array.from({ length: 30 }, (_, n) => `p/n${n}`)
    const tree = await wanted(
      [...many, ...many.map((path) => path.toUpperCase()), 'p/n29/x', 'P/N3/y'].join('\n'),
    )
    expect([tree.size, tree.named]).toEqual([33, 32])
    expect([...tree.below(tree.root.children?.[0])]).toHaveLength(32)
  })

  it('are told with their parents first', () => {
    const tree = new FolderTree()
    for (const path of [['a'], ['a', 'b', 'c'], ['d'], ['a', 'e'], []]) tree.add(path)
    expect(shown(tree.close())).toEqual(['/a', '/a/b*', '/a/b/c', '/a/e', '/d'])
    expect(tree.root.path).toEqual([])
  })

  it('are none when a line is no folder; each such line is told', async () => {
    const error = (await wanted('a\nb*\n\n..\n').catch((thrown) => thrown)) as BadLines
    expect(error).toBeInstanceOf(BadLines)
    expect(error).toMatchObject({ kind: 'usage', hint: 'Mend these lines, and run it again.' })
    const first = 'line 2: OneDrive does not accept the name "b*": it holds the character *.'
    const second = 'line 4: OneDrive does not accept the name "..": it means a place, not a folder.'
    const sentence = '2 lines of 3 cannot be a folder, so nothing was done.'
    expect(error.message).toBe(`${sentence} ${first} ${second}`)
    const told: string[] = []
    expect(error.inLines((line) => told.push(line))).toMatchObject({
      kind: 'usage',
      message: sentence,
      hint: 'Mend these lines, and run it again.',
    })
    expect(told).toEqual([first, second])
    await expect(wanted('a*')).rejects.toThrow(
      'One line of 1 cannot be a folder, so nothing was done. line 1: ',
    )
  })

  it('are none when a line is no text', async () => {
    const error = (await wanted(Buffer.from([0x61, 0xff])).catch((thrown) => thrown)) as BadLines
    expect(error.message).toBe(
      'One line of 1 cannot be a folder, so nothing was done. line 1: The line is not valid UTF-8.',
    )
  })

  it('are told twenty times at most', async () => {
    const told: string[] = []
    const error = (await wanted('a*\n'.repeat(1_234)).catch((thrown) => thrown)) as BadLines
    error.inLines((line) => told.push(line))
    expect(told).toHaveLength(21)
    expect(told.at(-1)).toBe('… and 1,214 more')
    expect(error.message).toContain('1,234 lines of 1,234 cannot')
    const twenty = (await wanted('a*\n'.repeat(20)).catch((thrown) => thrown)) as BadLines
    expect(twenty.message).not.toContain('more')
  })
})
