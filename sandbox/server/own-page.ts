import type { Incoming } from './messages.ts'

/**
 * Whether a form may have come from one of the sandbox's own pages. Browsers name the page of origin with every
 * POST (Fetch standard, "append a request Origin header"); a plain HTTP client names none and is nobody's victim.
 * The Host was checked before, so it is a name of the sandbox itself.
 */
export function mayBeFromOwnPage(incoming: Incoming, scheme: string): boolean {
  const { origin, host } = incoming.headers
  const site = incoming.headers['sec-fetch-site']
  return (
    (origin === undefined || origin === `${scheme}//${host}`) &&
    (site === undefined || site === 'same-origin')
  )
}
