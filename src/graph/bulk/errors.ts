import { OdLinkError } from '../../errors.ts'
import { isCause } from '../error-codes.ts'
import { codesOf, nameTaken, noDrive, traceOf } from '../errors.ts'
import type { GraphAnswer } from '../send-once.ts'
import { type Folder, showFolder } from './tree.ts'

/** Failures that only a run of many folders has, as errors. */

/** Whether every further folder would be refused for the same reason: there is no space left. */
export function endsAll(answer: GraphAnswer): boolean {
  return answer.status === 507 || isCause('noSpace', codesOf(answer))
}

/** Something that is no folder has the name. */
export function taken(folder: Folder, what: string, answer: GraphAnswer | undefined): OdLinkError {
  return nameTaken(showFolder(folder), what, answer)
}

/** A parent that was there when its child was asked for. */
export function parentGone({ parent }: Folder, answer: GraphAnswer): OdLinkError {
  if (!parent?.parent) return noDrive(answer)
  return new OdLinkError('not-found', `"${showFolder(parent)}" is not there any more.`, {
    hint: 'Run the same again: what is missing is made.',
    ...traceOf(answer),
  })
}

/** A batch was answered, and one of its requests was not. */
export function unanswered(): OdLinkError {
  return new OdLinkError('service', 'Microsoft Graph left a request of a batch without an answer.', {
    hint: 'Run the same again: what is missing is made.',
  })
}

/** The bound on waiting is reached. */
export function tooLong(): OdLinkError {
  return new OdLinkError('service', 'Microsoft let od-link wait longer than it may.', {
    hint: 'Try again in some minutes, or let it wait longer: --max-wait 3600',
  })
}
