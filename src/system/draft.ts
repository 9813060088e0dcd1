/*
 * Files that are written beside their final place, in folders that other users may write to. Another user can lay
 * anything there beforehand: a link to a private file, a hard link, a pipe, a file of their own. The kernel helps only
 * in sticky folders, and only where it is told to:
 * https://docs.kernel.org/admin-guide/sysctl/fs.html#protected-symlinks
 */

import {
  type BigIntStats,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs'

/** Windows has none of these flags, and no links that a user without privileges can create. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_CREAT, O_EXCL, O_RDWR } = constants

/**
 * Creates an empty file that only this user can open. O_EXCL refuses a name that is taken, and follows no link
 * (open(2)).
 * @throws the file system's error; EEXIST when something has that name.
 */
export function createDraft(path: string): number {
  return openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
}

/**
 * The same.
 * @returns undefined when something has that name.
 */
export function createUnlessTaken(path: string): number | undefined {
  try {
    return createDraft(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
    throw error
  }
}

/**
 * Opens a file that an earlier run left, unless somebody else could have put it there or written to it.
 * @returns undefined when there is no such file.
 */
export function reopenDraft(path: string): number | undefined {
  let fd: number
  try {
    // Without O_NONBLOCK, a pipe of that name would block until somebody opens its other end.
    fd = openSync(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK)
  } catch {
    return undefined
  }
  if (isTrusted(fd)) {
    if (hasOwners()) tryChmod(fd, 0o600)
    return fd
  }
  closeSync(fd)
  return undefined
}

/** Whether an open file is a regular one of this user's, has one name, and nobody else can write to it. */
export function isTrusted(fd: number): boolean {
  const found = fstatSync(fd)
  return isOwn(found) && (!hasOwners() || (found.mode & 0o022) === 0)
}

/** Names an open file so that it cannot be mistaken for one that got its number later, when it was gone. */
export function identityOf(fd: number): string {
  const { dev, ino, birthtimeNs } = fstatSync(fd, { bigint: true })
  return [dev, ino, birthtimeNs].join(' ')
}

/** Whether somebody else than root may rename files in a folder: then a file's name says nothing about its content. */
export function isSharedFolder(folder: string): boolean {
  const me = process.getuid?.()
  const { uid, mode } = statSync(folder)
  return me !== undefined && ((uid !== me && uid !== 0) || (mode & 0o022) !== 0)
}

/** Removes what an earlier run left under a name; what may be somebody else's stays. */
export function removeStale(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found && isOwn(found)) rmSync(path, { force: true })
}

/** Closes a draft that is no longer needed, and removes it unless its name leads elsewhere by now. */
export function discardDraft(fd: number, path: string): void {
  const leadsThere = isStillAt(fd, path)
  closeSync(fd)
  if (leadsThere) rmSync(path, { force: true })
}

/** Whether a name still leads to an open file: whoever can write to its folder can put something else there. */
export function isStillAt(fd: number, path: string): boolean {
  const open = fstatSync(fd, { bigint: true })
  const named = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return named !== undefined && isSame(open, named)
}

/**
 * Puts a complete draft in the place of a file, with the permissions of that file, and closes it.
 * @returns false when the draft's name leads elsewhere by now; nothing was replaced then.
 * @throws the file system's error; the draft is then open and private as before.
 */
export function promoteDraft(fd: number, path: string, file: string): boolean {
  fsyncSync(fd)
  if (!isStillAt(fd, path)) return false
  if (hasOwners()) takePermissions(fd, lstatSync(file, { throwIfNoEntry: false }))
  try {
    renameSync(path, file)
  } catch (error) {
    if (hasOwners()) tryChmod(fd, 0o600)
    throw error
  }
  closeSync(fd)
  return true
}

/** What a file system without hard links answers (FAT, many mounts of a network). */
const noLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EACCES'])

/**
 * Gives a complete draft its name, unless something has that name, and closes it. A link is refused for a name that is taken,
 * where a rename would replace the file (link(2)).
 * @returns false when the draft's name leads elsewhere by now, `taken` when something has the name.
 * @throws the file system's error; the draft is then open and private as before.
 */
export function promoteNew(fd: number, path: string, file: string): boolean | 'taken' {
  fsyncSync(fd)
  if (!isStillAt(fd, path)) return false
  try {
    linkSync(path, file)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || lstatSync(file, { throwIfNoEntry: false })) return 'taken'
    if (noLinks.has(code)) return promoteDraft(fd, path, file)
    throw error
  }
  if (hasOwners()) tryChmod(fd, 0o666 & ~process.umask())
  closeSync(fd)
  rmSync(path, { force: true })
  return true
}

/**
 * Removes the draft's name of a file that has its own already, as a run leaves it that dies between the two steps of
 * `promoteNew`: whoever opened it as a draft would write into the file.
 */
export function removeSecondName(path: string, file: string): void {
  const [draft, named] = [path, file].map((one) => lstatSync(one, { bigint: true, throwIfNoEntry: false }))
  if (draft && named && isSame(draft, named)) rmSync(path, { force: true })
}

/** Opens up to what the replaced file allowed, and never further: somebody else may have put that one there. */
function takePermissions(fd: number, replaced: Stats | undefined): void {
  const usual = 0o666 & ~process.umask()
  if (!replaced?.isFile()) {
    tryChmod(fd, usual)
    return
  }
  const own = replaced.uid === process.getuid?.()
  let mode = own ? replaced.mode & 0o777 : (replaced.mode & usual) | 0o600
  if (fstatSync(fd).gid !== replaced.gid) {
    try {
      fchownSync(fd, -1, replaced.gid)
    } catch {
      // Not a member: to the replaced file, the members of the draft's group were others.
      mode = (mode & 0o707) | ((mode & 0o007) << 3)
    }
  }
  tryChmod(fd, mode)
}

/** Some file systems have no permissions (FAT, many mounts of a network): those of the mount apply. */
function tryChmod(fd: number, mode: number): void {
  try {
    fchmodSync(fd, mode)
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

function isOwn(found: Stats): boolean {
  return found.isFile() && (!hasOwners() || (found.uid === process.getuid?.() && found.nlink === 1))
}

function isSame(one: BigIntStats, other: BigIntStats): boolean {
  return one.dev === other.dev && one.ino === other.ino
}

/** Windows has access lists in place of users' numbers and modes. */
function hasOwners(): boolean {
  return process.getuid !== undefined
}
