import type { OdLinkError } from '../errors.ts'

/**
 * What Microsoft's refusals reveal about the lifetime of a link. The wording is that of the reference, and nothing else
 * says it; only what `status` shows depends on it.
 * https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
 */
const texts = {
  /** The sign-in frequency of Conditional Access, counted from the sign-in. */
  AADSTS70043: /maximum allowed lifetime for this request is\s*([\d.:]+)/i,
  /** Of an unused refresh token. */
  AADSTS700082: /was inactive for\s*([\d.:]+)/i,
  /** Of a single-page application, counted from the sign-in. */
  AADSTS700084: /limited lifetime of\s*([\d.:]+)/i,
} as const

/** The seconds that refusals mentioned, by their code. */
export type LifetimeHints = Partial<Record<keyof typeof texts, number>>

/** @param refusal from `identityFailure`; without a time in it, the result is empty. */
export function taughtBy({ code, cause }: OdLinkError): LifetimeHints {
  if (!code || !Object.hasOwn(texts, code)) return {}
  const known = code as keyof typeof texts
  const { error_description: description } = (cause ?? {}) as { error_description?: unknown }
  const seconds = secondsOf(texts[known].exec(typeof description === 'string' ? description : '')?.[1])
  return seconds ? { [known]: seconds } : {}
}

/** `604800`, or a time span as .NET writes it: `90.00:00:00`. */
function secondsOf(text = ''): number | undefined {
  const plain = text.replace(/[.:]+$/, '')
  if (/^\d{1,9}$/.test(plain)) return Number(plain)
  const [, days = '0', hours, minutes, seconds] =
    /^(?:(\d{1,5})\.)?(\d{1,2}):(\d\d):(\d\d)(?:\.\d+)?$/.exec(plain) ?? []
  if (hours === undefined) return undefined
  return Number(days) * 86_400 + Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)
}
