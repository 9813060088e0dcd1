/* Private files that readers see either as they were or complete, even after a power cut. */

import { constants, fsync, type promises } from 'node:fs'
import { basename, dirname, join } from 'node:path'

// `promises` is a getter that loads on first use, so commands that only read do without.
const files = async (): Promise<typeof promises> => (await import('node:fs')).promises

/** How long and how often a file is tried to be replaced that another program has open, such as a virus scanner. */
const replaceWithinMs = 5_000
const replaceEveryMs = 50
/** How a rename fails if the file may not be replaced, although its folder can be written to. */
const inUseCodes = ['EPERM', 'EACCES', 'EBUSY']

/** How a rename fails if the file system accepts no change any more, although the draft was written. */
const refusedCodes = ['EROFS', 'ENOSPC', 'EDQUOT', 'EIO']

/** Why a file could not be replaced, and the file that has the new content. */
export interface KeptDraft {
  error: NodeJS.ErrnoException
  keptIn: string
}

/** Whether an error may mean that another program has the file open. */
export function isInUse(error: unknown): boolean {
  return inUseCodes.includes(codeOf(error))
}

/**
 * Writes a file of mode 0600: a draft beside it, synced, replaces it.
 * @param keep where the complete draft goes when the file cannot be replaced, and if it cannot even go there, it stays. By
 *   default it is removed.
 * @returns why the file could not be replaced and where the content is, if the draft was kept.
 * @throws the file system's error; no draft is left then, and the file is as it was.
 */
export async function writeAtomically(
  path: string,
  content: string | Uint8Array,
  keep?: string,
): Promise<KeptDraft | undefined> {
  const fs = await files()
  // Loading this takes more than a millisecond, and most runs only read.
  const { randomBytes } = await import('node:crypto')
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await fs.open(draft, 'wx', 0o600)
    try {
      await file.writeFile(content)
      await sync(file)
    } finally {
      await file.close()
    }
    const refusal = await replaceFile(draft, path).catch(async (error: NodeJS.ErrnoException) => {
      if (keep === undefined || !(isInUse(error) || refusedCodes.includes(codeOf(error)))) throw error
      return {
        error,
        keptIn: await replaceFile(draft, keep).then(
          () => keep,
          () => draft,
        ),
      }
    })
    if (refusal) return refusal
    await syncFolder(dirname(path))
    return undefined
  } catch (error) {
    await fs.unlink(draft).catch(() => {})
    throw error
  }
}

/** What a test puts in the place of the system. */
interface ReplaceMachine {
  rename: (from: string, to: string) => Promise<void>
  platform: NodeJS.Platform
  withinMs: number
}

/**
 * Renames a file over another one, and tries again for some seconds while another program has one of them open.
 * @throws the file system's error.
 */
export async function replaceFile(
  from: string,
  to: string,
  machine: Partial<ReplaceMachine> = {},
): Promise<void> {
  const { platform = process.platform, withinMs = replaceWithinMs } = machine
  const rename = machine.rename ?? (await files()).rename
  const deadline = performance.now() + withinMs
  for (;;) {
    try {
      return await rename(from, to)
    } catch (error) {
      if (!mayBeFree(codeOf(error), platform) || performance.now() >= deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, replaceEveryMs))
    }
  }
}

/**
 * Whether a later attempt may succeed. Windows reports a file that is open (ERROR_SHARING_VIOLATION, ERROR_ACCESS_DENIED)
 * with the codes of missing rights, too. Elsewhere those are attributes and permissions, which no wait changes.
 */
function mayBeFree(code: string, platform: NodeJS.Platform): boolean {
  return code === 'EBUSY' || (platform === 'win32' && inUseCodes.includes(code))
}

/** A new name survives a power cut only if its folder was synced as well (fsync(2)). Windows cannot open folders. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const fs = await files()
  const folder = await fs.open(path, constants.O_RDONLY)
  try {
    await sync(folder)
  } finally {
    await folder.close()
  }
}

/** What means that the text itself was not written. */
const lossCodes = ['EIO', 'ENOSPC', 'EDQUOT']

/**
 * Some file systems do not sync, or not folders; what was written must not be lost because of that. By the descriptor,
 * because the file handles of Yarn's Plug'n'Play have no `sync`.
 */
function sync({ fd }: promises.FileHandle): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(fd, (error) => (error && lossCodes.includes(codeOf(error)) ? reject(error) : resolve()))
  })
}

/**
 * Removes drafts of killed writers.
 * @param isDraft by the name of a file.
 * @param olderThanMs where a younger one may still be in use.
 */
export async function removeDrafts(
  folder: string,
  isDraft: (name: string) => boolean,
  olderThanMs = 0,
): Promise<void> {
  const fs = await files()
  const names = await fs.readdir(folder).catch(ignoreAbsent)
  for (const name of (names ?? []).filter(isDraft)) {
    const path = join(folder, name)
    const found = await fs.stat(path).catch(ignoreAbsent)
    if (found && Date.now() - found.mtimeMs >= olderThanMs) await fs.unlink(path).catch(ignoreAbsent)
  }
}

/** Whether a name is that of a draft for this file. */
export function isDraftOf(path: string): (name: string) => boolean {
  const beginning = `${basename(path)}.`
  return (name) => name.startsWith(beginning)
}

function ignoreAbsent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? ''
}
