/* Trusted CAs besides those that come with Node. */

import { accessSync, constants, existsSync } from 'node:fs'
import { examplePath, variableHint } from '../text/shell-quote.ts'

/** OpenSSL's codes for a certificate that may be fine, but whose issuer is unknown. */
export const unknownAuthority =
  /^(UNABLE_TO_(GET_ISSUER_CERT|VERIFY)|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED|CERT_UNTRUSTED)/

/** The systems' CA files: Debian and derivatives, Fedora and derivatives, SUSE, Alpine. */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/**
 * The CAs that Node trusts by default (including `NODE_EXTRA_CA_CERTS`) and those of the system's store, as PEM; undefined
 * if Node cannot read that store (before 22.15 and 23.9).
 * https://nodejs.org/api/tls.html#tlsgetcacertificatestype
 */
export async function withSystemAuthorities(): Promise<string[] | undefined> {
  const tls = (await import('node:tls')) as { getCACertificates?: (type: 'default' | 'system') => string[] }
  if (!tls.getCACertificates) return undefined
  return [...new Set([...tls.getCACertificates('default'), ...tls.getCACertificates('system')])]
}

/** The file with more trusted CAs, which Node reads when it starts. */
export function extraCertificates(): string | undefined {
  return process.env.NODE_EXTRA_CA_CERTS || undefined
}

/** What to do about an unknown CA. @param systemAsked whether the system's store was tried. */
export function trustSteps(systemAsked: boolean): string[] {
  const file = extraCertificates()
  if (file) {
    const code = readErrorOf(file)
    return code
      ? [`Fix NODE_EXTRA_CA_CERTS. Node ignores it, because ${file} cannot be read (${code}).`]
      : [`Add the CA of this certificate to ${file} (NODE_EXTRA_CA_CERTS).`]
  }
  const bundle = systemAsked ? undefined : bundles.find((path) => existsSync(path))
  if (bundle) {
    return [
      `Behind a company proxy, use the CAs that this system trusts: ${variableHint('NODE_EXTRA_CA_CERTS', bundle)}`,
    ]
  }
  const step = `Behind a company proxy, add its CA: ${variableHint('NODE_EXTRA_CA_CERTS', examplePath('ca.pem'))}`
  return systemAsked ? [step, "The system's certificate store does not have it either."] : [step]
}

function readErrorOf(file: string): string | undefined {
  try {
    accessSync(file, constants.R_OK)
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
}
