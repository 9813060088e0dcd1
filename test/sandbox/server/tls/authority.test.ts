import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type PeerCertificate } from 'node:tls'
import { afterAll, describe, expect, it } from 'vitest'
import { startSandbox } from '../../../../sandbox/index.ts'
import { makeLocalIdentity } from '../../../../sandbox/server/tls/authority.ts'
import {
  boolean,
  integer,
  objectIdentifier,
  octetString,
  utcTime,
} from '../../../../sandbox/server/tls/der.ts'
import { sandbox } from '../../../helpers/sandbox/client.ts'
import { hasRealPart } from '../../../helpers/system/real-part.ts'

const openssl = hasRealPart('openssl', 'the certificates of the sandbox, as OpenSSL sees them')
const dir = mkdtempSync(join(tmpdir(), 'od-link-tls-'))
afterAll(() => rmSync(dir, { recursive: true }))

const hex = (value: Buffer) => value.toString('hex')

describe('DER', () => {
  it('writes values as the standard’s own examples have them', () => {
    expect(hex(integer(Buffer.from([0])))).toBe('020100')
    expect(hex(integer(Buffer.from([0x7f])))).toBe('02017f')
    expect(hex(integer(Buffer.from([0x80])))).toBe('02020080')
    expect(hex(integer(Buffer.from([0, 0, 1, 0])))).toBe('02020100')
    expect(hex(boolean(true))).toBe('0101ff')
    expect(hex(objectIdentifier('1.2.840.113549'))).toBe('06062a864886f70d')
    expect(hex(utcTime(new Date('1991-05-06T23:45:40Z')))).toBe(`170d${hex(Buffer.from('910506234540Z'))}`)
    expect(hex(octetString(Buffer.alloc(127))).slice(0, 4)).toBe('047f')
    expect(hex(octetString(Buffer.alloc(128))).slice(0, 6)).toBe('048180')
    expect(hex(octetString(Buffer.alloc(256))).slice(0, 8)).toBe('04820100')
  })
})

describe('a certificate authority of its own', () => {
  it('makes certificates that Node understands', () => {
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

  it('gives each sandbox an authority of another name', () => {
    const subjects = [makeLocalIdentity(), makeLocalIdentity()].map(
      ({ ca }) => new X509Certificate(ca).subject,
    )
    expect(new Set(subjects).size).toBe(2)
  })

  it.runIf(openssl)('makes certificates that OpenSSL verifies, strictly and by each name', () => {
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

function get(url: string, ca?: Buffer): Promise<{ status: number; peer: PeerCertificate }> {
  return new Promise((resolve, reject) => {
    request(url, { ca, agent: false }, (response) => {
      const socket = response.socket as import('node:tls').TLSSocket
      const peer = socket.getPeerCertificate()
      response.resume().on('end', () => resolve({ status: response.statusCode ?? 0, peer }))
    })
      .on('error', reject)
      .end()
  })
}

describe('a sandbox with TLS', () => {
  it('serves https to whoever trusts its file, and to nobody else', async () => {
    const to = await sandbox({ tls: true })
    expect(to.origin).toMatch(/^https:\/\/localhost:\d+$/)
    const ca = readFileSync(to.caFile ?? '')
    const url = `${to.origin}/common/v2.0/.well-known/openid-configuration`
    expect((await get(url, ca)).status).toBe(200)
    expect((await get(url.replace('localhost', '127.0.0.1'), ca)).status).toBe(200)
    await expect(get(url)).rejects.toThrow(/self[- ]signed|unable to (verify|get)/i)
    const socket = connect({
      port: Number(new URL(to.origin).port),
      host: '127.0.0.1',
      servername: 'localhost',
      ca,
    })
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
    expect(socket.authorized).toBe(true)
    socket.destroy()
  })

  it('keeps the file private, writes no key, and takes it away when it closes', async () => {
    const to = await startSandbox({ tls: true })
    const file = to.caFile ?? ''
    expect(readFileSync(file, 'utf8')).not.toContain('PRIVATE KEY')
    expect(statSync(file).mode & 0o077).toBe(0)
    await to.close()
    expect(existsSync(file)).toBe(false)
  })

  it('says nothing of a file without TLS', async () => {
    expect((await sandbox()).caFile).toBeUndefined()
  })
})
