import { randomBytes } from 'node:crypto'
import { fsync, lstatSync } from 'node:fs'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { promisify } from 'node:util'

/**
 * Writes a draft beside the file and renames it, so that readers see the old content or the new one. The
 * draft is private until it is complete, and then gets the permissions of the file that it replaces.
 * @param mode permissions to set in place of those.
 */
export async function writeWhole(file: string, text: string, mode?: number): Promise<void> {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  // O_EXCL follows no link (open(2)).
  const handle = await open(draft, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    // By the descriptor, because the file handles of Yarn's Plug'n'Play have no `sync`.
    await promisify(fsync)(handle.fd)
    if (mode === undefined) await takePermissions(handle, file)
    else await handle.chmod(mode)
    const { dev, ino } = await handle.stat({ bigint: true })
    const named = lstatSync(draft, { bigint: true, throwIfNoEntry: false })
    // Anyone who can write to the folder could have replaced the draft.
    if (named?.dev !== dev || named.ino !== ino) throw new Error('another program replaced its draft')
    await handle.close()
    await rename(draft, file)
  } catch (error) {
    await handle.close().catch(() => {})
    await rm(draft, { force: true })
    throw error
  }
}

/** The permissions of another user's file are not copied: that user chose them. */
async function takePermissions(draft: FileHandle, file: string): Promise<void> {
  const replaced = lstatSync(file, { throwIfNoEntry: false })
  if (replaced?.isFile() && replaced.uid === process.getuid?.()) await draft.chmod(replaced.mode & 0o777)
}
