import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Writes a certificate where only this user can change it, for `NODE_EXTRA_CA_CERTS` and its like. */
export function writeCaFile(pem: string): { path: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'od-link-sandbox-'))
  const path = join(folder, 'ca.pem')
  writeFileSync(path, pem, { mode: 0o600 })
  const remove = () => {
    process.off('exit', remove)
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', remove)
  return { path, remove }
}
