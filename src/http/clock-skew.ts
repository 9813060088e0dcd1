/* This machine's clock, compared with the clocks of the servers that responded. */

import type { IncomingHttpHeaders } from 'node:http'
import { longDuration } from '../text/format.ts'

let skewMs: number | undefined

/** The skew that the check of an id_token tolerates; up to here there is no warning. */
const toleratedSkewMs = 5 * 60_000

/**
 * Measures the skew from the `Date` of a response (RFC 9110 section 6.6.1). It is truncated to the second, and was written at
 * some moment between the two given times, which are milliseconds since the epoch by this machine's clock.
 */
export function compareClocks({ date, age }: IncomingHttpHeaders, sentAt: number, receivedAt: number): void {
  const theirs = Date.parse(date ?? '')
  // A cached response has the time of its creation (RFC 9111 section 5.1).
  if (Number.isNaN(theirs) || age !== undefined) return
  skewMs = theirs + 500 - (sentAt + receivedAt) / 2
}

/**
 * The last server's clock minus this machine's, in milliseconds, to about a second; positive when this machine is
 * behind. Undefined before the first answer.
 */
export function clockSkewMs(): number | undefined {
  return skewMs
}

/** A sentence without its full stop if this machine's clock is too wrong for a sign-in. */
export function clockProblem(): string | undefined {
  if (skewMs === undefined || Math.abs(skewMs) <= toleratedSkewMs) return undefined
  return `This machine's clock is ${longDuration(60 * Math.round(Math.abs(skewMs) / 60_000))} ${skewMs > 0 ? 'behind' : 'ahead of'} Microsoft's`
}

/** The command that sets the clock from the network. */
export function clockCommand(platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return 'w32tm /resync   (as administrator)'
  if (platform === 'darwin') return 'sudo sntp -sS time.apple.com'
  return 'sudo timedatectl set-ntp true'
}

/** The time by this machine's clock, for a person: `2026-11-24 13:52 UTC`. */
export function clockReading(now = new Date()): string {
  return `${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
