import { OdLinkError } from '../errors.ts'
import { commandLine, shellHere } from '../text/shell-quote.ts'

/** What it means that a file system takes no more. */

/**
 * Whether an error says that the place of settings, locks or links cannot be written to, such as a mounted secret, or
 * is full.
 */
export function isUnwritable(error: unknown): error is OdLinkError {
  if (!(error instanceof OdLinkError) || error.kind === 'network') return false
  const { code = '' } = (error.cause ?? {}) as NodeJS.ErrnoException
  return ['EROFS', 'EACCES', 'EPERM'].includes(code) || isFull(error.cause)
}

/** Whether an error of the file system says that there is no room: no space, no inodes, or a quota. */
export function isFull(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT'
}

/**
 * Why a directory cannot be written to, and what mends it.
 * @param error of the file system.
 * @param otherwise what mends it where it is not full.
 */
export function unwritableBecause(error: unknown, dir: string, otherwise: string) {
  const { code, message } = error as NodeJS.ErrnoException
  if (isFull(error)) {
    const look = (flag: string) => commandLine(['df', flag, dir], 'posix')
    const command = shellHere() === 'posix' && look('-h') && `${look('-h')}; ${look('-i')}`
    return { reason: 'no space is left', hint: command ? `Make room: ${command}` : 'Make room there.' }
  }
  return { reason: code ?? message, hint: otherwise }
}
