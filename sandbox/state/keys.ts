import { createHash, createSign, generateKeyPair, type JsonWebKey, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { certificate, keyId } from '../server/tls/certificate.ts'
import type { AccountKind } from './users.ts'

/** An RSA signing key of the platform. */
export interface SigningKey {
  /** Also its `x5t`: the SHA-1 of its certificate. */
  kid: string
  /** Its self-signed certificate, as the keys' `x5c` has it (RFC 7517, 4.7). */
  x5c: string[]
  privateKey: KeyObject
  publicJwk: JsonWebKey
}

/** The platform signs for work and personal accounts with different keys. */
export type SigningKeys = Record<AccountKind, SigningKey>

const day = 24 * 60 * 60 * 1000
const generate = promisify(generateKeyPair)

let made: Promise<SigningKeys> | undefined
let others: Promise<SigningKeys> | undefined

/** The keys, generated once per process. That is slow, so it is started early and awaited late. */
export function signingKeys(): Promise<SigningKeys> {
  made ??= makeKeys()
  return made
}

/** Keys that sign nothing. */
export function otherKeys(): Promise<SigningKeys> {
  others ??= makeKeys()
  return others
}

async function makeKeys(): Promise<SigningKeys> {
  const [work, personal] = await Promise.all([makeKey(), makeKey()])
  return { work, personal }
}

async function makeKey(): Promise<SigningKey> {
  const { publicKey, privateKey } = await generate('rsa', { modulusLength: 2048 })
  const publicJwk = publicKey.export({ format: 'jwk' })
  const subject = 'accounts.accesscontrol.windows.net'
  const whole = certificate({
    subject,
    issuer: subject,
    publicKey,
    signingKey: privateKey,
    issuerKeyId: keyId(publicKey),
    from: new Date(Date.now() - day),
    until: new Date(Date.now() + 5 * 365 * day),
    extensions: [],
  })
  const kid = createHash('sha1').update(whole).digest('base64url')
  return { kid, privateKey, publicJwk, x5c: [whole.toString('base64')] }
}

/** A compact JWS with RS256 (RFC 7515, RFC 7518 3.3). */
export function sign(key: SigningKey, claims: object, header: object = {}): string {
  const input = [{ typ: 'JWT', alg: 'RS256', kid: key.kid, ...header }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${input}.${createSign('sha256').update(input).sign(key.privateKey, 'base64url')}`
}
