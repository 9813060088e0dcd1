// `promises` is loaded when it is first used, so the keychain goes without; of its own name it would be loaded at once.
import { constants, promises as files } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { OdLinkError } from '../../errors.ts'
import { configDir, ensureConfigDir } from '../../settings/directory.ts'
import { unwritableBecause } from '../../system/disk-errors.ts'
import { commandLine } from '../../text/shell-quote.ts'
import type { Store } from './store.ts'

/**
 * Links in files, for machines without a keychain: one file an item, 0600 in a folder of 0700, written
 * atomically. Not encrypted, so it is used only where the person chose it.
 */
export function fileStore(): Store {
  // Reading makes no folder: the place may be one that cannot be written to.
  const folder = join(configDir(), 'links')
  const path = (item: string) => join(folder, `${encodeURIComponent(item)}.json`)
  return {
    name: 'file',
    label: 'The file store',
    mayForget: false,
    read: (item) => readPrivate(path(item)),
    write: async (item, text) => {
      ensureConfigDir('links')
      await writeAtomically(path(item), text)
    },
    remove: async (item) => {
      await files.unlink(path(item)).catch(ignoreAbsent)
      await removeDrafts(path(item))
    },
    list: async () => {
      const names = await namesIn(folder)
      // What a killed writer left behind is an item, too: it is to be removed.
      const items = names.flatMap((name) => /^(.*)\.json(\.[0-9a-f]{12}\.tmp)?$/.exec(name)?.[1] ?? [])
      return [...new Set(items)].flatMap(itemOf)
    },
    refuseIfReadOnly: () => files.access(folder, constants.W_OK).catch(ignoreAbsent),
  }
}

/** No item at all for a name that another hand has put there. */
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
    ignoreAbsent(error)
    return undefined
  }
  try {
    await refuseIfShared(path, file)
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

/** A file that others could have read or written is no secret, and perhaps not ours. */
async function refuseIfShared(path: string, file: FileHandle): Promise<void> {
  if (process.platform === 'win32') return
  const [itself, folder] = await Promise.all([file.stat(), files.stat(join(path, '..'))])
  const mine = process.getuid?.()
  for (const [what, found] of [
    [path, itself],
    [join(path, '..'), folder],
  ] as const) {
    if (found.uid !== mine) {
      throw new OdLinkError('keychain', `${what} belongs to another user.`, {
        hint: commandLine(['chown', String(mine), what], 'posix'),
      })
    }
    if (found.mode & 0o077) {
      throw new OdLinkError('keychain', `${what} can be read by others, so the link in it is not trusted.`, {
        hint: commandLine(['chmod', 'go=', what], 'posix'),
      })
    }
  }
}

async function writeAtomically(path: string, text: string): Promise<void> {
  // Takes a millisecond and more to load, and most runs only read.
  const { randomBytes } = await import('node:crypto')
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await files.open(draft, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await files.rename(draft, path)
    await syncFolder(dirname(path))
    await removeDrafts(path)
  } catch (error) {
    await files.unlink(draft).catch(ignoreAbsent)
    throw fileTrouble(error)
  }
}

/** A new name outlasts a power cut only when its folder was written, too (fsync(2)). Windows opens no folders. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await files.open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** What a killed writer left behind holds tokens. Writers of one item hold its lock, so no draft is in use. */
async function removeDrafts(path: string): Promise<void> {
  for (const name of await namesIn(dirname(path))) {
    if (name.startsWith(`${basename(path)}.`))
      await files.unlink(join(dirname(path), name)).catch(ignoreAbsent)
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await files.readdir(folder).catch(ignoreAbsent)) ?? []
}

function ignoreAbsent(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw fileTrouble(error)
}

function fileTrouble(error: unknown): OdLinkError {
  const { message } = error as Error
  const otherwise = 'Check the owner and the permissions of that folder.'
  const { hint } = unwritableBecause(error, configDir(), otherwise)
  return new OdLinkError('keychain', `The file store cannot be used: ${message}.`, { hint, cause: error })
}
