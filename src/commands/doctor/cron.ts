import type { Account } from '../../accounts/account.ts'
import { tryCron } from '../../doctor/cron.ts'
import type { CronProblem } from '../../doctor/cron-advice.ts'
import { programs } from '../../doctor/crontab.ts'
import type { Finding } from '../../doctor/finding.ts'
import { nameInReport } from '../../doctor/links.ts'
import { makeMask } from '../../doctor/mask.ts'
import { OdLinkError } from '../../errors.ts'
import { print, printJson } from '../../terminal/index.ts'
import { printFinding, printNote } from './report.ts'

/** `od-link doctor --cron`: whether the link works in a cron job or why not, and a crontab line. */
export async function run(
  account: Account,
  { json, offline }: { json: boolean; offline: boolean },
): Promise<number> {
  if (process.platform === 'win32') throw noCron()
  const { problem, line, notes } = await tryCron(account, { limitMs: 15_000, offline })
  const finding = findingOf(problem, account, offline)
  if (json) {
    const { text, hint, reason, exitCode } = finding
    printJson({ ok: finding.ok, text, ...(problem && { hint, reason, exitCode }), line, notes })
    return problem?.exitCode ?? 0
  }
  printFinding('Cron', finding)
  print()
  printNote(`${problem ? 'When it works, add this line' : 'Add this line'} to your crontab (crontab -e):`)
  print()
  print(line)
  for (const note of notes) {
    print()
    printNote(note)
  }
  return problem?.exitCode ?? 0
}

function findingOf(problem: CronProblem | undefined, account: Account, offline: boolean): Finding {
  const name = nameInReport(account)
  if (!problem) {
    const proof = offline ? 'read the link' : 'read the link, and Microsoft accepted it'
    return {
      ok: true,
      text: `works for ${name}. Without a terminal, in cron's environment, od-link ${proof}`,
    }
  }
  const mask = makeMask()
  const { message, hint, reason, exitCode } = problem
  return { ok: false, text: mask(message), reason, exitCode, ...(hint && { hint: mask(hint) }) }
}

/** Windows runs a scheduled task in the person's own session and environment, so there is nothing to check. */
function noCron(): OdLinkError {
  const { node, odLink } = programs()
  return new OdLinkError('usage', 'Windows has no cron. Its Task Scheduler runs od-link as you do.', {
    hint: `schtasks /Create /SC DAILY /ST 03:00 /TN od-link /TR "\\"${node}\\" \\"${odLink}\\" mkdir -p /Backups"`,
  })
}
