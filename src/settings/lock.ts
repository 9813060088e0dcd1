/*
 * A lock between processes. It is released when its owner dies, even by `kill -9`: the next process takes it at once.
 *
 * Node has no access to kernel file locks, and a single lock file cannot be taken over safely: of two processes that
 * both see a dead owner, one may remove the lock that the other has just taken. So every holder creates a file of its
 * own with a number: `1`, `2`, `3`. The file with the highest number tells who holds the lock: its owner while that
 * process lives, nobody when the file is empty. Taking the lock means creating the next number, which the file system
 * grants to only one process. The highest number is never removed, so no takeover can hit the wrong holder.
 *
 * Whether the owner lives cannot always be seen: it may run on another host, and only Linux shows when a process started,
 * so that elsewhere another program with the same ID may be taken for it. So the owner touches its file while it works,
 * and a file that nobody touches is given up. Its age alone does not show that: a clock that is set, or a machine that
 * wakes up, makes every file old at once, and the owner's next touch comes a moment later. So a file has to be old, and
 * then a waiter has to see that it stays untouched, counted in rounds of its own: they stand still with the machine.
 */

import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  ftruncateSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname, uptime } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { OdLinkError } from '../errors.ts'
import { type Patience, startPatience } from '../http/retry.ts'
import { notices } from '../notices.ts'
import { unwritableBecause } from '../system/disk-errors.ts'
import { anotherDirectory, ensureConfigDir } from './directory.ts'

/**
 * An owner whose life cannot be seen is presumed alive for this long after its last touch. It is much longer than anything
 * that keeps a process from its timers (a keychain's own code, a machine short of memory), except Ctrl-Z.
 */
const presumedAliveMs = 120_000
/** How often an owner touches its file. */
const touchMs = 1_000
/** How many rounds a waiter watches an old file. A round takes 15 to 35 ms, so these are two touches, often three. */
const watchRounds = 140
/** File systems round times: FAT to two seconds. */
const bootSlackMs = 10_000
/** No process waits longer than this for a lock (`--max-wait`). */
const longestWaitMs = 86_400_000
const defaultMaxWaitMs = 150_000
const noticeAfterMs = 1_000
/** A folder this young may be a lock that another process is creating, where there are no hard links. */
const newFolderMs = 5_000

/**
 * Runs `work` while holding the lock of that name.
 * @throws OdLinkError (service) when the lock did not become free in time, (usage) when the settings directory cannot
 *   be written to.
 */
export async function withLock<T>(
  name: string,
  work: () => Promise<T>,
  patience: Patience = startPatience(defaultMaxWaitMs),
): Promise<T> {
  const dir = ensureConfigDir('locks', encodeURIComponent(name))
  const mine = await acquire(dir, patience)
  const touching = setInterval(() => quietly(() => touch(mine)), touchMs).unref()
  try {
    return await work()
  } finally {
    clearInterval(touching)
    release(mine)
  }
}

async function acquire(dir: string, patience: Patience): Promise<string> {
  const draft = join(dir, `draft-${randomBytes(6).toString('hex')}`)
  const owner = { place: place(), pid: process.pid, born: bornAt(process.pid) }
  try {
    writeFileSync(draft, JSON.stringify(owner), { mode: 0o600, flag: 'wx' })
    let noticeAt = Date.now() + noticeAfterMs
    const isUntouched = watch()
    for (;;) {
      const last = numbersIn(dir).at(-1) ?? 0
      const { state, mtimeMs } = last === 0 ? nobody : stateOf(join(dir, String(last)))
      if (state === 'free' || (state === 'old' && isUntouched(last, mtimeMs))) {
        const mine = take(dir, draft, last + 1)
        if (mine) return mine
        continue
      }
      // Also who has no time to wait watches an old file to the end: nobody else might ever come and free it.
      if (patience.left() <= 0 && state !== 'old') throw tooLong(dir)
      if (Date.now() > noticeAt) {
        notices.waiting('Waiting for another od-link process that is renewing or changing this link…')
        noticeAt = Number.POSITIVE_INFINITY
      }
      await sleep(15 + Math.random() * 20)
    }
  } catch (error) {
    throw error instanceof OdLinkError ? error : unusable(dir, error as NodeJS.ErrnoException)
  } finally {
    quietly(() => unlinkSync(draft))
  }
}

/** @returns whether a file has been seen with the same time for some rounds. */
function watch(): (number: number, mtimeMs: number) => boolean {
  let seen = ''
  let rounds = 0
  return (number, mtimeMs) => {
    const now = `${number} ${mtimeMs}`
    rounds = now === seen ? rounds + 1 : 0
    seen = now
    return rounds >= watchRounds
  }
}

/** Creates the next number as a hard link, so that it appears with its whole content or not at all. */
function take(dir: string, draft: string, number: number): string | undefined {
  const mine = join(dir, String(number))
  try {
    // Its age counts from now, not from the start of the wait.
    touch(draft)
    if (!create(draft, mine)) return undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    throw error
  }
  const all = numbersIn(dir)
  // A process that was suspended after it read the directory may have created a number that is long past.
  if (all.at(-1) !== number) {
    quietly(() => rmSync(mine, { recursive: true }))
    return undefined
  }
  for (const past of all)
    if (past < number) quietly(() => rmSync(join(dir, String(past)), { recursive: true }))
  sweepDrafts(dir)
  return mine
}

/** How file systems refuse hard links: FAT and exFAT, Android, many mounts of a network. */
const withoutLinks = ['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EACCES', 'EMLINK']

