/** `2026-11-24T10:45:08Z`, for programs, from milliseconds since the epoch. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** `2026-11-24 17:45`, for a person, by this machine's clock and time zone. */
export function localTime(milliseconds: number): string {
  const time = new Date(milliseconds)
  const [date, clock] = [
    [time.getFullYear(), time.getMonth() + 1, time.getDate()],
    [time.getHours(), time.getMinutes()],
  ].map((numbers) => numbers.map((number) => String(number).padStart(2, '0')))
  return `${date?.join('-')} ${clock?.join(':')}`
}

/** How long something takes, short enough for a line of progress: `3.2 s`, `12 min`, `1.5 h`. */
export function shortDuration(seconds: number): string {
  if (seconds < 9.95) return `${oneDecimal(seconds)} s`
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`
  return `${oneDecimal(seconds / 3600)} h`
}

/** How long something takes, in a sentence, by its two largest units: `5 minutes`, `1 day 12 hours`. */
export function longDuration(seconds: number): string {
  const units = [
    [86_400, 'day'],
    [3_600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ] as const
  let rest = Math.round(seconds)
  const parts = units.flatMap(([size, unit]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return count === 0 ? [] : [`${count} ${unit}${count === 1 ? '' : 's'}`]
  })
  return parts.slice(0, 2).join(' ') || '0 seconds'
}

/** The time left on a clock that runs down: `14:57`. */
export function countdown(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** A number of bytes, `1.2 GB`, as OneDrive's own pages show it: in steps of 1,024, with the names of 1,000. */
export function byteSize(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB']
  let [value, unit] = [Math.round(bytes), 0]
  // 1,023.95 would be rounded to 1024.0.
  while (value >= 1023.95 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1]
  if (value === 1 && unit === 0) return '1 byte'
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

function oneDecimal(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '')
}
