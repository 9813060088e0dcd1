import { type ErrorKind, exitCodes, OdLinkError, type Reason } from '../errors.ts'
import { longDuration } from '../text/format.ts'

/** The result of one check, for the report. */
export interface Finding {
  /** The name of a store or a link, if a check looks at several. */
  subject?: string
  /** `null` means not checked; `text` says why. */
  ok: boolean | null
  text: string
  /** What to do about a failure, as lines. */
  hint?: string | undefined
  /** Why a check failed, as a word for programs. */
  reason?: Reason
  exitCode?: number
  /** Microsoft's own code, if there is one. */
  code?: string | undefined
}

/** What a check returns: a sentence, or why nothing was checked. A failure is thrown. */
export type CheckResult = string | { notChecked: string }

/** How long a check may take, and the kind of failure if it takes longer. */
export interface Limit {
  ms: number
  late: ErrorKind
}

/** Runs one check within its limit, and turns whatever it returns or throws into a finding. */
export async function runCheck(
  { ms, late }: Limit,
  check: () => CheckResult | Promise<CheckResult>,
  subject?: string,
): Promise<Finding> {
  const named = subject === undefined ? {} : { subject }
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    const error = new OdLinkError(late, `The check took longer than ${longDuration(ms / 1000)}.`, {
      reason: 'timeout',
      next: [{ intro: 'To see each request:', verb: 'doctor', flags: { verbose: true } }],
    })
    timer = setTimeout(() => reject(error), ms)
  })
  try {
    const result = await Promise.race([(async () => check())(), tooLate])
    return typeof result === 'string'
      ? { ...named, ok: true, text: result }
      : { ...named, ok: null, text: result.notChecked }
  } catch (error) {
    return { ...named, ...failure(error) }
  } finally {
    clearTimeout(timer)
  }
}

function failure(error: unknown): Finding {
  if (!(error instanceof OdLinkError)) {
    const text = `The check itself failed: ${error instanceof Error ? error.message : error}`
    const hint = 'Please report it. DEBUG=od-link shows where it happened.'
    return { ok: false, text, hint, reason: 'internal', exitCode: exitCodes.internal }
  }
  const { message: text, hint, reason, exitCode, code } = error
  return { ok: false, text, hint, reason, exitCode, code }
}
