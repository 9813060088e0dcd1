import { createPrivateKey, X509Certificate } from 'node:crypto'
import { lstatSync, readFileSync } from 'node:fs'
import { type LocalIdentity, makeLocalIdentity } from '../server/tls/authority.ts'
import { writeWhole } from './write-whole.ts'

/** As long as systems accept a server's certificate from an authority that a person added: 398 days. */
const days = 397
/** One that is about to expire is replaced at a start, and not in the middle of somebody's work. */
const nearlyOver = 7 * 24 * 60 * 60 * 1000

/**
 * The certificate of a sandbox with a state file, the same in every run, so that a person trusts it once. The server's key
 * and certificate are saved beside the state, readable for this user alone; the authority's key never is. A new one is made
 * for other host names, and when it is about to expire.
 * @returns the identity, and the file with the certificate to trust.
 * @throws an Error with a plain sentence when the files cannot be written.
 */
export async function keptIdentity(
  stateFile: string,
  hosts: string[],
  now = Date.now(),
): Promise<{ identity: LocalIdentity; caFile: string }> {
  const [file, caFile] = [`${stateFile}.tls.pem`, `${stateFile}.ca.pem`]
  const kept = read(file, hosts, now)
  const identity = kept ?? makeLocalIdentity(hosts, days, now)
  try {
    if (!kept) await writeWhole(file, `${identity.cert}${identity.ca}${identity.key}`, 0o600)
    await writeWhole(caFile, identity.ca, 0o644)
  } catch (error) {
    throw new Error(`The certificate file beside ${stateFile} cannot be written: ${(error as Error).message}`)
  }
  return { identity, caFile }
}

/** What an earlier run saved, if it is still good for these hosts. */
function read(file: string, hosts: string[], now: number): LocalIdentity | undefined {
  if (!isOwn(file)) return undefined
  const [cert, ca, key] = readFileSync(file, 'utf8').match(/-----BEGIN .*?-----END [A-Z ]+-----\n?/gs) ?? []
  if (cert === undefined || ca === undefined || key === undefined) return undefined
  try {
    const [server, authority] = [new X509Certificate(cert), new X509Certificate(ca)]
    const names = server.subjectAltName?.match(/(?<=DNS:)[^,]+/g)?.map((name) => name.trim()) ?? []
    const isSame = names.toSorted().join() === ['localhost', ...hosts].toSorted().join()
    const isGood = server.checkIssued(authority) && server.checkPrivateKey(createPrivateKey(key))
    const isFresh = Date.parse(server.validTo) - now > nearlyOver
    return isSame && isGood && isFresh ? { cert, ca, key } : undefined
  } catch {
    return undefined
  }
}

/**
 * In a shared folder another user may have put anything under this name, and a person is going to trust what it holds: only
 * a file of this user, that nobody else can read or change, is taken.
 */
function isOwn(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (!found?.isFile() || found.nlink !== 1) return false
  const uid = process.getuid?.()
  return uid === undefined || (found.uid === uid && (found.mode & 0o077) === 0)
}
