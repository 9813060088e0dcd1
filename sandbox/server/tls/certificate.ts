import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto'
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  utcTime,
  utf8String,
} from './der.ts'

/** The contents of a certificate, and its issuer. */
export interface Statement {
  subject: string
  issuer: string
  publicKey: KeyObject
  signingKey: KeyObject
  /** The identifier of the signing key. */
  issuerKeyId: Buffer
  from: Date
  until: Date
  extensions: Buffer[]
}

const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'))
const commonName = objectIdentifier('2.5.4.3')

/** Writes and signs an X.509 certificate (RFC 5280, 4.1) with ECDSA on P-256; as PEM (RFC 7468). */
export function certificate(statement: Statement): string {
  const spki = statement.publicKey.export({ type: 'spki', format: 'der' })
  const serial = randomBytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  const content = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    ecdsaWithSha256,
    name(statement.issuer),
    sequence(utcTime(statement.from), utcTime(statement.until)),
    name(statement.subject),
    spki,
    explicit(
      3,
      sequence(
        ...statement.extensions,
        extension('2.5.29.14', octetString(keyId(statement.publicKey))),
        extension('2.5.29.35', sequence(implicit(0, statement.issuerKeyId))),
      ),
    ),
  )
  const signature = sign('sha256', content, { key: statement.signingKey, dsaEncoding: 'der' })
  const whole = sequence(content, ecdsaWithSha256, bitString(signature)).toString('base64')
  return `-----BEGIN CERTIFICATE-----\n${whole.match(/.{1,64}/g)?.join('\n')}\n-----END CERTIFICATE-----\n`
}

/** How certificates name a key: the SHA-1 of its bits (RFC 5280, 4.2.1.2), which is not security-relevant. */
export function keyId(publicKey: KeyObject): Buffer {
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  // On P-256 the bits are the last 65 bytes: an uncompressed point.
  return createHash('sha1').update(spki.subarray(-65)).digest()
}

function name(text: string): Buffer {
  return sequence(set(sequence(commonName, utf8String(text))))
}

/** An extension (RFC 5280, 4.2); verifiers must understand a critical one. */
export function extension(identifier: string, value: Buffer, critical = false): Buffer {
  return sequence(objectIdentifier(identifier), ...(critical ? [boolean(true)] : []), octetString(value))
}
