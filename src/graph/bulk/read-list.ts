import { isUtf8 } from 'node:buffer'
import { OdLinkError } from '../../errors.ts'
import { type DrivePath, pathBelow } from '../path.ts'
import { FolderTree } from './tree.ts'

/** How many bad lines are told one by one. */
const mostTold = 20

/** The lines that cannot be folders; the message has the first of them, each with its number. */
export class BadLines extends OdLinkError {
  readonly #told: readonly string[]
  readonly #sentence: string

  constructor(told: readonly string[], count: number, total: number) {
    const what = count === 1 ? 'One line' : `${count.toLocaleString('en')} lines`
    const sentence = `${what} of ${total.toLocaleString('en')} cannot be a folder, so nothing was done.`
    const more = count > told.length ? [`… and ${(count - told.length).toLocaleString('en')} more`] : []
    super('usage', [sentence, ...told, ...more].join(' '), { hint: 'Mend these lines, and run it again.' })
    this.#sentence = sentence
    this.#told = [...told, ...more]
  }

  /** Tells each line by itself. @returns the error that is left to be told. */
  inLines(tell: (line: string) => void): OdLinkError {
    for (const line of this.#told) tell(line)
    return new OdLinkError(this.kind, this.#sentence, { hint: this.hint })
  }
}

/**
 * Reads a list of paths below a parent into the tree of folders that it wants; every line is checked.
 * @throws BadLines
 */
export async function readList(
  source: AsyncIterable<Buffer>,
  separator: Separator,
  parent: DrivePath,
): Promise<FolderTree> {
  const tree = new FolderTree()
  const told: string[] = []
  let [bad, total] = [0, 0]
  await readLines(source, separator, (line) => {
    total += 1
    const flaw = 'flaw' in line ? line.flaw : take(tree, parent, line.text)
    if (flaw === undefined) return
    bad += 1
    if (told.length < mostTold) told.push(`line ${line.number}: ${flaw}`)
  })
  if (bad > 0) throw new BadLines(told, bad, total)
  return tree.close()
}

/** @returns what is wrong with the path. */
function take(tree: FolderTree, parent: DrivePath, text: string): string | undefined {
  try {
    tree.add(pathBelow(parent, text))
    return undefined
  } catch (error) {
    if (!(error instanceof OdLinkError && error.kind === 'usage')) throw error
    return error.message
  }
}

/** One entry of a list of paths: its text, or why it cannot be read. Numbers begin with 1, blank lines counted. */
export type Line = { number: number } & ({ text: string } | { flaw: string })

export type Separator = '\n' | '\0'

/** No path that OneDrive takes comes near; without a bound, one endless line would fill the memory. */
const longestLine = 64 * 1024

/**
 * Reads a list of paths as it streams in, however long it is: UTF-8, a byte order mark ignored, blank lines left out,
 * and between lines `\r\n` as good as `\n`. Between NULs no other byte is left out, as `find -print0` writes them.
 */
export async function readLines(
  source: AsyncIterable<Buffer>,
  separator: Separator,
  each: (line: Line) => void,
): Promise<void> {
  const end = separator.charCodeAt(0)
  let rest: Buffer[] = []
  let restLength = 0
  let number = 0
  const finish = (last: Buffer) => {
    number += 1
    const tooLong = restLength + last.length > longestLine
    const bytes = tooLong || rest.length === 0 ? last : Buffer.concat([...rest, last])
    rest = []
    restLength = 0
    if (tooLong) each({ number, flaw: 'The line is longer than any path.' })
    else readLine(bytes, number, separator, each)
  }
  for await (const chunk of source) {
    let start = 0
    for (let at = chunk.indexOf(end); at >= 0; at = chunk.indexOf(end, start)) {
      finish(chunk.subarray(start, at))
      start = at + 1
    }
    restLength += chunk.length - start
    if (restLength <= longestLine) rest.push(Buffer.from(chunk.subarray(start)))
  }
  if (restLength > 0) finish(Buffer.alloc(0))
}

function readLine(bytes: Buffer, number: number, separator: Separator, each: (line: Line) => void): void {
  if (!isUtf8(bytes)) {
    each({ number, flaw: 'The line is not valid UTF-8.' })
    return
  }
  const whole = bytes.toString()
  const text = number === 1 ? whole.replace(/^\ufeff/, '') : whole
  const path = separator === '\n' && text.endsWith('\r') ? text.slice(0, -1) : text
  const isBlank = separator === '\n' ? path.trim() === '' : path === ''
  if (!isBlank) each({ number, text: path })
}
