import type { Account } from '../../accounts/account.ts'
import { findAccount } from '../../accounts/index.ts'
import type { Arguments } from '../../cli/command.ts'
import { examine, maskNotices, type ReportLine } from '../../doctor/index.ts'
import { type Piece, print, printJson, styled } from '../../terminal/index.ts'
import { textOf } from '../shared/arguments.ts'
import { printFinding } from './report.ts'

/** `od-link doctor`: a line per check, with the next steps below a failure. The exit code is that of the first failure. */
export async function run({ options }: Arguments): Promise<number> {
  const json = options.json === true
  const offline = options.offline === true
  const wanted = textOf(options, 'account')
  if (options.cron === true) return (await import('./cron.ts')).run(findAccount(wanted), { json, offline })
  const account: Account | undefined = wanted === undefined ? undefined : findAccount(wanted)
  maskNotices()
  const lines: ReportLine[] = []
  for await (const line of examine({ offline, account })) {
    lines.push(line)
    if (!json) printFinding(line.title, line)
  }
  const failures = lines.filter(({ ok }) => ok === false)
  if (json) {
    printJson({ checks: lines.map(({ title: _, ...line }) => line), ok: failures.length === 0 })
  } else {
    print()
    print(summary(failures.length))
    print(styled('dim', 'Safe to paste: contains no tokens, secrets or full email addresses.'))
  }
  return failures[0]?.exitCode ?? 0
}

function summary(failures: number): Piece {
  if (failures === 0) return styled('green', 'No problems found.')
  return styled('red', failures === 1 ? '1 problem found.' : `${failures} problems found.`)
}
