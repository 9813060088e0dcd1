import { type ErrorKind, OdLinkError, type Reason } from '../errors.ts'
import { guidIn } from '../http/index.ts'
import { numberIn, parseJsonObject, textIn } from '../text/json.ts'
import type { NextStep } from '../text/next-step.ts'
import { fromOutside } from '../text/sanitize.ts'
import { adviceFor, lessAccess, passesByItself, wantsAdminApproval } from './aadsts-codes.ts'
import { type Advice, publicClient } from './aadsts-registration-codes.ts'
import { adminLetter, type ConsentWanted } from './admin-letter.ts'
import { findCloud, otherClouds, portalOf } from './clouds.ts'
import { defaultRedirectUri } from './portal.ts'

/** Microsoft's error answer, from the token endpoint (JSON) or the redirect (parameters). */
export interface IdentityErrorBody {
  error: string
  error_description?: string
  error_codes?: number[]
  error_subcode?: string
  suberror?: string
  /** What the next sign-in must prove, as JSON: to be sent on to the authorize page. */
  claims?: string
  trace_id?: string
  timestamp?: string
}

/** What the request was about, for next steps that fit. */
export type FailureContext = ConsentWanted

const passing = new Set(['temporarily_unavailable', 'server_error'])

/**
 * Turns Microsoft's refusal into one sentence and the next steps. `error` and the AADSTS number decide whether it passes by
 * itself; where a number has several texts, the words come before it.
 * https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
 */
export function identityFailure(body: IdentityErrorBody, context: FailureContext): OdLinkError {
  const code = aadstsCode(body)
  const advice = adviceFor(code, textOf(body.error_description))
  const kind: ErrorKind = passing.has(body.error) || passesByItself(advice) ? 'service' : 'sign-in'
  return new OdLinkError(kind, advice && !advice.isVague ? advice.meaning : plainWords(body, code), {
    reason: advice?.reason ?? plainReason(body, code, kind),
    next: nextFor(body, code, advice, context),
    code: code === undefined ? nameOf(body) : `AADSTS${code}`,
    requestId:
      guidIn(body.trace_id) ?? /Trace ID: ([\da-f-]{1,64})/i.exec(textOf(body.error_description))?.[1],
    timestamp:
      fromOutside(body.timestamp, 40) ||
      /Timestamp: ([\d:Z -]{1,40}\dZ?)/.exec(textOf(body.error_description))?.[1],
    cause: body,
  })
}

/** The first code that od-link knows, else the first one there is. */
function aadstsCode(body: IdentityErrorBody): number | undefined {
  const listed = Array.isArray(body.error_codes) ? body.error_codes.slice(0, 20).map(numberIn) : []
  const written = [...textOf(body.error_description).matchAll(/AADSTS(\d{4,8})/g)].map((match) =>
    Number(match[1]),
  )
  const codes = [...listed, ...written].filter((code) => Number.isInteger(code) && code > 0)
  const text = textOf(body.error_description)
  return codes.find((code) => adviceFor(code, text)) ?? codes[0]
}

const retry: NextStep = { intro: 'If that was a mistake:', verb: 'login' }

/** With a number, `access_denied` is not the person's refusal: Conditional Access comes under that name as well. */
function isDeclined({ error }: IdentityErrorBody, code: number | undefined): boolean {
  return error === 'access_denied' && code === undefined
}

function plainWords(body: IdentityErrorBody, code: number | undefined): string {
  const { error_description: description, error_subcode: subcode } = body
  const isDenied = isDeclined(body, code)
  if (isDenied && (subcode === 'cancel' || !description)) {
    return 'The sign-in was cancelled, or the organisation requires an administrator to approve this app first.'
  }
  if (isDenied) return 'The access that od-link requests was declined in the browser.'
  const sentence = firstSentence(textOf(description))
  return sentence ? `Microsoft answered: ${sentence}` : `Microsoft refused the sign-in (${nameOf(body)}).`
}

/** Without a code that od-link knows. */
function plainReason(body: IdentityErrorBody, code: number | undefined, kind: ErrorKind): Reason {
  if (kind === 'service') return 'unavailable'
  return isDeclined(body, code) ? 'sign-in-declined' : 'sign-in-refused'
}

/** A server may put anything into a text field; no description of Microsoft's is this long. */
function textOf(value: unknown): string {
  return textIn(value, 4_000)
}

/** The name of the failure (RFC 6749 section 5.2). */
function nameOf({ error }: IdentityErrorBody): string {
  return fromOutside(error, 100)
}

/** Without the code in front and the IDs behind, which are shown separately. */
function firstSentence(description: string): string {
  const text = description.split(/\r?\n| Trace ID:/)[0] ?? ''
  return fromOutside(text.replace(/^AADSTS\d+:\s*/, ''), 300)
}

function nextFor(
  body: IdentityErrorBody,
  code: number | undefined,
  advice: Advice | undefined,
  context: FailureContext,
): readonly NextStep[] {
  const steps = advice ? stepsOf(advice, context) : [isDeclined(body, code) ? retry : { verb: 'login' }]
  const page = code === undefined ? [] : [`See https://login.microsoftonline.com/error?code=${code}`]
  const maybeApproval = wantsAdminApproval(code) || isDeclined(body, code)
  // Nobody administers personal accounts.
  if (!maybeApproval || context.tenant === 'consumers')
    return advice && !advice.isVague ? steps : [...steps, ...page]
  const asksForMore = /\b(Files|Sites)\.\w+\.All\b/.test(context.scope)
  const first = isDeclined(body, code) ? retry : { verb: 'login' }
  return [
    asksForMore ? lessAccess : first,
    asksForMore ? 'Or send this to the administrator:' : 'Send this to the administrator:',
    '',
    ...adminLetter(context),
  ]
}

/** Whether a refusal says that the app is not a public client, as a device code needs it. Of 70002 the words decide. */
export function isNotPublic(refusal: OdLinkError): boolean {
  const body = (refusal.cause ?? {}) as IdentityErrorBody
  return adviceFor(aadstsCode(body), textOf(body.error_description)) === publicClient
}

/** The claims that a refusal asks for, as JSON. They must be sent on with the next sign-in, or it is refused again. */
export function claimsIn(refusal: unknown): string | undefined {
  const { claims } = ((refusal as OdLinkError | undefined)?.cause ?? {}) as { claims?: unknown }
  const text = textIn(claims, longestClaims + 1)
  return text.length <= longestClaims && parseJsonObject(text) ? text : undefined
}

/** In characters. Microsoft's have some hundred. */
const longestClaims = 16 * 1024

/** What to do about a refusal, in the portal and with the redirect URI that it was about; else in the usual ones. */
export function stepsOf(
  { next }: Advice,
  { loginOrigin = findCloud('global').login, redirectUri = defaultRedirectUri }: Partial<FailureContext> = {},
): readonly NextStep[] {
  if (typeof next !== 'function') return next
  return next({ portal: portalOf(loginOrigin), redirectUri, otherClouds: otherClouds(loginOrigin) })
}
