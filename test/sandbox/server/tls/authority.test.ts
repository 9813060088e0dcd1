import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { makeLocalIdentity } from '../../../../sandbox/server/tls/authority.ts'
import { hasRealPart } from '../../../helpers/system/real-part.ts'

const openssl = hasRealPart('openssl', 'the certificates of the sandbox, as OpenSSL sees them')
const dir = mkdtempSync(join(tmpdir(), 'od-link-tls-'))
afterAll(() => rmSync(dir, { recursive: true }))

describe('a certificate authority of its own', () => {
  it('creates certificates that Node accepts', () => {
    const { ca, cert } = makeLocalIdentity()
    const authority = new X509Certificate(ca)
    const server = new X509Certificate(cert)
    expect(authority.ca).toBe(true)
    expect(authority.verify(authority.publicKey)).toBe(true)
    expect(server.ca).toBe(false)
    expect(server.checkIssued(authority)).toBe(true)
    expect(server.verify(authority.publicKey)).toBe(true)
    expect(server.checkHost('localhost')).toBe('localhost')
    expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(server.checkIP('::1')).toBe('::1')
    expect(server.checkHost('example.com')).toBeUndefined()
    expect(Date.parse(server.validFrom)).toBeLessThan(Date.now())
    expect(Date.parse(server.validTo)).toBeGreaterThan(Date.now())
  })

  it('gives each sandbox an authority with its own name', () => {
    const subjects = [makeLocalIdentity(), makeLocalIdentity()].map(
      ({ ca }) => new X509Certificate(ca).subject,
    )
    expect(new Set(subjects).size).toBe(2)
  })

  it.runIf(openssl)('creates certificates that OpenSSL verifies strictly, for each name', () => {
    const { ca, cert } = makeLocalIdentity()
    const [caFile, certFile] = [join(dir, 'ca.pem'), join(dir, 'cert.pem')]
    writeFileSync(caFile, ca)
    writeFileSync(certFile, cert)
    const verify = (...name: string[]) =>
      spawnSync(
        'openssl',
        ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', caFile, ...name, certFile],
        { encoding: 'utf8' },
      )
    for (const name of [
      ['-verify_hostname', 'localhost'],
      ['-verify_ip', '127.0.0.1'],
      ['-verify_ip', '::1'],
    ]) {
      const { status, stderr } = verify(...name)
      expect([status, stderr]).toEqual([0, ''])
    }
    expect(verify('-verify_hostname', 'login.microsoftonline.com').status).not.toBe(0)
    const text = spawnSync('openssl', ['x509', '-in', caFile, '-noout', '-text'], { encoding: 'utf8' }).stdout
    expect(text).toContain('CA:TRUE, pathlen:0')
    expect(text).toMatch(/X509v3 Name Constraints: critical\s+Permitted:\s+DNS:localhost/)
    expect(text).toMatch(/X509v3 Key Usage: critical\s+Certificate Sign, CRL Sign/)
  })
})
