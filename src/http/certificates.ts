/* Whom TLS believes beyond the authorities that Node brings along. */

import { accessSync, constants, existsSync } from 'node:fs'

/** OpenSSL's words for a certificate that may be good, if only its authority were known. */
export const unknownAuthority =
  /^(UNABLE_TO_(GET_ISSUER_CERT|VERIFY)|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED|CERT_UNTRUSTED)/

/** Where systems keep theirs: Debian and its kin, Fedora and its kin, SUSE, Alpine. */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/**
 * The authorities that Node believes by itself (those of `NODE_EXTRA_CA_CERTS` included) and those of the system's
 * store, as PEM; undefined where Node cannot read that store (before 22.15 and 23.9).
 * https://nodejs.org/api/tls.html#tlsgetcacertificatestype
 */
export async function withSystemAuthorities(): Promise<string[] | undefined> {
  const tls = (await import('node:tls')) as { getCACertificates?: (type: 'default' | 'system') => string[] }
  if (!tls.getCACertificates) return undefined
  return [...new Set([...tls.getCACertificates('default'), ...tls.getCACertificates('system')])]
}

/** What to do about an authority that nobody knows. @param systemAsked whether the system's store was tried. */
export function trustHint(systemAsked: boolean): string {
  const file = process.env.NODE_EXTRA_CA_CERTS
  const bundle = systemAsked ? undefined : bundles.find((path) => existsSync(path))
  if (file) {
    const trouble = unreadable(file)
    return trouble
      ? `Mend NODE_EXTRA_CA_CERTS: it names ${file}, which cannot be read (${trouble}), so Node goes on without it.`
      : `${file}, which NODE_EXTRA_CA_CERTS names, does not hold the authority of this certificate: add it there.`
  }
  if (bundle) {
    return `Behind a company proxy, name the certificates that this system trusts: NODE_EXTRA_CA_CERTS=${bundle}`
  }
  const asked = systemAsked ? "\nThe system's own store was asked as well, and does not know it." : ''
  return `Behind a company proxy, name its certificate: NODE_EXTRA_CA_CERTS=/path/to/ca.pem${asked}`
}

function unreadable(file: string): string | undefined {
  try {
    accessSync(file, constants.R_OK)
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
}
