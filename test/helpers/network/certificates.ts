import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificate {
  key: string
  cert: string
  /** The file of the authority that signed it, for NODE_EXTRA_CA_CERTS. */
  authority: string
  remove: () => void
}

/** The validity of a certificate, in days from now. */
export interface Validity {
  from: number
  until: number
}

/** A certificate for one or more hosts, signed by a new authority. */
export function makeCertificate(
  hosts: string | readonly string[],
  { from, until }: Validity = { from: -1, until: 2 },
): Certificate {
  const names = [hosts].flat()
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
    ...['-subj', '/O=A company/CN=A company proxy'],
  )
  openssl(
    ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${names[0]}`],
    ...['-keyout', file('host.key'), '-out', file('host.csr')],
  )
  writeFileSync(file('index'), '')
  writeFileSync(file('ca.cnf'), signing(dir, names))
  openssl(
    ...['ca', '-batch', '-notext', '-config', file('ca.cnf')],
    ...['-startdate', stamp(from), '-enddate', stamp(until)],
    ...[
      '-cert',
      file('ca.pem'),
      '-keyfile',
      file('ca.key'),
      '-in',
      file('host.csr'),
      '-out',
      file('host.pem'),
    ],
  )
  return {
    key: readFileSync(file('host.key'), 'utf8'),
    cert: readFileSync(file('host.pem'), 'utf8'),
    authority: file('ca.pem'),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}

/** The configuration of `openssl ca`, the only command that accepts dates in the past and future. */
function signing(dir: string, names: string[]): string {
  return `[ca]
default_ca = own
[own]
rand_serial = yes
database = ${join(dir, 'index')}
new_certs_dir = ${dir}
default_md = sha256
policy = any
x509_extensions = host
[any]
commonName = supplied
[host]
subjectAltName = ${names.map((name) => `DNS:${name}`).join(',')}
basicConstraints = critical,CA:FALSE
`
}

/** A time in OpenSSL's format, in days from now. */
function stamp(days: number): string {
  const time = new Date(Date.now() + days * 86_400_000).toISOString()
  return `${time.replace(/[-:T]/g, '').slice(0, 14)}Z`
}
