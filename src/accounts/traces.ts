import { createHash } from 'node:crypto'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { configDir, unwritable } from '../settings/directory.ts'
import { withLock } from '../settings/lock.ts'
import { listAccounts } from './index.ts'

/**
 * What the settings directory has about an account besides its record and its index entry (links.ts). Logout removes all
 * that belongs to no linked account, so it also completes an earlier logout that was killed.
 */
interface Trace {
  /**
   * The lock that its writers hold. A writer that may start before a logout and end after it also checks, under this
   * lock, that the account is still linked.
   */
  lock?: string
  /** Paths of files and folders, relative to the settings directory, that can be removed. */
  find: (linked: ReadonlySet<string>) => string[]
}

/** To add one: a line here. */
const traces: Trace[] = [
  // Folder names for Tab, with the account's ID. Those of other accounts expire within a minute anyway.
  { lock: 'completion', find: () => namesIn('').filter((name) => name.startsWith('completion.json')) },
  // Drafts of the index by processes that were killed; nobody writes the index while we hold its lock.
  { lock: 'index', find: () => namesIn('').filter((name) => name.startsWith('accounts.json.tmp-')) },
  // Earlier versions named the lock of a link after its account. This version uses other locks (index.ts).
  { find: (linked) => namesIn('locks').filter(isOldLock(linked)).map(pathIn('locks')) },
  // Sessions of uploads that were cut off.
  { find: (linked) => namesIn('uploads').filter(isUploadOfOthers(linked)).map(pathIn('uploads')) },
]

/**
 * Removes all traces of accounts that are not linked. Call it after the index has forgotten the account.
 * @param hasRemoved whether a link was removed just now. A writer may then be about to leave a trace, so each lock is
 *   taken, whatever is found before. Otherwise nothing is locked or written where there is nothing to remove.
 * @throws OdLinkError (usage) when a trace cannot be removed, (service) when its lock did not become free in time.
 */
export async function removeTraces(hasRemoved: boolean): Promise<void> {
  for (const { lock, find } of traces) {
    const found = () => find(new Set(listAccounts().map(({ id }) => id)))
    const remove = async () => found().forEach(removePath)
    if (!hasRemoved && found().length === 0) continue
    await (lock === undefined ? remove() : withLock(lock, remove))
  }
}

function removePath(path: string): void {
  try {
    rmSync(join(configDir(), path), { recursive: true, force: true })
  } catch (error) {
    throw unwritable(configDir(), error)
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(join(configDir(), folder))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw unwritable(configDir(), error)
  }
}

function pathIn(folder: string): (name: string) => string {
  return (name) => join(folder, name)
}

/** `link tid.oid`, encoded. */
function isOldLock(linked: ReadonlySet<string>): (name: string) => boolean {
  return (name) => {
    const [, id] = /^link%20([\w-]+\.[\w-]+)$/.exec(name) ?? []
    return id !== undefined && !linked.has(id)
  }
}

/** How the names of this account's files in `uploads` begin. A digest, because a file name must not identify the account. */
export function uploadFilesOf(id: string): string {
  return `${createHash('sha256').update(id).digest('hex').slice(0, 16)}-`
}

function isUploadOfOthers(linked: ReadonlySet<string>): (name: string) => boolean {
  const own = [...linked].map(uploadFilesOf)
  return (name) => !own.some((beginning) => name.startsWith(beginning))
}
