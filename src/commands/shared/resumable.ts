import { OdLinkError } from '../../errors.ts'
import type { Target } from '../../graph/transfer/partial-file.ts'
import { byteSize } from '../../text/format.ts'

/** What a person is told of a download that was cut off, and whose part is kept. */
export function resumes({ saved }: Target): string {
  return `The same command continues after ${byteSize(saved)}.`
}

/** A failure of a download, with that as a next step if its part is kept. */
export function resumable(error: unknown, target: Target): unknown {
  if (!target.isKept || !(error instanceof OdLinkError)) return error
  return error.with({ next: [...error.next, resumes(target)] })
}
