import { parseJsonObject } from '../text/json.ts'

/** More than any challenge has, and little enough to be sent on. */
const longest = 16 * 1024

/**
 * The claims of a claims challenge, decoded from base64 to the JSON text that a refresh sends on.
 * Parameters come in any order and the base64 may end in `=`, so nothing is split at `=` or `,`.
 * https://learn.microsoft.com/en-us/entra/identity-platform/claims-challenge
 */
export function claimsOf(wwwAuthenticate: string | undefined): string | undefined {
  const encoded = /\bclaims="?([A-Za-z0-9+/_=-]+)"?/i.exec(wwwAuthenticate ?? '')?.[1]
  if (!encoded || encoded.length > longest) return undefined
  const claims = Buffer.from(encoded, 'base64').toString('utf8')
  return parseJsonObject(claims) ? claims : undefined
}