/** The owner's file, where the lock is a folder. */
const ownerName = 'owner'

/** @returns false when another process gave up this turn, because it took too long to begin. */
function create(draft: string, mine: string): boolean {
  try {
    linkSync(draft, mine)
    return true
  } catch (error) {
    if (!withoutLinks.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
  // A folder is created by only one process, too. Until it has its owner, others see that it is new (`isFree`).
  mkdirSync(mine, { mode: 0o700 })
  const owner = `${draft}-owner`
  try {
    copyFileSync(draft, owner)
    renameSync(owner, join(mine, ownerName))
    return true
  } catch (error) {
    quietly(() => unlinkSync(owner))
    if (existsSync(mine) && !existsSync(join(mine, ownerName))) throw error
    return false
  }
}

/** Shows that the owner lives. Somebody may have put a link in the place of the file. */
function touch(mine: string): void {
  lutimesSync(mine, new Date(), new Date())
}

/** Empties the file. It is not removed, since other processes may just have read the directory: the number must stay taken. */
function release(mine: string): void {
  quietly(() => {
    const path = statSync(mine).isDirectory() ? join(mine, ownerName) : mine
    const file = openSync(path, constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0))
    ftruncateSync(file)
    closeSync(file)
  })
}

function numbersIn(dir: string): number[] {
  const names = readdirSync(dir).filter((name) => /^\d+$/.test(name))
  return names.map(Number).sort((a, b) => a - b)
}

/** `old`: its owner may live, but seems not to have touched it for long. */
type State = { state: 'free' | 'held' | 'old'; mtimeMs: number }

const nobody: State = { state: 'free', mtimeMs: 0 }

function stateOf(path: string): State {
  let owner: { place: string; pid: number; born: string | undefined }
  let mtimeMs: number
  try {
    const found = statSync(path)
    mtimeMs = found.mtimeMs
    const file = found.isDirectory() ? join(path, ownerName) : path
    if (found.isDirectory() && !existsSync(file)) {
      const isFree = Math.abs(ageOf(mtimeMs)) > newFolderMs && isGivenUp(file)
      return { state: isFree ? 'free' : 'held', mtimeMs }
    }
    const text = readFileSync(file, 'utf8')
    if (text === '') return nobody
    owner = JSON.parse(text)
  } catch (error) {
    // Absent: a newer number exists, and the next round finds it. Unreadable: od-link did not write it.
    return { state: (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'held' : 'free', mtimeMs: 0 }
  }
  if (owner.place === place()) {
    if (!isAlive(owner.pid, owner.born)) return nobody
    if (owner.born !== undefined) return { state: 'held', mtimeMs }
    if (isBeforeBoot(mtimeMs)) return nobody
  }
  // After the clock was set back, the file's time may lie in the future.
  return { state: Math.abs(ageOf(mtimeMs)) > presumedAliveMs ? 'old' : 'held', mtimeMs }
}

function ageOf(mtimeMs: number): number {
  return Date.now() - mtimeMs
}

/**
 * Whether a file was last touched before this machine started, and with it every process. Where Windows only hibernates its
 * kernel (fast startup), it does not count that as a start, and the file's age decides.
 */
function isBeforeBoot(mtimeMs: number): boolean {
  try {
    return ageOf(mtimeMs) > uptime() * 1000 + bootSlackMs
  } catch {
    // Some sandboxes do not tell.
    return false
  }
}

/**
 * Gives up a folder that got no owner in time: a folder takes the owner's place, so that a process that was only suspended
 * cannot move its file there any more.
 */
function isGivenUp(owner: string): boolean {
  try {
    mkdirSync(owner)
    return true
  } catch {
    return false
  }
}

/** Where a process ID is valid: this host, and on Linux this PID namespace (a container has its own). */
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

/** When a process started, so that a later process with the same ID is not taken for it. Only Linux shows it. */
function bornAt(pid: number): string | undefined {
  if (process.platform !== 'linux' && process.platform !== 'android') return undefined
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // Fields 3 (state) and 22 (start time), counted after the command's name, which may contain spaces and
    // brackets (proc(5)). A zombie has ended; its parent has not collected it yet.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

/** Removes the drafts of processes that were killed while they waited. */
function sweepDrafts(dir: string): void {
  for (const name of readdirSync(dir).filter((name) => name.startsWith('draft-'))) {
    const draft = join(dir, name)
    quietly(() => {
      // A younger one may not be fully written yet.
      if (ageOf(statSync(draft).mtimeMs) < 10_000) return
      const { state, mtimeMs } = stateOf(draft)
      // Who waits touches nothing.
      if (state === 'free' || (state === 'old' && ageOf(mtimeMs) > longestWaitMs)) unlinkSync(draft)
    })
  }
}

/** For cleaning up, which another process may do at the same time. */
function quietly(work: () => void): void {
  try {
    work()
  } catch {
    // Nothing depends on it.
  }
}

function tooLong(dir: string): OdLinkError {
  return new OdLinkError('service', 'Another od-link process is still renewing or changing this link.', {
    reason: 'lock-held',
    next: [
      'Try again in a few seconds.',
      `If that doesn't help, look for an od-link process that hangs; its process ID is in ${dir}.`,
    ],
  })
}

function unusable(dir: string, error: NodeJS.ErrnoException): OdLinkError {
  const { why, next } = unwritableBecause(error, dir, [
    `Make it writable, or use another directory: ${anotherDirectory}`,
  ])
  return new OdLinkError('usage', `od-link cannot create a lock in ${dir} (${why}).`, {
    reason: 'settings-unusable',
    next,
    cause: error,
  })
}
