import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readdir, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { OdLinkError } from '../errors.ts'
import { quoted } from '../quoted.ts'
import { ensureConfigDir } from '../settings.ts'
import type { Store } from './store.ts'

/**
 * Links in files, for machines without a keychain: one file an item, 0600 in a folder of 0700, written
 * atomically. Not encrypted, so it is used only where the person chose it.
 */
export function fileStore(): Store {
  const path = (item: string) => join(ensureConfigDir('links'), `${encodeURIComponent(item)}.json`)
  return {
    label: 'The file store',
    read: (item) => readPrivate(path(item)),
    write: (item, text) => writeAtomically(path(item), text),
    remove: async (item) => {
      await unlink(path(item)).catch(ignoreAbsent)
      await removeDrafts(path(item))
    },
    list: async () => {
      const names = (await readdir(ensureConfigDir('links'))).filter((name) => name.endsWith('.json'))
      return names.map((name) => decodeURIComponent(name.slice(0, -'.json'.length)))
    },
  }
}

async function readPrivate(path: string): Promise<string | undefined> {
  let file: FileHandle
  try {
    file = await open(path, 'r')
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
  const [itself, folder] = await Promise.all([file.stat(), stat(join(path, '..'))])
  const mine = process.getuid?.()
  for (const [what, found] of [
    [path, itself],
    [join(path, '..'), folder],
  ] as const) {
    if (found.uid !== mine) {
      throw new OdLinkError('keychain', `${what} belongs to another user.`, {
        hint: `chown ${mine} ${quoted(what)}`,
      })
    }
    if (found.mode & 0o077) {
      throw new OdLinkError('keychain', `${what} can be read by others, so the link in it is not trusted.`, {
        hint: `chmod go= ${quoted(what)}`,
      })
    }
  }
}

async function writeAtomically(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, path)
    await removeDrafts(path)
  } catch (error) {
    await unlink(draft).catch(ignoreAbsent)
    throw fileTrouble(error)
  }
}

/** What a killed writer left behind holds tokens. Writers of one item hold its lock, so no draft is in use. */
async function removeDrafts(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    if (name.startsWith(`${basename(path)}.`)) await unlink(join(dirname(path), name)).catch(ignoreAbsent)
  }
}

function ignoreAbsent(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw fileTrouble(error)
}

function fileTrouble(error: unknown): OdLinkError {
  const { message } = error as Error
  return new OdLinkError('keychain', `The file store cannot be used: ${message}.`, {
    hint: 'Check the owner, the permissions and the free space of that folder.',
    cause: error,
  })
}
