import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Creates a folder and what is missing above it, one by one: Node's own `recursive` says ENOENT of a file system that is
 * read-only, and below /proc it tries for ever.
 * @param path absolute. Nothing happens where it is a folder already, or a link to one.
 * @param mode of each new folder, less the umask.
 * @throws ErrnoException of the first that cannot be created, with its own code.
 */
export function createFolders(path: string, mode = 0o777): void {
  try {
    mkdirSync(path, { mode })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && !existsSync(dirname(path))) {
      createFolders(dirname(path), mode)
      createFolders(path, mode)
      // A file system that is read-only refuses before it says that the folder exists.
    } else if (!isFolder(path)) throw error
  }
}

/** Whether a path is a folder, or a link to one; not where nothing can be, such as below a file. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
