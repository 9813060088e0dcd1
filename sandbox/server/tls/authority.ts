import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { certificate, extension, keyId, pemOf } from './certificate.ts'
import { bitString, boolean, explicit, implicit, integer, objectIdentifier, sequence } from './der.ts'

/**
 * The key and certificate of an https server, and the certificate that its clients must trust; all as PEM.
 */
export interface LocalIdentity {
  key: string
  cert: string
  ca: string
}

const day = 24 * 60 * 60 * 1000
const loopback4 = [127, 0, 0, 1]
const loopback6 = [...new Array(15).fill(0), 1]

/**
 * Makes a certificate authority and a certificate for `localhost` and other host names. The authority's key is discarded
 * once it has signed, and its certificate is limited to those names (RFC 5280, 4.2.1.10), so trusting it does not endanger
 * any other site. Both keys exist only in this process, unless the caller saves the server's.
 */
export function makeLocalIdentity(hosts: string[] = [], days = 30, now = Date.now()): LocalIdentity {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const names = [...new Set(['localhost', ...hosts])].map(dnsName)
  // Each authority has its own name, so that clients can tell two sandboxes apart.
  const issuer = `od-link sandbox authority ${keyId(authority.publicKey).toString('hex').slice(0, 12)}`
  const common = {
    issuer,
    signingKey: authority.privateKey,
    issuerKeyId: keyId(authority.publicKey),
    from: new Date(now - day),
    until: new Date(now + days * day),
  }
  const ca = pemOf(
    certificate({
      ...common,
      subject: issuer,
      publicKey: authority.publicKey,
      extensions: [onlySigns(), keyUsage(0x06, 1), onlyFor(names)],
    }),
  )
  const cert = pemOf(
    certificate({
      ...common,
      subject: 'localhost',
      publicKey: server.publicKey,
      extensions: [
        extension('2.5.29.19', sequence(), true),
        keyUsage(0x80, 7),
        // Server authentication.
        extension('2.5.29.37', sequence(objectIdentifier('1.3.6.1.5.5.7.3.1'))),
        extension('2.5.29.17', sequence(...names, ipAddress(loopback4), ipAddress(loopback6))),
      ],
    }),
  )
  return { key: pem(server.privateKey), cert, ca }
}

/** Basic constraints: an authority without intermediate authorities. */
function onlySigns(): Buffer {
  return extension('2.5.29.19', sequence(boolean(true), integer(Buffer.from([0]))), true)
}

/** Bit 0 is the first of the byte: 0x80 is digitalSignature, 0x06 keyCertSign and cRLSign. */
function keyUsage(bits: number, unused: number): Buffer {
  return extension('2.5.29.15', bitString(Buffer.from([bits]), unused), true)
}

function onlyFor(names: Buffer[]): Buffer {
  const exactly = (address: number[]) => ipAddress([...address, ...address.map(() => 0xff)])
  const permitted = [...names, exactly(loopback4), exactly(loopback6)]
  return extension('2.5.29.30', sequence(explicit(0, ...permitted.map((one) => sequence(one)))), true)
}

const dnsName = (name: string) => implicit(2, Buffer.from(name, 'latin1'))
const ipAddress = (bytes: number[]) => implicit(7, Buffer.from(bytes))

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/**
 * Writes the certificate to a file that only this user can change, for `NODE_EXTRA_CA_CERTS` and similar
 * settings. Others can read it: with port 443 the sandbox may run as root, and its clients do not.
 */
export function writeCaFile(pem: string): { path: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'od-link-sandbox-'))
  const path = join(folder, 'ca.pem')
  writeFileSync(path, pem, { mode: 0o644 })
  chmodSync(folder, 0o755)
  const remove = () => {
    process.off('exit', remove)
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', remove)
  return { path, remove }
}
