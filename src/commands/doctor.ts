import { type Account, findAccount } from '../accounts/index.ts'
import type { Arguments } from '../cli.ts'
import { examine, maskNotices, type ReportLine } from '../doctor/index.ts'
import { type Piece, print, printJson, styled } from '../terminal.ts'
import { textOf } from './options.ts'

/** `od-link doctor`: a line a check, with the cure below a failure; the exit code is that of the first one. */
export async function run({ options }: Arguments): Promise<number> {
  const json = options.json === true
  const offline = options.offline === true
  const wanted = textOf(options, 'account')
  if (options.cron === true)
    return (await import('./doctor-cron.ts')).run(findAccount(wanted), { json, offline })
  const account: Account | undefined = wanted === undefined ? undefined : findAccount(wanted)
  maskNotices()
  const lines: ReportLine[] = []
  for await (const line of examine({ offline, account })) {
    lines.push(line)
    if (!json) tell(line)
  }
  const failures = lines.filter(({ ok }) => ok === false)
  if (json) {
    printJson({ checks: lines.map(({ title: _, ...line }) => line), ok: failures.length === 0 })
  } else {
    print()
    print(summary(failures.length))
    print(styled('dim', 'Safe to paste: no token, secret, mail address or file of yours is in it.'))
  }
  return failures[0]?.exitCode ?? 0
}

const marks = {
  true: styled('green', '✓'),
  false: styled('red', '✗'),
  null: styled('dim', '–'),
} as const satisfies Record<string, Piece>

/** Where the text of a line begins. */
const indent = 16
const width = 80

function tell({ title, ok, text, hint, code }: ReportLine): void {
  const [first = '', ...more] = wrapped(text)
  print(marks[`${ok}`], ` ${title.padEnd(indent - 2)}`, ok === false ? styled('bold', first) : first)
  const below = (line: string, bold = false) => print(' '.repeat(indent), bold ? styled('bold', line) : line)
  for (const line of more) below(line, ok === false)
  // Never wrapped: what can be pasted must stay one line.
  for (const [index, line] of (hint?.split('\n') ?? []).entries())
    below(`${index === 0 ? 'next: ' : '      '}${line}`)
  if (code) print(' '.repeat(indent), styled('dim', `code: ${code}`))
}

/** Cut at spaces; a word that is too long stays whole. */
function wrapped(text: string): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width - indent)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

function summary(failures: number): Piece {
  if (failures === 0) return styled('green', 'Nothing is wrong.')
  return styled('red', failures === 1 ? 'One thing is wrong.' : `${failures} things are wrong.`)
}
