import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto'
import {
  bitString,
  boolean,
  empty,
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

/** Signatures with SHA-256 by the type of key (RFC 5758, 3.2; RFC 4055, 5). */
const algorithms: Record<string, Buffer> = {
  ec: sequence(objectIdentifier('1.2.840.10045.4.3.2')),
  rsa: sequence(objectIdentifier('1.2.840.113549.1.1.11'), empty),
}
const commonName = objectIdentifier('2.5.4.3')

/** Writes and signs an X.509 certificate (RFC 5280, 4.1) with a P-256 or RSA key, in DER. */
export function certificate(statement: Statement): Buffer {
  const algorithm = algorithms[statement.signingKey.asymmetricKeyType ?? ''] ?? sequence()
  const spki = statement.publicKey.export({ type: 'spki', format: 'der' })
  const serial = randomBytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40
  const content = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
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
  return sequence(content, algorithm, bitString(signature))
}

/** A certificate as PEM (RFC 7468). */
export function pemOf(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

/** How certificates name a key: the SHA-1 of its bits (RFC 5280, 4.2.1.2), which is not security-relevant. */
export function keyId(publicKey: KeyObject): Buffer {
  const bits =
    publicKey.asymmetricKeyType === 'rsa'
      ? publicKey.export({ type: 'pkcs1', format: 'der' })
      : // On P-256 they are the last 65 bytes: an uncompressed point.
        publicKey.export({ type: 'spki', format: 'der' }).subarray(-65)
  return createHash('sha1').update(bits).digest()
}

function name(text: string): Buffer {
  return sequence(set(sequence(commonName, utf8String(text))))
}

/** An extension (RFC 5280, 4.2); verifiers must understand a critical one. */
export function extension(identifier: string, value: Buffer, critical = false): Buffer {
  return sequence(objectIdentifier(identifier), ...(critical ? [boolean(true)] : []), octetString(value))
}
