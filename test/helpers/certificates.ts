import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificate {
  key: string
  cert: string
  /** The file of the authority that signed it, for NODE_EXTRA_CA_CERTS. */
  authority: string
  remove: () => void
}

/** A certificate for a host, signed by an authority that nobody knows yet. */
export function makeCertificate(host: string): Certificate {
  const dir = mkdtempSync(join(tmpdir(), 'od-link-certificate-'))
  const file = (name: string) => join(dir, name)
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const openssl = (...args: string[]) => {
    const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`openssl ${args.join(' ')}:\n${stderr}`)
  }
  const days = ['-days', '2']
  openssl(
    ...[...request, ...days, '-keyout', file('ca.key'), '-out', file('ca.pem')],
    ...['-subj', '/CN=A company proxy'],
  )
  openssl(
    ...[...request, ...days, '-keyout', file('host.key'), '-out', file('host.pem')],
    ...['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`],
    ...['-addext', 'basicConstraints=critical,CA:FALSE'],
    ...['-CA', file('ca.pem'), '-CAkey', file('ca.key')],
  )
  return {
    key: readFileSync(file('host.key'), 'utf8'),
    cert: readFileSync(file('host.pem'), 'utf8'),
    authority: file('ca.pem'),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}
