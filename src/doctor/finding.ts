import { type ErrorKind, OdLinkError } from '../errors.ts'
import { longDuration } from '../text/format.ts'

/** What one check has found. */
export interface Finding {
  /** What of several: the name of a store, or of a link. */
  subject?: string
  /** `null`: not checked, and `text` says why. */
  ok: boolean | null
  text: string
  /** What to do about it, in lines. */
  hint?: string | undefined
  /** Of a failure. */
  exitCode?: number
  /** Microsoft's own code, when there is one. */
  code?: string | undefined
}

/** What a check tells when nothing is wrong: a sentence, or why it did not look. A failure is thrown. */
export type CheckResult = string | { notChecked: string }

/** How long a check may take, and what kind of failure it is when it does. */
export interface Limit {
  ms: number
  late: ErrorKind
}

/** Runs one check to a finding, within its limit, whatever it throws. */
export async function runCheck(
  { ms, late }: Limit,
  check: () => CheckResult | Promise<CheckResult>,
  subject?: string,
): Promise<Finding> {
  const named = subject === undefined ? {} : { subject }
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    const error = new OdLinkError(late, `There was no answer within ${longDuration(ms / 1000)}.`, {
      hint: 'od-link doctor --verbose\n(it shows each request)',
    })
    timer = setTimeout(() => reject(error), ms)
  })
  try {
    const told = await Promise.race([(async () => check())(), tooLate])
    return typeof told === 'string'
      ? { ...named, ok: true, text: told }
      : { ...named, ok: null, text: told.notChecked }
  } catch (error) {
    return { ...named, ...failure(error) }
  } finally {
    clearTimeout(timer)
  }
}

function failure(error: unknown): Finding {
  if (!(error instanceof OdLinkError)) {
    const text = `The check itself failed: ${error instanceof Error ? error.message : error}`
    return { ok: false, text, exitCode: 1, hint: 'Please report it; DEBUG=od-link shows where it happened.' }
  }
  const { message: text, hint, exitCode, code } = error
  return { ok: false, text, hint, exitCode, code }
}
