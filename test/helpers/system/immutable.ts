import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Makes a file one that not even root can replace, or an ordinary one again (chattr(1)). @returns whether it worked. */
export function setImmutable(path: string, isImmutable: boolean): boolean {
  return spawnSync('chattr', [isImmutable ? '+i' : '-i', path]).status === 0
}

/** Whether this user and the file system of temporary files allow that. */
export function canSetImmutable(): boolean {
  if (process.platform !== 'linux') return false
  const dir = mkdtempSync(join(tmpdir(), 'od-link-'))
  const path = join(dir, 'file')
  writeFileSync(path, '')
  try {
    return setImmutable(path, true) && setImmutable(path, false)
  } finally {
    rmSync(dir, { recursive: true })
  }
}
