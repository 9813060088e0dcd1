import { existsSync, lstatSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { OdLinkError } from '../errors.ts'

/** As many as Linux follows (path_resolution(7)). */
const mostLinks = 40

/**
 * Follows a path as the kernel does, link by link, to the file that it means.
 *
 * In a folder that several people write to, one of them can lay a link (or a pipe) under a name that another one is
 * going to write to. So the last name counts only when it belongs to this user or to root; a folder on the way may also
 * be a link of whoever owns the folder that it is in. The kernel has the same rule for sticky folders, unless it is
 * switched off: https://docs.kernel.org/admin-guide/sysctl/fs.html#protected-symlinks
 * @returns where that file is, or would be created.
 * @throws OdLinkError (usage) for a link or a pipe of another user, or the file system's error.
 */
export function followSafely(path: string): string {
  const me = process.getuid?.()
  if (me === undefined) return existsSync(path) ? realpathSync(path) : path
  let folder = '/'
  let names = namesIn(isAbsolute(path) ? path : join(process.cwd(), '/') + path)
  for (let links = 0; names.length > 0; ) {
    const [name = '', ...rest] = names
    const here = name === '..' ? dirname(folder) : join(folder, name)
    const found = lstatSync(here, { throwIfNoEntry: false })
    if (!found) return join(here, ...rest)
    const isLast = rest.length === 0
    const trusted = isLast ? [me, 0] : [me, 0, statSync(folder).uid]
    // A second name of a link of one's own can be anybody's work: linkat(2) asks for no right to it.
    const isCopied = isLast && found.uid === me && found.nlink > 1
    if (isDetour(found) && (isCopied || !trusted.includes(found.uid))) throw planted(path, here, found)
    if (found.isSymbolicLink()) {
      links += 1
      if (links > mostLinks) throw Object.assign(new Error(), { code: 'ELOOP' })
      const target = readlinkSync(here)
      if (isAbsolute(target)) folder = '/'
      names = [...namesIn(target), ...rest]
    } else {
      folder = here
      names = rest
    }
  }
  return folder
}

/** What hands on to elsewhere what is written to it. Devices do, too, but only root creates them. */
function isDetour(found: Stats): boolean {
  return found.isSymbolicLink() || found.isFIFO()
}

function namesIn(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.')
}

function planted(path: string, here: string, found: Stats): OdLinkError {
  const what = found.isFIFO() ? 'pipe' : 'link'
  const where = here === path ? `is a ${what}` : `leads through a ${what} (${here})`
  return new OdLinkError('usage', `"${path}" ${where} that another user may have put there.`, {
    reason: 'local-file',
    next: ['Nothing was written. Name another file, or remove it first.'],
  })
}
