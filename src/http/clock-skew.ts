/* This machine's clock, compared with those of the servers that answered. */

import type { IncomingHttpHeaders } from 'node:http'
import { longDuration } from '../text/format.ts'

let skewMs: number | undefined

/** What the check of an id_token forgives, and what passes without a word. */
const toleratedSkewMs = 5 * 60_000

/**
 * Learns from the `Date` of an answer (RFC 9110 section 6.6.1), which is cut to the second and was written at some
 * moment between the two times given: milliseconds since the epoch, by this machine's clock.
 */
export function compareClocks({ date, age }: IncomingHttpHeaders, sentAt: number, receivedAt: number): void {
  const theirs = Date.parse(date ?? '')
  // What a cache kept carries the time at which it was made (section 5.1 of RFC 9111).
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

/** A sentence without its full stop when this machine's clock is too wrong for a sign-in, else nothing. */
export function clockTrouble(): string | undefined {
  if (skewMs === undefined || Math.abs(skewMs) <= toleratedSkewMs) return undefined
  return `This machine's clock is ${longDuration(60 * Math.round(Math.abs(skewMs) / 60_000))} ${skewMs > 0 ? 'behind' : 'ahead of'} Microsoft's`
}

/** The command that sets the clock by the network. */
export function clockCure(platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return 'w32tm /resync   (as administrator)'
  if (platform === 'darwin') return 'sudo sntp -sS time.apple.com'
  return 'sudo timedatectl set-ntp true'
}

/** What this machine's clock shows, for a person: `2026-11-24 13:52 UTC`. */
export function clockReading(now = new Date()): string {
  return `${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
