import { NetworkError } from '../../http/errors.ts'
import type { GraphAnswer } from '../request.ts'

/** Methods that do the same when they are done twice (RFC 9110 section 9.2.2). */
const idempotent = new Set(['GET', 'HEAD', 'PUT', 'DELETE'])

/**
 * Whether a request may be sent again by itself after passing trouble. What may not be done twice is sent again only
 * where the server says that it did not even begin: 429, and 503 with Retry-After, which are how Graph turns away what
 * it has no time for. After any other answer, or none, it may have been done.
 * https://learn.microsoft.com/en-us/graph/throttling
 */
export function mayRepeat(method: string, path: string, outcome: GraphAnswer | NetworkError): boolean {
  // A second upload under `rename` would be a second file.
  if (idempotent.has(method) && !/conflictBehavior=rename/i.test(path)) return true
  if (outcome instanceof NetworkError) return false
  return outcome.status === 429 || (outcome.status === 503 && outcome.headers['retry-after'] !== undefined)
}
