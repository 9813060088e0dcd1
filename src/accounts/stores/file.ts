// `promises` is a getter that loads on first use, so commands that use the keychain do without; `node:fs/promises` would
// load at once.
import { constants, promises as files } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { OdLinkError } from '../../errors.ts'
import { notices } from '../../notices.ts'
import { configDir, ensureConfigDir, isReadOnly } from '../../settings/directory.ts'
import {
  isDraftOf,
  isInUse,
  type KeptDraft,
  removeDrafts,
  writeAtomically,
} from '../../system/atomic-write.ts'
import { isFull, unwritableBecause } from '../../system/disk-errors.ts'
import { parseJsonObject } from '../../text/json.ts'
import { commandLine } from '../../text/shell-quote.ts'
import type { Store } from './store.ts'

const label = 'The file store'

/**
 * Saves links in files, for machines without a keychain: one file per item, mode 0600 in a folder with mode 0700, written
 * atomically. The files are not encrypted, so this store is used only if the person chose it.
 */
export function fileStore(): Store {
  const { readNewest, ...items } = itemFiles({ label, folder: 'links', extension: 'json' })
  const read = (item: string) => readNewest(item, readPrivate, (text) => parseJsonObject(text) !== undefined)
  return { name: 'file', mayForget: false, read, ...items }
}

/** Where a store has its files, and what messages call it. */
interface Place {
  label: string
  /** A folder in the settings directory. */
  folder: string
  extension: string
}

/** One file per item, of mode 0600 in a folder of mode 0700, written atomically: what is common to stores of files. */
export function itemFiles({ label, folder: name, extension }: Place) {
  // Reading creates no folder, because the place may be read-only.
  const folder = join(configDir(), name)
  const path = (item: string) => join(folder, `${encodeURIComponent(item)}.${extension}`)
  /** Where an item is saved while another program keeps its file from being replaced. */
  const besides = (item: string) => `${path(item)}.unsaved`
  const ending = new RegExp(`^(.*)\\.${extension}(\\.[0-9a-f]{12}\\.tmp|\\.unsaved)?$`)
  /** The files of an item that may be newer than its usual one: what could not replace it. The newest comes first. */
  const candidates = async (item: string) => {
    const names = await files.readdir(folder).catch(() => [])
    const drafts = names.filter(isDraftOf(path(item))).map((name) => join(folder, name))
    if (drafts.length === 0) return []
    const modified = async (file: string) =>
      (await files.stat(file).catch(ignoreAbsent(label)))?.mtimeMs ?? -1
    const usual = await modified(path(item))
    const all = await Promise.all(drafts.map(async (file) => ({ file, time: await modified(file) })))
    return all.filter(({ time }) => time >= usual).sort((one, other) => other.time - one.time)
  }
  return {
    label,
    /**
     * Reads the newest file of an item. The next write replaces its usual file, and removes the others.
     * @param isWhole whether a text is not cut off, as it may be in the draft of a killed writer.
     */
    readNewest: async (
      item: string,
      read: (path: string) => Promise<string | undefined>,
      isWhole = (_: string) => true,
    ) => {
      for (const { file } of await candidates(item)) {
        // A writer may just have removed it, because its content, or newer, is in the usual file.
        if (file === besides(item)) {
          const text = await read(file)
          if (text !== undefined) return text
          continue
        }
        const text = await read(file).catch(() => undefined)
        if (text !== undefined && isWhole(text)) return text
      }
      return read(path(item))
    },
    write: async (item: string, content: string | Uint8Array) => {
      ensureConfigDir(name)
      try {
        // A virus scanner must not cost a link: Microsoft may no longer accept the refresh token that a new one replaces.
        const refusal = await writeAtomically(path(item), content, besides(item))
        if (refusal) {
          notices.warning(besideWarning(path(item), refusal))
          return
        }
      } catch (error) {
        throw unusableFiles(error, label)
      }
      // Drafts may contain tokens. Writers of an item hold its lock, so no draft is in use. The item is saved even if one
      // cannot be removed; the next write tries again.
      await removeDrafts(folder, isDraftOf(path(item))).catch(() => {})
    },
    remove: async (item: string) => {
      // Drafts first: without its usual file, a draft that is left would be the item.
      await removeDrafts(folder, isDraftOf(path(item))).catch((error: unknown) => {
        throw unusableFiles(error, label)
      })
      await files.unlink(path(item)).catch(ignoreAbsent(label))
    },
    list: async () => {
      const names = (await files.readdir(folder).catch(ignoreAbsent(label))) ?? []
      // The draft of a killed writer counts as an item, so that it gets removed.
      return [...new Set(names.flatMap((file) => ending.exec(file)?.[1] ?? []))].flatMap(itemOf)
    },
    refuseIfReadOnly: () => files.access(folder, constants.W_OK).catch(ignoreAbsent(label)),
  }
}

function besideWarning(path: string, { error, keptIn }: KeptDraft): string {
  const { code, message } = error
  const cause = isInUse(error) ? '; another program may have it open' : ''
  return (
    `${path} cannot be replaced (${code ?? message})${cause}. ` +
    `The new content is saved in ${basename(keptIn)}, and od-link uses it from there.`
  )
}

/** No item for a file name that od-link did not create. */
function itemOf(name: string): string[] {
  try {
    return [decodeURIComponent(name)]
  } catch {
    return []
  }
}

async function readPrivate(path: string): Promise<string | undefined> {
  let file: FileHandle
  try {
    file = await files.open(path, 'r')
  } catch (error) {
    return ignoreAbsent(label)(error)
  }
  try {
    await refuseIfShared(path, file)
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

/** A file that others could read is not secret, and one that they could write may not be ours. */
async function refuseIfShared(path: string, file: FileHandle): Promise<void> {
  if (process.platform === 'win32') return
  const [itself, folder] = await Promise.all([file.stat(), files.stat(join(path, '..'))])
  const mine = process.getuid?.()
  for (const [what, found] of [
    [path, itself],
    [join(path, '..'), folder],
  ] as const) {
    if (found.uid !== mine) {
      throw notPrivate(`${what} belongs to another user.`, ['chown', String(mine), what])
    }
    // Names are no secret, and on a read-only mount, such as a volume of Kubernetes, nobody can change the folder.
    const mayBeOpen = what !== path && isReadOnly(what)
    if (found.mode & 0o077 && !mayBeOpen) {
      throw notPrivate(`Other users can read ${what}, so od-link does not trust it.`, ['chmod', 'go=', what])
    }
  }
}

function notPrivate(message: string, command: string[]): OdLinkError {
  const line = commandLine(command, 'posix')
  return new OdLinkError('keychain', message, { reason: 'store-not-private', next: line ? [line] : [] })
}

/** @param label of the store, for the error. */
export function ignoreAbsent(label: string): (error: unknown) => undefined {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw unusableFiles(error, label)
  }
}

/** The error for what the file system refuses. */
export function unusableFiles(error: unknown, label: string): OdLinkError {
  const { next } = unwritableBecause(error, configDir(), [
    'Check the owner and the permissions of that folder.',
  ])
  return new OdLinkError('keychain', `${label} cannot be used (${(error as Error).message}).`, {
    reason: isFull(error) ? 'store-full' : 'store-unusable',
    next,
    cause: error,
  })
}
