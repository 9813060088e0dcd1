import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'

/** Two people who share a group and nothing else, as numbers: neither needs an entry in /etc/passwd. */
export interface Person {
  uid: number
  /** Starts a program as this person: see `RunOptions.through`. */
  through: string[]
}

const sharedGroup = 64_000

function person(uid: number): Person {
  const ids = [`--reuid=${uid}`, `--regid=${uid}`, `--groups=${sharedGroup}`, '--inh-caps=-all']
  return { uid, through: ['setpriv', ...ids] }
}

export const victim = person(64_001)
export const neighbour = person(64_002)

/** Runs a shell script as a person; its arguments are $1, $2 … */
export function runAs({ through: [command = '', ...rest] }: Person, script: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, [...rest, 'sh', '-ec', script, 'sh', ...args], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${script}: ${stderr}`)
}

/** Gives a tree of files to a person, as if that person had created it. */
export function giveTo({ uid }: Person, path: string): void {
  const { status } = spawnSync('chown', ['-R', `${uid}:${uid}`, path])
  if (status !== 0) throw new Error(`${path} cannot be given away`)
}

/** A folder that both write to: of the group (2775), or of everybody, where each removes their own files only (1777). */
export function makeShared(path: string, mode: 0o2775 | 0o1777): void {
  mkdirSync(path)
  chownSync(path, 0, sharedGroup)
  chmodSync(path, mode)
}

const protection = '/proc/sys/fs/protected_symlinks'

/** Whether the kernel itself refuses to follow planted links in sticky folders; `set` is undefined where none may. */
export function symlinkProtection(): { value: string; set: ((value: string) => void) | undefined } {
  try {
    const value = readFileSync(protection, 'utf8').trim()
    writeFileSync(protection, value)
    return { value, set: (wanted) => writeFileSync(protection, wanted) }
  } catch {
    return { value: 'unknown', set: undefined }
  }
}
