import { type ErrorKind, OdLinkError, type Reason } from '../errors.ts'
import { guidIn } from '../http/index.ts'
import { numberIn, parseJsonObject, textIn } from '../text/json.ts'
import type { NextStep } from '../text/next-step.ts'
import { fromOutside } from '../text/sanitize.ts'
import {
  adviceFor,
  adviceForName,
  lessAccess,
  passesByItself,
  passing,
  reachesBeyondOwnFiles,
  wantsAdminApproval,
} from './aadsts-codes.ts'
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

/**
 * Turns Microsoft's refusal into one sentence and the next steps. The AADSTS number decides, or `error` where there is none
 * that od-link knows; where a number has several texts, the words come before it.
 * https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
 */
export function identityFailure(body: IdentityErrorBody, context: FailureContext): OdLinkError {
  const code = aadstsCode(body)
  const advice = adviceOf(body)
  const kind: ErrorKind = passesByItself(advice) ? 'service' : 'sign-in'
  return new OdLinkError(kind, advice && !advice.isVague ? advice.meaning : plainWords(body, code), {
    reason: advice?.reason ?? plainReason(body, code),
    next: nextFor(body, code, advice, context),
    ...traceOf(body),
    cause: body,
  })
}

/** Microsoft's code for a refusal, and what its support asks for. */
export function traceOf(body: IdentityErrorBody) {
  const code = aadstsCode(body)
  const text = textOf(body.error_description)
  return {
    code: code === undefined ? nameOf(body) : `AADSTS${code}`,
    requestId: guidIn(body.trace_id) ?? /Trace ID: ([\da-f-]{1,64})/i.exec(text)?.[1],
    timestamp: fromOutside(body.timestamp, 40) || /Timestamp: ([\d:Z -]{1,40}\dZ?)/.exec(text)?.[1],
  }
}

/** Whether a refusal passes by itself, and the same request may succeed a moment later. */
export function mayPass(body: IdentityErrorBody): boolean {
  return adviceOf(body)?.reason === 'unavailable'
}

function adviceOf(body: IdentityErrorBody): Advice | undefined {
  const code = aadstsCode(body)
  const byCode = adviceFor(code, textOf(body.error_description))
  if (byCode && !byCode.isVague) return byCode
  if (passingNames.has(body.error)) return passing
  return byCode ?? (code === undefined ? adviceForName(nameOf(body)) : undefined)
}

const passingNames = new Set(['temporarily_unavailable', 'server_error'])

/**
 * The code that says the cause. Of several, the last one is: the others are only where it was noticed. Codes in the list
 * count for more than codes in the text.
 */
function aadstsCode(body: IdentityErrorBody): number | undefined {
  const text = textOf(body.error_description)
  const listed = Array.isArray(body.error_codes) ? body.error_codes.slice(0, 20).map(numberIn) : []
  const written = [...text.matchAll(/AADSTS(\d{4,8})/g)].map(([, code]) => Number(code))
  // Microsoft's backup service writes it without the letters. AzureAD/microsoft-authentication-library-for-js#4019
  const [, bare] = /^(\d{5,7}) - \[/.exec(text) ?? []
  const codes = [Number(bare), ...written, ...listed].filter((code) => Number.isInteger(code) && code > 0)
  const isPrecise = (code: number) => adviceFor(code, text)?.isVague === undefined
  const known = codes.filter((code) => adviceFor(code, text))
  return known.findLast(isPrecise) ?? known.at(-1) ?? codes.at(-1)
}

const orLessAccess: NextStep = {
  ...lessAccess,
  intro: 'Or ask for less, which is enough for your own drive:',
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
  const sentence = sentenceOf(body)
  if (sentence) return `Microsoft answered: ${sentence}`
  return passingNames.has(body.error) ? passing.meaning : `Microsoft refused the sign-in (${nameOf(body)}).`
}

/** Without a code that od-link knows. */
function plainReason(body: IdentityErrorBody, code: number | undefined): Reason {
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

/** Microsoft's own words, without the code in front and the IDs behind, which are shown separately; empty if there are none. */
export function sentenceOf({ error_description: description }: IdentityErrorBody): string {
  const [text = ''] = textOf(description).split(/\r?\n| (?:- )?(?:Trace|Correlation) ID:/)
  return fromOutside(text.replace(/^AADSTS\d+:\s*|^\d{5,7} - \[[^\]]{0,30}\]:\s*/, ''), 300)
}

function nextFor(
  body: IdentityErrorBody,
  code: number | undefined,
  advice: Advice | undefined,
  context: FailureContext,
): readonly NextStep[] {
  const steps = advice ? stepsOf(advice, context) : [isDeclined(body, code) ? retry : { verb: 'login' }]
  const page = code === undefined ? [] : [`See https://login.microsoftonline.com/error?code=${code}`]
  const lacksConsent = code === undefined && body.error === 'consent_required'
  const maybeApproval = wantsAdminApproval(code) || lacksConsent || isDeclined(body, code)
  // Nobody administers personal accounts.
  if (!maybeApproval || context.tenant === 'consumers')
    return advice && !advice.isVague ? steps : [...steps, ...page]
  const isRefused = isDeclined(body, code)
  const asksForMore = reachesBeyondOwnFiles(context.scope)
  return [
    ...(isRefused ? [retry] : []),
    ...(asksForMore ? [isRefused ? orLessAccess : lessAccess] : isRefused ? [] : [{ verb: 'login' }]),
    asksForMore ? 'Or send this to the administrator:' : 'Send this to the administrator:',
    '',
    ...adminLetter(context),
  ]
}

/** Whether a refusal says that the app is not a public client, as a device code needs it. Of 70002 the words decide. */
export function isNotPublic(refusal: OdLinkError): boolean {
  const body = (refusal.cause ?? {}) as IdentityErrorBody
  return adviceOf(body) === publicClient
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
