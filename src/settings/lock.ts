import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  ftruncateSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { OdLinkError } from '../errors.ts'
import { type Patience, startPatience } from '../http/retry.ts'
import { notices } from '../notices.ts'
import { unwritableBecause } from '../system/disk-errors.ts'
import { ensureConfigDir } from './directory.ts'

/**
 * A lock between processes that outlives nobody: when its owner dies, even by `kill -9`, the next one takes it at
 * once.
 *
 * Node has no file locks of the kernel, and a single lock file cannot be taken over safely: of two processes that
 * both see a dead owner, one may remove the lock that the other has just taken. So every holder gets a file of its
 * own, numbered: `1`, `2`, `3`. The file with the highest number says who holds the lock: its owner while that one
 * lives, nobody when it is empty. Taking the lock is making the next number, which the file system grants to one
 * process alone; the highest number is never removed, so no takeover can meet the wrong holder.
 */

/** Whose life cannot be seen from here (another host, another container) is believed for so long. */
const strangerMs = 120_000
const defaultMaxWaitMs = 150_000
const tellAfterMs = 1_000

/**
 * Runs `work` while no other process holds the lock of that name.
 * @throws OdLinkError (service) when the lock could not be had within the patience, (usage) when the settings'
 *   directory cannot be written to.
 */
export async function withLock<T>(
  name: string,
  work: () => Promise<T>,
  patience: Patience = startPatience(defaultMaxWaitMs),
): Promise<T> {
  const dir = ensureConfigDir('locks', encodeURIComponent(name))
  const mine = await acquire(dir, patience)
  try {
    return await work()
  } finally {
    release(mine)
  }
}

async function acquire(dir: string, patience: Patience): Promise<string> {
  const draft = join(dir, `draft-${randomBytes(6).toString('hex')}`)
  const owner = { place: place(), pid: process.pid, born: bornAt(process.pid) }
  try {
    writeFileSync(draft, JSON.stringify(owner), { mode: 0o600, flag: 'wx' })
    let tellAt = Date.now() + tellAfterMs
    for (;;) {
      const last = numbersIn(dir).at(-1) ?? 0
      if (last === 0 || isFree(join(dir, String(last)))) {
        const mine = take(dir, draft, last + 1)
        if (mine) return mine
        continue
      }
      if (patience.left() <= 0) throw tooLong(dir)
      if (Date.now() > tellAt) {
        notices.waiting('Waiting for another od-link, which is renewing or changing this link …')
        tellAt = Number.POSITIVE_INFINITY
      }
      await sleep(15 + Math.random() * 20)
    }
  } catch (error) {
    throw error instanceof OdLinkError ? error : unusable(dir, error as NodeJS.ErrnoException)
  } finally {
    quietly(() => unlinkSync(draft))
  }
}

/** Makes the next number by a hard link: it appears with its whole content, or not at all. */
function take(dir: string, draft: string, number: number): string | undefined {
  const mine = join(dir, String(number))
  try {
    // Its age counts from now, however long the wait for it was.
    utimesSync(draft, new Date(), new Date())
    linkSync(draft, mine)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    throw error
  }
  const all = numbersIn(dir)
  // A process that was asleep since it read the directory may have made a number that is long past.
  if (all.at(-1) !== number) {
    quietly(() => unlinkSync(mine))
    return undefined
  }
  for (const past of all) if (past < number) quietly(() => unlinkSync(join(dir, String(past))))
  sweepDrafts(dir)
  return mine
}

/** Emptied, not removed: the number must stay taken for those who read the directory a moment ago. */
function release(mine: string): void {
  quietly(() => {
    const file = openSync(mine, constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0))
    ftruncateSync(file)
    closeSync(file)
  })
}

function numbersIn(dir: string): number[] {
  const names = readdirSync(dir).filter((name) => /^\d+$/.test(name))
  return names.map(Number).sort((a, b) => a - b)
}

function isFree(path: string): boolean {
  let owner: { place: string; pid: number; born: string | undefined }
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
  // In the future, too, lies what was written before the clock was set back.
  return owner.place === place() ? !isAlive(owner.pid, owner.born) : Math.abs(age) > strangerMs
}

/** Where a process number means something: this host, and on Linux this PID namespace (a container has its own). */
function place(): string {
  let namespace = ''
  quietly(() => {
    namespace = readlinkSync('/proc/self/ns/pid')
  })
  return `${hostname()} ${namespace}`
}

function isAlive(pid: number, born: string | undefined): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
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

/** Drafts of waiters that were killed. */
function sweepDrafts(dir: string): void {
  for (const name of readdirSync(dir).filter((name) => name.startsWith('draft-'))) {
    const draft = join(dir, name)
    quietly(() => {
      // A young one may be in the middle of being written.
      if (Date.now() - statSync(draft).mtimeMs > 10_000 && isFree(draft)) unlinkSync(draft)
    })
  }
}

/** For tidying up: another process may do the same at the same time. */
function quietly(work: () => void): void {
  try {
    work()
  } catch {
    // Nothing depends on it.
  }
}

function tooLong(dir: string): OdLinkError {
  return new OdLinkError('service', 'Another od-link is still renewing or changing this link.', {
    hint: `Try again in a moment. If it stays so, look for an od-link process that hangs (its number is in ${dir}).`,
  })
}

function unusable(dir: string, error: NodeJS.ErrnoException): OdLinkError {
  const otherwise = 'Make it writable, or choose another place: OD_LINK_CONFIG_DIR=/path/to/a/directory'
  const { reason, hint } = unwritableBecause(error, dir, otherwise)
  return new OdLinkError('usage', `od-link cannot keep its locks in ${dir} (${reason}).`, {
    hint,
    cause: error,
  })
}
