/** An error of the identity platform: an AADSTS number, an OAuth error and a description. */
export class IdentityError extends Error {
  constructor(
    /** The AADSTS number; undefined when the answer has only an OAuth error. */
    readonly code: number | undefined,
    readonly error: string,
    readonly text: string,
    readonly suberror?: string,
  ) {
    super(text)
  }
}

/** The platform's own date format, which is not ISO 8601: `2016-01-09 02:02:12Z`. */
export function timestamp(now: number): string {
  return new Date(now)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z')
}

/** A duration as .NET writes it: `90.00:00:00`. */
export function timeSpan(seconds: number): string {
  const part = (size: number, of: number) => String(Math.floor(seconds / size) % of).padStart(2, '0')
  const days = Math.floor(seconds / 86_400)
  return `${days > 0 ? `${days}.` : ''}${part(3600, 24)}:${part(60, 60)}:${part(1, 60)}`
}
