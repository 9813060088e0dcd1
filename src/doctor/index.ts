import type { Account } from '../accounts/account.ts'
import { notices } from '../notices.ts'
import { type Context, checks, findingsOf } from './checks.ts'
import type { Finding } from './finding.ts'
import { makeMask } from './mask.ts'

/** A line of the report, which is safe to paste. */
export interface ReportLine extends Finding {
  name: string
  title: string
}

/**
 * Checks everything that a working link needs. The checks run in parallel, each within its own limit, and a failure of one
 * never stops another. The lines come in the order of the table.
 */
export async function* examine(options: {
  offline: boolean
  account: Account | undefined
}): AsyncGenerator<ReportLine> {
  const mask = makeMask()
  const begun = new Map<string, Promise<Finding[]>>()
  const context: Context = { ...options, earlier: (name) => begun.get(name) ?? Promise.resolve([]) }
  for (const check of checks) begun.set(check.name, findingsOf(check, context))
  for (const { name, title } of checks) {
    for (const { subject, text, hint, ...rest } of await context.earlier(name)) {
      const words = subject === undefined ? text : `${subject}: ${text}`
      yield { name, title, ...rest, text: mask(words), ...(hint && { hint: mask(hint) }) }
    }
  }
}

/** Masks notices as well, because people paste them along with the report. */
export function maskNotices(): void {
  const mask = makeMask()
  const { waiting, warning } = notices
  notices.waiting = (what) => waiting(mask(what))
  notices.warning = (what) => warning(mask(what))
}
