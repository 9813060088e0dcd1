import { type ErrorKind, OdLinkError } from '../errors.ts'
import { clockCommand, clockProblem } from '../http/clock-skew.ts'
import { dateOf, requestIdOf } from '../http/index.ts'
import { isJsonObject, textIn } from '../text/json.ts'
import { fromOutside } from '../text/sanitize.ts'
import { causes, isCause } from './error-codes.ts'
import type { GraphAnswer } from './send-once.ts'

/** No code of Microsoft's is longer. */
const longestCode = 100

/** Microsoft's codes for one failure, the outermost first: `innerError` may nest, and has two spellings. */
export function codesOf(answer: GraphAnswer): string[] {
  const codes: string[] = []
  let level = answer.json?.error
  for (let depth = 0; isJsonObject(level) && depth < 8; depth += 1) {
    const code = fromOutside(level.code, longestCode)
    if (code) codes.push(code)
    level = level.innerError ?? level.innererror
  }
  return codes
}

/** A 404 that is a conflict of names: "incompatible with a similar name". Text alone tells it apart. */
export function isSimilarName(answer: GraphAnswer): boolean {
  return answer.status === 404 && /similar name/i.test(messageOf(answer))
}

/** Graph refuses the token although it was renewed for it. */
export function linkRefused(answer: GraphAnswer): OdLinkError {
  const message = `Microsoft Graph does not accept the link any more: ${plainMessage(answer)}`
  const trouble = /lifetime|expired|not yet valid/i.test(messageOf(answer)) ? clockProblem() : undefined
  const hint = trouble
    ? `${trouble}. Set it: ${clockCommand()}\nIf it is refused then, too: ${causes.signIn.cure}`
    : causes.signIn.cure
  return new OdLinkError('sign-in', message, { hint, ...traceOf(answer) })
}

/** The root itself is not there. */
export function noDrive(answer: GraphAnswer): OdLinkError {
  return new OdLinkError('not-allowed', 'This account has no OneDrive that can be reached.', {
    hint: 'Open https://onedrive.com once with this account, or link another: od-link login',
    ...traceOf(answer),
  })
}

/**
 * Turns an answer that is no success into an error.
 * @param subject what the request was about, as a sentence begins: `Making "/a/b"`.
 */
export function graphFailure(answer: GraphAnswer, subject: string): OdLinkError {
  const { kind, message, hint } = judge(answer, codesOf(answer), subject)
  return new OdLinkError(kind, message, { hint, ...traceOf(answer) })
}

/** What an administrator or Microsoft's support needs to find the failure. */
export function traceOf(answer: GraphAnswer) {
  return {
    code: codesOf(answer).at(-1),
    requestId: requestIdOf(answer.headers),
    timestamp: dateOf(answer.headers),
  }
}

interface Judgement {
  kind: ErrorKind
  message: string
  hint?: string
}

function judge(answer: GraphAnswer, codes: string[], subject: string): Judgement {
  const { status } = answer
  const words = plainMessage(answer)
  const because = (cause: keyof typeof causes, message: string): Judgement => {
    const { kind, cure } = causes[cause]
    return { kind, message, hint: cure }
  }
  // In a batch: an answer of success on its own that cannot be read is a lost answer.
  if (status < 300) {
    return {
      kind: 'service',
      message: `${subject} failed: Microsoft Graph sent an answer that cannot be read (HTTP ${status}).`,
      hint: 'Run the same again: what is missing is made.',
    }
  }
  if (isCause('noSpace', codes) || status === 507)
    return because('noSpace', `${subject} failed: there is no space left in this OneDrive.`)
  if (/SPO license|mysite not found/i.test(words)) {
    return {
      kind: 'not-allowed',
      message: `This account has no OneDrive here: ${words}`,
      hint: 'od-link login --tenant consumers\n(for a personal account; for a work account ask the administrator for a licence)',
    }
  }
  if (status === 423) return because('locked', `${subject} failed: the folder is locked.`)
  if (status === 403) return because('forbidden', `${subject} is not allowed: ${words}`)
  if (status === 404) return because('notFound', `${subject} failed: ${words}`)
  if (status < 400) {
    return {
      kind: 'service',
      message: `${subject} failed: the server sends od-link elsewhere (HTTP ${status}), and a token is not taken there.`,
      hint: 'Check OD_LINK_GRAPH_HOST and the cloud of the login, and whether a proxy is in between.',
    }
  }
  if (status === 429) return because('throttled', 'Microsoft throttles this app (HTTP 429).')
  if (status === 408 || status >= 500)
    return because('trouble', `Microsoft Graph is in trouble (HTTP ${status}).`)
  if (isCause('name', codes) || codes[0] === 'invalidRequest')
    return because('name', `OneDrive does not accept this name or path: ${words}`)
  return { kind: 'internal', message: `${subject} failed: ${words}`, hint: 'od-link status --check' }
}

function messageOf({ json }: GraphAnswer): string {
  return isJsonObject(json?.error) ? textIn(json.error.message, 4_000) : ''
}

/** Microsoft's own words, short and without markup: some failures put a whole HTML page there. */
export function plainMessage(answer: GraphAnswer): string {
  const text = fromOutside(messageOf(answer), 300)
  return text && !/<[a-z!/]/i.test(text) ? text : `the server gives no reason (HTTP ${answer.status}).`
}

/**
 * The name is taken.
 * @param path as it is shown.
 * @param what has the name, as in `a file`.
 * @param answer that said so, where there was one.
 */
export function nameTaken(
  path: string,
  what: string,
  answer: GraphAnswer | undefined,
  hint = 'Choose another name.',
): OdLinkError {
  const trace = answer && traceOf(answer)
  return new OdLinkError('taken', `The name is taken: "${path}" is ${what}.`, {
    ...trace,
    code: trace?.code ?? 'nameAlreadyExists',
    hint,
  })
}
