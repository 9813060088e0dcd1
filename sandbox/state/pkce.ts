import { createHash } from 'node:crypto'
import { refusals } from './identity-refusals.ts'

/** The challenge of an authorization request (RFC 7636). */
export interface Challenge {
  value: string
  method: 'S256' | 'plain'
}

const unreserved = /^[A-Za-z0-9\-._~]{43,128}$/
const sha256InBase64url = /^[A-Za-z0-9_-]{43}$/

/**
 * Reads the challenge of an authorization request; the default method is `plain` (RFC 7636, 4.3).
 * @throws IdentityError 50147 for a challenge that no verifier can match.
 */
export function readChallenge(value: string | undefined, method: string | undefined): Challenge | undefined {
  if (value === undefined) {
    if (method !== undefined) throw refusals.challengeInvalid()
    return undefined
  }
  if (method === 'S256' && sha256InBase64url.test(value)) return { value, method }
  if ((method === undefined || method === 'plain') && unreserved.test(value))
    return { value, method: 'plain' }
  throw refusals.challengeInvalid()
}

/**
 * Compares the verifier with the challenge (RFC 7636, 4.6). A verifier without a challenge is refused as well: it
 * shows that the request was not the one the client thinks it sent (RFC 9700, 4.8.2).
 * @throws IdentityError 50148 or 501481
 */
export function checkVerifier(challenge: Challenge | undefined, verifier: string | undefined): void {
  if (challenge === undefined && verifier === undefined) return
  if (challenge === undefined || verifier === undefined) throw refusals.verifierMissing()
  const computed =
    challenge.method === 'plain' ? verifier : createHash('sha256').update(verifier).digest('base64url')
  if (!unreserved.test(verifier) || computed !== challenge.value) throw refusals.verifierWrong()
}
