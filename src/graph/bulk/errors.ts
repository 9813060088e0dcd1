import { OdLinkError } from '../../errors.ts'
import { afterTheWait } from '../../http/retry.ts'
import type { GraphAnswer } from '../answer.ts'
import { type Meaning, meaningOf } from '../error-codes.ts'
import { nameTaken, noDrive, placeGone, traceOf } from '../errors.ts'
import { type Folder, showFolder } from './tree.ts'

/* Errors of a run with many folders. Their messages do not name the folder, because its path stands beside them. */

/** Whether every further folder would be refused for the same reason, such as no space. */
export function endsAll(answer: GraphAnswer): boolean {
  const meaning: Meaning = meaningOf(answer)
  return meaning.endsAll === true
}

/** What to do when a run did not create all folders. */
export const runAgain = "Run it again to create what's missing."

/** Something that is not a folder has the name. */
export function taken(what: string, answer: GraphAnswer | undefined): OdLinkError {
  return nameTaken(undefined, what, answer)
}

/** The folder that a run starts from cannot be found: the drive, a saved place, or what an address stands for. */
export function startGone(root: Folder, answer: GraphAnswer): OdLinkError {
  return root.name === '' ? noDrive(answer) : placeGone({ prefix: root.name, path: [] }, answer)
}

/** A shortcut without a target. */
export function dangling(shortcut: Folder, answer: GraphAnswer): OdLinkError {
  const message =
    'It is a shortcut to a folder that no longer exists, or is no longer shared with this account.'
  return targetGone(shortcut, answer).with({ message })
}

/** The folder that a shortcut stands for cannot be found, and its children not either. */
export function targetGone(shortcut: Folder, answer: GraphAnswer): OdLinkError {
  return placeGone({ prefix: showFolder(shortcut), path: [] }, answer)
}

/** A parent that existed when its child was requested. */
export function parentGone({ parent }: Folder, answer: GraphAnswer): OdLinkError {
  if (!parent?.parent) return startGone(parent as Folder, answer)
  return new OdLinkError('not-found', `"${showFolder(parent)}" no longer exists.`, {
    reason: 'no-such-item',
    next: [runAgain],
    ...traceOf(answer),
  })
}

/** A batch was answered, and one of its requests was not. */
export function unanswered(): OdLinkError {
  return new OdLinkError('service', 'Microsoft Graph did not answer a request of a batch.', {
    reason: 'unreadable-answer',
    next: [runAgain],
  })
}

/** The limit on waiting is reached. */
export function tooLong(): OdLinkError {
  return new OdLinkError('service', 'Microsoft asked od-link to wait longer than --max-wait allows.', {
    reason: 'throttled',
    next: afterTheWait(undefined, 3_600),
  })
}
