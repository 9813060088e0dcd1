import { createHash, createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'

/** The ways to sign an id_token, the right one and the others. */

// biome-ignore lint/suspicious/noExplicitAny: answers are changed field by field.
export type Json = any

export interface OwnKey {
  privateKey: KeyObject
  /** As the key set publishes it. */
  publicJwk: Json
  kid: string
}

/** A key of the hostile server's own, which it publishes. */
export function newKey(kid: string, modulusLength = 2048): OwnKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength })
  return { privateKey, publicJwk: { ...publicKey.export({ format: 'jwk' }), use: 'sig', kid }, kid }
}

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** As Microsoft signs: RS256. */
export function signed(claims: Json, { privateKey, kid }: OwnKey, header: object = {}): string {
  return signedText(encoded(claims), { privateKey, kid }, header)
}

/** The same for claims that are written already, in base64url. */
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

/** Signed with the published key as if it were a shared secret. */
export function signedWithPublicKey(claims: Json, { publicJwk, kid }: OwnKey): string {
  const input = `${encoded({ typ: 'JWT', alg: 'HS256', kid })}.${encoded(claims)}`
  return `${input}.${createHmac('sha256', JSON.stringify(publicJwk)).update(input).digest('base64url')}`
}

/** Signed by somebody else, under the name of the published key. */
export function signedByAnother(claims: Json, { kid }: OwnKey): string {
  return signed(claims, newKey(kid))
}

/** The name of a key that nobody published. */
export const unknownKid = createHash('sha256').update('nobody').digest('base64url')
