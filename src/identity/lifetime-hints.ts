import type { OdLinkError } from '../errors.ts'

/**
 * What Microsoft's refusals tell of how long a link may live. The words are those of the reference, and its numbers
 * are all that says so: nothing but what `status` shows depends on them.
 * https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
 */
const texts = {
  /** The sign-in frequency of Conditional Access, counted from the sign-in. */
  AADSTS70043: /maximum allowed lifetime for this request is\s*([\d.:]+)/i,
  /** Of a refresh token that nobody uses. */
  AADSTS700082: /was inactive for\s*([\d.:]+)/i,
  /** Of a single-page application, counted from the sign-in. */
  AADSTS700084: /limited lifetime of\s*([\d.:]+)/i,
} as const

/** The seconds that refusals told, by their code. */
export type LifetimeHints = Partial<Record<keyof typeof texts, number>>

/** @param refusal as `identityFailure` made it; one that tells no time teaches nothing. */
export function taughtBy({ code, cause }: OdLinkError): LifetimeHints {
  if (!code || !Object.hasOwn(texts, code)) return {}
  const known = code as keyof typeof texts
  const { error_description: description } = (cause ?? {}) as { error_description?: unknown }
  const seconds = secondsOf(texts[known].exec(typeof description === 'string' ? description : '')?.[1])
  return seconds ? { [known]: seconds } : {}
}

/** Of `604800`, or of a time span as .NET writes it: `90.00:00:00`. */
function secondsOf(text = ''): number | undefined {
  const plain = text.replace(/[.:]+$/, '')
  if (/^\d{1,9}$/.test(plain)) return Number(plain)
  const [, days = '0', hours, minutes, seconds] =
    /^(?:(\d{1,5})\.)?(\d{1,2}):(\d\d):(\d\d)(?:\.\d+)?$/.exec(plain) ?? []
  if (hours === undefined) return undefined
  return Number(days) * 86_400 + Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)
}
