import { OdLinkError } from '../../errors.ts'

const units: Record<string, number> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 }

/**
 * When a link is to end: a date, which counts as its whole day in local time, a time with its zone, or a duration from now.
 * @returns milliseconds since the epoch.
 * @throws OdLinkError (usage) unless it is one of these, in the future.
 */
export function readExpiry(text: string, now = Date.now()): number {
  const [, count, unit] = /^(\d{1,5})([hdw])$/.exec(text) ?? []
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []
  let end = Number.NaN
  if (count !== undefined && unit !== undefined) end = now + Number(count) * (units[unit] ?? 0)
  else if (year !== undefined) {
    const date = new Date(Number(year), Number(month) - 1, Number(day), 23, 59, 59)
    // Not 31 February, which would be a day in March.
    if (date.getMonth() === Number(month) - 1 && date.getDate() === Number(day)) end = date.getTime()
  } else if (/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(text)) end = Date.parse(text)
  if (end > now) return end
  const why = Number.isNaN(end) ? 'is not a date or a duration' : 'is in the past'
  throw new OdLinkError('usage', `"${text}" ${why}.`, {
    reason: 'invalid-value',
    next: [{ intro: 'A date (2027-01-31), or a duration (12h, 30d, 4w):', flags: { expires: '30d' } }],
  })
}
