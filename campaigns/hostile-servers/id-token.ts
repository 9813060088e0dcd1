/* Ways to sign an id_token, right and wrong. */

import { createHash, createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'

// biome-ignore lint/suspicious/noExplicitAny: answers are changed field by field.
export type Json = any

export interface OwnKey {
  privateKey: KeyObject
  /** As published in the key set. */
  publicJwk: Json
  kid: string
}

/** The hostile server's own key, which it publishes. */
export function newKey(kid: string, modulusLength = 2048): OwnKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength })
  return { privateKey, publicJwk: { ...publicKey.export({ format: 'jwk' }), use: 'sig', kid }, kid }
}

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Signed like Microsoft: RS256. */
export function signed(claims: Json, { privateKey, kid }: OwnKey, header: object = {}): string {
  return signedText(encoded(claims), { privateKey, kid }, header)
}

/** The same for encoded claims. */
export function signedText(
  claims: string,
  { privateKey, kid }: Omit<OwnKey, 'publicJwk'>,
  header = {},
): string {
  const input = `${encoded({ typ: 'JWT', alg: 'RS256', kid, ...header })}.${claims}`
  return `${input}.${createSign('sha256').update(input).sign(privateKey, 'base64url')}`
}

/** Not signed at all. */
export function unsigned(claims: Json): string {
  return `${encoded({ typ: 'JWT', alg: 'none' })}.${encoded(claims)}.`
}

/** Signed with the published key as a shared secret. */
export function signedWithPublicKey(claims: Json, { publicJwk, kid }: OwnKey): string {
  const input = `${encoded({ typ: 'JWT', alg: 'HS256', kid })}.${encoded(claims)}`
  return `${input}.${createHmac('sha256', JSON.stringify(publicJwk)).update(input).digest('base64url')}`
}

/** Signed with another key, under the key id of the published one. */
export function signedByAnother(claims: Json, { kid }: OwnKey): string {
  return signed(claims, newKey(kid))
}

/** A key id that is not published. */
export const unknownKid = createHash('sha256').update('nobody').digest('base64url')
