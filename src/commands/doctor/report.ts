/* How findings look: a mark, a title, the words in a column of their own, and the cure below a failure. */

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

/** Prints a finding: its mark and title, its words, and below a failure its cure. */
export function tell(title: string, { ok, text, hint, code }: Finding): void {
  const words = (line: string) => (ok === false ? styled('bold', line) : line)
  const [first = '', ...more] = linesOf(sanitize(text), pageStyle().columns - indent)
  const margin = ' '.repeat(indent)
  print(marks[`${ok}`], ` ${title.padEnd(indent - 2)}`, words(first))
  for (const line of more) print(margin, words(line))
  // Never wrapped: what can be pasted must stay one line.
  for (const [index, line] of (hint?.split('\n') ?? []).entries())
    print(margin, index === 0 ? 'next: ' : '      ', line)
  if (code) print(margin, styled('dim', `code: ${code}`))
}

/** A sentence beside the findings. */
export function tellAside(text: string): void {
  for (const line of linesOf(sanitize(text), pageStyle().columns)) print(styled('dim', line))
}
