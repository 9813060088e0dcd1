import { OdLinkError } from '../errors.ts'
import { clockCommand, clockProblem } from '../http/clock-skew.ts'
import { dateOf, requestIdOf } from '../http/index.ts'
import { tryLater } from '../http/retry.ts'
import type { NextStep } from '../text/next-step.ts'
import { fromOutside } from '../text/sanitize.ts'
import type { GraphAnswer } from './answer.ts'
import { codesOf, type Meaning, meaningOf, meaningOfCode, signInAgain, wordsOf } from './error-codes.ts'
import { isWebAddress, type Shown, showPlace } from './place.ts'

/**
 * The error for an answer that is no success.
 * @param subject what the request was about, as a sentence begins: `Creating "/a/b"`.
 * @param withStatus whether the message has the HTTP status, for people who know the request.
 */
export function graphFailure(answer: GraphAnswer, subject: string, withStatus = false): OdLinkError {
  const meaning: Meaning = meaningOf(answer)
  const { kind, reason, next } = meaning
  return new OdLinkError(kind, messageOf(answer, meaning, subject, withStatus), {
    reason,
    next: typeof next === 'function' ? next(answer) : next,
    ...traceOf(answer),
  })
}

function messageOf(answer: GraphAnswer, meaning: Meaning, subject: string, withStatus: boolean): string {
  const status = `(HTTP ${answer.status})`
  const words = plainWords(answer)
  if (meaning.isComplete && words && saysMore(answer, meaning))
    return `${meaning.meaning.slice(0, -1)} ${status}: ${words}`
  if (meaning.isComplete) return `${meaning.meaning.slice(0, -1)} ${status}.`
  const says = meaning.says?.(subject) ?? `${subject} failed`
  const isSaid = `${says}.` === meaning.meaning
  if (!words) return `${says} ${status}.${isSaid ? '' : ` ${meaning.meaning}`}`
  return withStatus ? `${says} ${status}: ${words}` : `${says}: ${words}`
}

/** Whether only Microsoft's words say why: a 500 can be permanent, and so can what has a code of its own. */
function saysMore(answer: GraphAnswer, meaning: Meaning): boolean {
  const codes = codesOf(answer)
  return answer.status === 500 || (codes.length > 0 && !codes.some((code) => meaningOfCode(code) === meaning))
}

/** What an administrator or Microsoft's support needs to find the failure. */
export function traceOf(answer: GraphAnswer) {
  return {
    code: codesOf(answer).at(-1),
    requestId: requestIdOf(answer.headers),
    timestamp: dateOf(answer.headers),
  }
}

/** Microsoft's own words, short and without markup, as some failures contain a whole HTML page; empty if there are none. It ends as a sentence does. */
export function plainWords(answer: GraphAnswer): string {
  const text = fromOutside(wordsOf(answer), 300)
  if (text === '' || /<[a-z!/]/i.test(text)) return ''
  return /[.!?…]$/.test(text) ? text : `${text}.`
}

/** Graph wants something of the person that a renewed token does not have. */
export function newSignInWanted(answer: GraphAnswer): OdLinkError {
  const words = plainWords(answer) || `the server gives no reason (HTTP ${answer.status}).`
  return new OdLinkError('sign-in', `Microsoft Graph no longer accepts this link: ${words}`, {
    reason: 'token-refused',
    next: [signInAgain(answer)],
    ...traceOf(answer),
  })
}

/**
 * Graph refuses a token that was renewed just now, and asks for no new sign-in. That passes: only the token endpoint ends a
 * link. rclone/rclone#5270, OneDrive/onedrive-api-docs#1489
 */
export function renewedTokenRefused(answer: GraphAnswer): OdLinkError {
  const words = plainWords(answer) || `the server gives no reason (HTTP ${answer.status}).`
  const clock = /lifetime|expired|not yet valid/i.test(words) ? clockProblem() : undefined
  const next: NextStep[] = [
    ...(clock ? [`${clock}. Set it: ${clockCommand()}`] : []),
    tryLater,
    signInAgain(answer, 'If it is still refused:'),
  ]
  return new OdLinkError('service', `Microsoft Graph does not accept a token issued just now: ${words}`, {
    reason: 'token-refused',
    next,
    ...traceOf(answer),
  })
}

/** The root itself does not exist. */
export function noDrive(answer: GraphAnswer): OdLinkError {
  return new OdLinkError('not-allowed', 'This account has no OneDrive that can be reached.', {
    reason: 'no-drive',
    next: [
      'Open https://onedrive.com once with this account.',
      { intro: 'Or link another account:', verb: 'login' },
    ],
    ...traceOf(answer),
  })
}

/** What a path starts from does not exist, or nobody shares it any more: a saved drive, an address or a shortcut. */
export function placeGone(place: Shown, answer: GraphAnswer): OdLinkError {
  const { prefix } = place
  const isSaved = prefix.endsWith(':')
  const isShortcut = !isSaved && !isWebAddress(prefix)
  const what = isShortcut ? 'is a shortcut to a folder that' : 'is a place that'
  const saved = prefix.replace(/:$/, '')
  const again: NextStep[] = isSaved
    ? [
        'Open the folder in a browser, and copy its address again. Then:',
        {
          verb: 'drive',
          args: ['remove', saved],
          and: { verb: 'drive', args: ['add', saved, 'ADDRESS'] },
        },
      ]
    : ['Open it in a browser, and copy its address again.']
  const next = isShortcut ? ['Ask its owner to share it again, or remove the shortcut in OneDrive.'] : again
  const message = `"${showPlace(place)}" ${what} no longer exists, or is no longer shared with this account.`
  return new OdLinkError('not-found', message, { reason: 'no-such-item', next, ...traceOf(answer) })
}

/**
 * The name is taken.
 * @param path as it is shown; undefined where it stands beside the message.
 * @param what has the name, as in `a file`.
 * @param answer that said so, if there was one.
 */
export function nameTaken(
  path: string | undefined,
  what: string,
  answer: GraphAnswer | undefined,
  next: readonly NextStep[] = ['Choose another name.'],
): OdLinkError {
  const trace = answer && traceOf(answer)
  const message =
    path === undefined ? `The name is taken by ${what}.` : `The name is taken: "${path}" is ${what}.`
  return new OdLinkError('taken', message, {
    reason: what === 'a folder' ? 'name-taken' : 'not-a-folder',
    ...trace,
    code: trace?.code ?? 'nameAlreadyExists',
    next,
  })
}

/** The service created the folder somewhere else, as China's cloud was seen to do. rclone/rclone#3973 */
export function misplaced(path: string | undefined, answer: GraphAnswer): OdLinkError {
  const name = path === undefined ? 'the folder' : `"${path}"`
  return new OdLinkError('service', `OneDrive did not create ${name} in the parent that was requested.`, {
    reason: 'unreadable-answer',
    next: ['Look for it in the folders above, and remove it there.'],
    ...traceOf(answer),
  })
}

/**
 * The name differs from that of an existing item only in a way that OneDrive ignores.
 * @param path as it is shown; undefined where it stands beside the message.
 */
export function similarName(path: string | undefined, answer: GraphAnswer | undefined): OdLinkError {
  const name = path === undefined ? 'it' : `"${path}"`
  const message = `The name is taken: OneDrive does not distinguish ${name} from an existing item with a similar name.`
  return new OdLinkError('taken', message, {
    reason: 'similar-name',
    ...(answer && traceOf(answer)),
    next: ['Choose another name.'],
  })
}
