/* The layout of findings: a mark, a title, the text in a column, and the next steps below a failure. */

import { linesOf } from '../../cli/help-page.ts'
import type { Finding } from '../../doctor/finding.ts'
import { type Piece, pageStyle, print, styled } from '../../terminal/index.ts'
import { sanitize } from '../../text/sanitize.ts'

const marks = {
  true: styled('green', '✓'),
  false: styled('red', '✗'),
  null: styled('dim', '–'),
} as const satisfies Record<string, Piece>

const indent = 16

/** Prints a finding: its mark, title and text, and the next steps below a failure. */
export function printFinding(title: string, { ok, text, hint, code }: Finding): void {
  const words = (line: string) => (ok === false ? styled('bold', line) : line)
  const [first = '', ...more] = linesOf(sanitize(text), pageStyle().columns - indent)
  const margin = ' '.repeat(indent)
  print(marks[`${ok}`], ` ${title.padEnd(indent - 2)}`, words(first))
  for (const line of more) print(margin, words(line))
  // Never wrapped, because a command must stay on one line to be pasted.
  for (const [index, line] of (hint?.split('\n') ?? []).entries())
    print(margin, index === 0 ? 'next: ' : '      ', line)
  if (code) print(margin, styled('dim', `code: ${code}`))
}

/** Prints a sentence below the findings. */
export function printNote(text: string): void {
  for (const line of linesOf(sanitize(text), pageStyle().columns)) print(styled('dim', line))
}
