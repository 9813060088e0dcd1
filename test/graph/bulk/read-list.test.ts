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

  it.each([1, 2, 3, 5, 100])('may be UTF-16 with a mark, in chunks of %i bytes', async (size) => {
    const text = '\ufeffBücher 📚/Один\r\n\r\n📚📚\n\uda00\nlast'
    const lines = ['1 Bücher 📚/Один', '3 📚📚', '4! The line is not valid UTF-8.', '5 last']
    const little = Buffer.from(text, 'utf16le')
    expect(await texts(little, '\n', size)).toEqual(lines)
    expect(await texts(Buffer.from(little).swap16(), '\n', size)).toEqual(lines)
    expect(await texts(Buffer.from('\ufeffa\0b', 'utf16le'), '\0', size)).toEqual(['1 a', '2 b'])
  })

  it('is not UTF-16 without a mark', async () => {
    const little = Buffer.from('Reports\r\n', 'utf16le')
    for (const bytes of [little, Buffer.from(little).swap16()]) {
      await expect(read(bytes, '\n', 1)).rejects.toMatchObject({
        kind: 'usage',
        message: 'The list is UTF-16 without a byte order mark.',
        hint: 'Save it as UTF-8. In PowerShell: … | Out-File -Encoding utf8 FILE',
      })
    }
    expect(await texts('a\0b\0', '\0')).toEqual(['1 a', '2 b'])
  })

  it('between NULs has every byte', async () => {
    expect(await texts('a\nb\0\0 \0c\r\0', '\0')).toEqual(['1 a\nb', '3  ', '4 c\r'])
  })

  it('has lines that are not valid text, with their numbers', async () => {
    const bad = Buffer.concat([
      Buffer.from('good\n'),
      Buffer.from([0x61, 0xff]),
      Buffer.from('\ngood \ufffd\n'),
    ])
    expect(await texts(bad)).toEqual(['1 good', '2! The line is not valid UTF-8.', '3 good \ufffd'])
  })

  it('has lines of at most 64 KB, whatever the chunks are', async () => {
    const longest = 'x'.repeat(64 * 1024)
    for (const size of [1_000, 65_536, 200_000]) {
      expect(await texts(`${longest}\na\n${longest}y\nb`, '\n', size)).toEqual([
        `1 ${longest}`,
        '2 a',
        '3! The line is too long to be a path.',
        '4 b',
      ])
    }
    expect(await texts(`${longest}y`, '\n', 1_000)).toEqual(['1! The line is too long to be a path.'])
  })
})

describe('the folders of a list', () => {
  const wanted = (text: string | Buffer, parent: string[] = []) =>
    readList(stream(text), '\n', { prefix: '', path: parent })
  const shown = (tree: FolderTree) =>
    [...tree.below()].map((folder) => `${showFolder(folder)}${folder.named ? '' : '*'}`)

  it('are those that lines name, and their parents, each once', async () => {
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

  it('are listed with their parents first', () => {
    const tree = new FolderTree()
    for (const path of [['a'], ['a', 'b', 'c'], ['d'], ['a', 'e'], []]) tree.add(path)
    expect(shown(tree.close())).toEqual(['/a', '/a/b*', '/a/b/c', '/a/e', '/d'])
    expect(tree.root.path).toEqual([])
  })

  it('have the number of levels below them as their height', async () => {
    const tree = await wanted('a/b/c\na/d\ne\na/b/c/f\n')
    const heights = [...tree.below()].map((folder) => `${showFolder(folder)} ${folder.height}`)
    expect(heights).toEqual(['/a 3', '/a/b 2', '/a/b/c 1', '/a/b/c/f 0', '/a/d 0', '/e 0'])
    expect(tree.root.height).toBe(4)
  })

  it('are refused when a line is not a valid path; each such line is reported', async () => {
    const error = (await wanted('a\nb*\n\n..\n').catch((thrown) => thrown)) as BadLines
    expect(error).toBeInstanceOf(BadLines)
    const skip = { intro: 'Or leave them out:', flags: { 'skip-invalid': true } }
    expect(error).toMatchObject({ kind: 'usage', next: ['Fix these lines and try again.', skip] })
    const first = 'line 2: OneDrive does not accept the name "b*": it contains "*".'
    const second = 'line 4: OneDrive does not accept the name "..": "." and ".." are not folder names.'
    const sentence = '2 of 3 lines are not valid folder paths, so nothing was created.'
    expect(error.message).toBe(`${sentence} ${first} ${second}`)
    const reported: string[] = []
    expect(error.inLines((line) => reported.push(line))).toMatchObject({
      kind: 'usage',
      message: sentence,
      next: error.next,
    })
    expect(reported).toEqual([first, second])
    await expect(wanted('a*')).rejects.toThrow(
      '1 of 1 line is not a valid folder path, so nothing was created. line 1: ',
    )
  })

  it('are refused when a line is not valid text', async () => {
    const error = (await wanted(Buffer.from([0x61, 0xff])).catch((thrown) => thrown)) as BadLines
    expect(error.message).toBe(
      '1 of 1 line is not a valid folder path, so nothing was created. line 1: The line is not valid UTF-8.',
    )
  })

  it('are refused with at most twenty of the bad lines', async () => {
    const reported: string[] = []
    const error = (await wanted('a*\n'.repeat(1_234)).catch((thrown) => thrown)) as BadLines
    error.inLines((line) => reported.push(line))
    expect(reported).toHaveLength(21)
    expect(reported.at(-1)).toBe('… and 1,214 more')
    expect(error.message).toContain('1,234 of 1,234 lines are not valid folder paths')
    const twenty = (await wanted('a*\n'.repeat(20)).catch((thrown) => thrown)) as BadLines
    expect(twenty.message).not.toContain('more')
  })
})
