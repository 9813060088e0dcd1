/** `2026-11-24T10:45:08Z`, from milliseconds since the epoch. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** How long something takes, in the words of a person: `3.2 s`, `12 min`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}

const units = ['bytes', 'KB', 'MB', 'GB', 'TB']

/** A number of bytes in words, `1.2 GB`, as OneDrive's own pages tell it: by steps of 1,024, with the names of 1,000. */
export function inBytes(bytes: number): string {
  let [value, unit] = [Math.round(bytes), 0]
  // 1,023.95 would be rounded to 1024.0.
  while (value >= 1023.95 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1]
  if (value === 1 && unit === 0) return '1 byte'
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}
