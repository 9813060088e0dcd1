import { OdLinkError } from '../../errors.ts'
import type { NextStep } from '../../text/next-step.ts'
import type { GraphAnswer } from '../answer.ts'
import { means } from '../error-codes.ts'
import { graphFailure, traceOf } from '../errors.ts'

const chooseConflict: NextStep = 'Choose another name, or pass -f @microsoft.graph.conflictBehavior=rename'

/** The error for an answer that is no success. @param subject what was requested, such as `GET /me/drive`. */
export function apiFailure(answer: GraphAnswer, subject: string): OdLinkError {
  const { status } = answer
  if (status >= 300 && status < 400 && answer.headers.location) {
    return new OdLinkError('usage', `${subject} is a download (HTTP ${status}), which is at another URL.`, {
      reason: 'refused-request',
      next: [
        { intro: 'To save it:', flags: { output: 'FILE' } },
        { intro: 'Or to print it:', flags: { output: '-' } },
      ],
      ...traceOf(answer),
    })
  }
  const failure = graphFailure(answer, subject, true)
  return means(answer, 'taken') ? failure.with({ next: [chooseConflict] }) : failure
}
