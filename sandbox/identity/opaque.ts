/*
 * Codes and tokens with realistic shapes and lengths, so that a client which assumes too much fails here
 * first. Prefixes: OneDrive/onedrive-api-docs#1170; lengths: microsoftgraph/microsoft-graph-docs#5846.
 */

import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto'
import { type SigningKey, sign } from '../state/keys.ts'
import type { Account } from '../state/users.ts'

/** A random string over an alphabet. */
function random(length: number, alphabet: string): string {
  let text = ''
  for (let index = 0; index < length; index++) text += alphabet[randomInt(alphabet.length)]
  return text
}

const base64url = (bytes: number) => randomBytes(bytes).toString('base64url')
const personalAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*'

/** An authorization code. */
export function newCode(account: Account): string {
  return account.kind === 'work'
    ? `1.A${base64url(48)}.${base64url(600)}`
    : `M.C5${randomInt(10, 99)}_BAY.2.U.${randomUUID()}`
}

/** A refresh token; a personal one contains `!`, `*` and `$`, which a form must encode. */
export function newRefreshToken(account: Account): string {
  return account.kind === 'work'
    ? `1.A${base64url(48)}.${base64url(780)}`
    : `M.C5${randomInt(10, 99)}_BAY.0.U.-${random(1080, personalAlphabet)}!*$$`
}

/** A device code. */
export function newDeviceCode(): string {
  return `${base64url(3)}.A${base64url(190)}`
}

/**
 * An access token for Graph: a work token is a JWT that clients cannot verify, a personal token is opaque.
 */
export function newAccessToken(account: Account, key: SigningKey, claims: object): string {
  if (account.kind === 'personal')
    return `EwB4A8l6BAAU${randomBytes(1557).toString('base64').replace(/=+$/, '')}AQ==`
  // Graph hashes the header's nonce before it verifies, so clients cannot verify the signature.
  const nonce = base64url(32)
  const [, ...signed] = sign(
    key,
    { ...claims, xms_st: { sub: base64url(32) }, xms_ftd: base64url(480) },
    {
      nonce: createHash('sha256').update(nonce).digest('base64url'),
    },
  ).split('.')
  const header = Buffer.from(JSON.stringify({ typ: 'JWT', nonce, alg: 'RS256', x5t: key.kid, kid: key.kid }))
  return [header.toString('base64url'), ...signed].join('.')
}
