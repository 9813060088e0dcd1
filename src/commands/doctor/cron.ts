import type { Account } from '../../accounts/account.ts'
import { tryCron } from '../../doctor/cron.ts'
import type { CronProblem } from '../../doctor/cron-advice.ts'
import { programs } from '../../doctor/crontab.ts'
import type { Finding } from '../../doctor/finding.ts'
import { nameInReport } from '../../doctor/links.ts'
import { makeMask } from '../../doctor/mask.ts'
import { OdLinkError } from '../../errors.ts'
import { print, printJson } from '../../terminal/index.ts'
import { tell, tellAside } from './report.ts'

/** `od-link doctor --cron`: whether it works there, or why not, and the line for the crontab. */
export async function run(
  account: Account,
  { json, offline }: { json: boolean; offline: boolean },
): Promise<number> {
  if (process.platform === 'win32') throw noCron()
  const { problem, line, notes } = await tryCron(account, { limitMs: 15_000, offline })
  const finding = findingOf(problem, account, offline)
  if (json) {
    const { text, hint, exitCode } = finding
    printJson({ ok: finding.ok, text, ...(problem && { hint, exitCode }), line, notes })
    return problem?.exitCode ?? 0
  }
  tell('From cron', finding)
  print()
  tellAside(`${problem ? 'Once it works, the' : 'The'} line for your crontab (crontab -e):`)
  print()
  print(line)
  for (const note of notes) {
    print()
    tellAside(note)
  }
  return problem?.exitCode ?? 0
}

function findingOf(problem: CronProblem | undefined, account: Account, offline: boolean): Finding {
  const name = nameInReport(account)
  if (!problem) {
    const proof = offline ? 'the link was read' : 'the link was read, and Microsoft took it'
    return {
      ok: true,
      text: `works for ${name}: started without a terminal, in cron's environment, ${proof}`,
    }
  }
  const mask = makeMask()
  const { message, hint, exitCode } = problem
  return { ok: false, text: mask(message), exitCode, ...(hint && { hint: mask(hint) }) }
}

/** A task of Windows runs in the person's own session, with its environment, so there is nothing to find out. */
function noCron(): OdLinkError {
  const { node, odLink } = programs()
  return new OdLinkError('usage', 'Windows has no cron; its Task Scheduler starts od-link as you do.', {
    hint: `schtasks /Create /SC DAILY /ST 03:00 /TN od-link /TR "\\"${node}\\" \\"${odLink}\\" mkdir -p /Backups"`,
  })
}
