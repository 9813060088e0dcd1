import { isUtf8 } from 'node:buffer'
import { OdLinkError } from '../../errors.ts'
import { notices } from '../../notices.ts'
import { asUtf8 } from '../../system/decode-text.ts'
import type { NextStep } from '../../text/next-step.ts'
import { type DrivePath, pathBelow } from '../path.ts'
import type { Shown } from '../place.ts'
import { FolderTree } from './tree.ts'

/** How many bad lines are reported one by one. */
const mostReported = 20

/** The lines that are not valid folder paths; the message has the first of them, each with its number. */
export class BadLines extends OdLinkError {
  readonly #lines: readonly string[]
  readonly #sentence: string

  /** @param lines the first of them, `count` how many there are, `total` the lines of the list. */
  constructor(
    lines: readonly string[],
    readonly count: number,
    total: number,
  ) {
    const [bad, all] = [count, total].map((number) => number.toLocaleString('en'))
    const verb = count === 1 ? 'is not a valid folder path' : 'are not valid folder paths'
    const noun = total === 1 ? 'line' : 'lines'
    const sentence = `${bad} of ${all} ${noun} ${verb}, so nothing was created.`
    const more = count > lines.length ? [`… and ${(count - lines.length).toLocaleString('en')} more`] : []
    super('usage', [sentence, ...lines, ...more].join(' '), {
      reason: 'invalid-list',
      next: nextSteps(count, total),
    })
    this.#sentence = sentence
    this.#lines = [...lines, ...more]
  }

  /** Reports each line by itself. @returns the error without them. */
  inLines(report: (line: string) => void): OdLinkError {
    for (const line of this.#lines) report(line)
    return this.with({ message: this.#sentence })
  }
}

/** Without a valid line there would be nothing left to create, so skipping is not offered. */
function nextSteps(count: number, total: number): NextStep[] {
  const [these, them] = count === 1 ? ['this line', 'it'] : ['these lines', 'them']
  const skip: NextStep = { intro: `Or leave ${them} out:`, flags: { 'skip-invalid': true } }
  return [`Fix ${these} and try again.`, ...(count < total ? [skip] : [])]
}

/** A line that is not a valid folder path, as it stands in the list. */
export interface InvalidLine {
  /** The first line is 1, and blank lines count. */
  number: number
  /** Undefined where it is no text, or too long for a path. */
  text: string | undefined
  why: string
}

/** What becomes of lines that are left out: each as it is read, and all of them at the end. */
export interface Skipping {
  each: (line: InvalidLine) => void
  all: (bad: BadLines) => void
}

/**
 * Reads a list of paths below a parent into a tree of folders; every line is checked.
 * @param skipping when given, lines that are not valid are left out and reported here, in place of the error.
 * @throws BadLines
 */
export async function readList(
  source: AsyncIterable<Buffer>,
  separator: Separator,
  { prefix, path }: Shown,
  skipping?: Skipping,
): Promise<FolderTree> {
  const tree = new FolderTree(prefix)
  const lines: string[] = []
  let [bad, total] = [0, 0]
  let comment: number | undefined
  await readLines(source, separator, (line) => {
    total += 1
    const flaw = 'flaw' in line ? line.flaw : take(tree, path, line.text)
    if (flaw === undefined) {
      if (separator === '\n' && 'text' in line && /^#\s/.test(line.text)) comment ??= line.number
      return
    }
    bad += 1
    skipping?.each({ number: line.number, text: 'text' in line ? line.text : undefined, why: flaw })
    if (lines.length < mostReported) lines.push(`line ${line.number}: ${flaw}`)
  })
  if (bad > 0) {
    const error = new BadLines(lines, bad, total)
    if (!skipping) throw error
    skipping.all(error)
  }
  if (comment !== undefined)
    notices.warning(
      `A list has no comments: line ${comment}, which begins with #, is a folder like the others.`,
    )
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

/** One entry of a list of paths: its text, or why it is not valid. Numbers start with 1, and blank lines count. */
export type Line = { number: number } & ({ text: string } | { flaw: string })

export type Separator = '\n' | '\0'

/** OneDrive's paths are much shorter; without a limit, one endless line would fill the memory. */
const longestLine = 64 * 1024

/**
 * Reads a list of paths as it streams in, however long it is: UTF-8, or UTF-16 with a byte order mark. The mark and blank
 * lines are ignored, and lines may end in `\r\n`. Between NULs, as `find -print0` writes them, every other byte counts.
 * @throws OdLinkError (usage) for UTF-16 without a mark.
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
    if (tooLong) each({ number, flaw: 'The line is too long to be a path.' })
    else readLine(bytes, number, separator, each)
  }
  for await (const chunk of asUtf8(source, separator === '\n' ? 'The list' : undefined)) {
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
  const text = bytes.toString()
  const path = separator === '\n' && text.endsWith('\r') ? text.slice(0, -1) : text
  const isBlank = separator === '\n' ? path.trim() === '' : path === ''
  if (!isBlank) each({ number, text: path })
}
