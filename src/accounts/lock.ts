import { randomBytes } from 'node:crypto'
import {
  linkSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { OdLinkError } from '../errors.ts'
import { ensureConfigDir } from '../settings.ts'

/**
 * A lock between processes that outlives nobody: when its owner dies, even by `kill -9`, the next one takes it
 * at once.
 *
 * Node has no file locks of the kernel, and a single lock file cannot be taken over safely: of two processes
 * that both see a dead owner, one may remove the lock that the other has just taken. So every holder gets a file
 * of its own, numbered: `1`, `2`, `3`. The file with the highest number says who holds the lock: its owner while
 * that one lives, nobody when it is empty. Taking the lock is making the next number, which the file system
 * grants to one process alone; a number is never used twice, so no takeover can meet the wrong holder.
 */

/** Longer than one refresh can take with all its retries; an owner on another host is believed for as long. */
const staleAfterMs = 120_000
const giveUpAfterMs = 150_000

/**
 * Runs `work` while no other process holds the lock of that name.
 * @throws OdLinkError (internal) when the lock could not be had within 150 s.
 */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const dir = ensureConfigDir('locks', encodeURIComponent(name))
  const mine = await acquire(dir)
  try {
    return await work()
  } finally {
    // Emptied, not removed: the number must stay taken for those who read the directory a moment ago.
    truncateSync(mine)
  }
}

async function acquire(dir: string): Promise<string> {
  const draft = join(dir, `draft-${randomBytes(6).toString('hex')}`)
  writeFileSync(draft, JSON.stringify({ host: hostname(), pid: process.pid, born: bornAt(process.pid) }), {
    mode: 0o600,
  })
  try {
    const giveUp = Date.now() + giveUpAfterMs
    for (;;) {
      const last = numbers(dir).at(-1) ?? 0
      if (last === 0 || isFree(join(dir, String(last)))) {
        const mine = take(dir, draft, last + 1)
        if (mine) return mine
      } else {
        if (Date.now() > giveUp) throw tooLong(dir)
        await sleep(15 + Math.random() * 20)
      }
    }
  } finally {
    unlinkSync(draft)
  }
}

/** Makes the next number by a hard link: it appears with its whole content, or not at all. */
function take(dir: string, draft: string, number: number): string | undefined {
  const mine = join(dir, String(number))
  try {
    linkSync(draft, mine)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    throw error
  }
  const all = numbers(dir)
  // A process that was asleep since it read the directory may have made a number that is long past.
  if (all.at(-1) !== number) {
    unlinkSync(mine)
    return undefined
  }
  for (const past of all) if (past < number) unlinkQuietly(join(dir, String(past)))
  return mine
}

function numbers(dir: string): number[] {
  const names = readdirSync(dir).filter((name) => /^\d+$/.test(name))
  return names.map(Number).sort((a, b) => a - b)
}

function isFree(path: string): boolean {
  let owner: { host: string; pid: number; born: string | undefined }
  let age: number
  try {
    const text = readFileSync(path, 'utf8')
    if (text === '') return true
    age = Date.now() - statSync(path).mtimeMs
    owner = JSON.parse(text)
  } catch (error) {
    // Gone: a newer number exists, and the next look finds it. Unreadable: no process of ours wrote it.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
  if (age > staleAfterMs) return true
  return owner.host === hostname() && !isAlive(owner.pid, owner.born)
}

function isAlive(pid: number, born: string | undefined): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return bornAt(pid) === born
}

/** When a process began, so that another one with the same number is not taken for it. Linux alone tells. */
function bornAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // Fields 3 (state) and 22 (start time), counted behind the command's name, which may hold spaces and
    // brackets (proc(5)). A zombie has ended: only its parent has not looked yet.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

function unlinkQuietly(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Another process tidies up as well.
  }
}

function tooLong(dir: string): OdLinkError {
  return new OdLinkError(
    'internal',
    `Another od-link has held ${dir} for more than ${giveUpAfterMs / 1000} s.`,
    {
      hint: 'Look for an od-link process that hangs, and end it.',
    },
  )
}
