/* What it means when a file system refuses to write. */

import { OdLinkError } from '../errors.ts'
import type { NextStep } from '../text/next-step.ts'
import { commandLine, shellHere } from '../text/shell-quote.ts'

/**
 * Whether an error says that the place of settings, locks or links is read-only (such as a mounted secret) or full.
 */
export function isUnwritable(error: unknown): error is OdLinkError {
  if (!(error instanceof OdLinkError) || error.kind === 'network') return false
  const { code = '' } = (error.cause ?? {}) as NodeJS.ErrnoException
  return ['EROFS', 'EACCES', 'EPERM'].includes(code) || isFull(error.cause)
}

/** Whether a file system's error says that no space, no inodes or no quota is left. */
export function isFull(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT'
}

/**
 * Why a directory cannot be written to, and how to fix that.
 * @param error of the file system.
 * @param otherwise how to fix it where it is not full.
 */
export function unwritableBecause(
  error: unknown,
  dir: string,
  otherwise: readonly NextStep[],
): { why: string; next: readonly NextStep[] } {
  const { code, message } = error as NodeJS.ErrnoException
  if (!isFull(error)) return { why: code ?? message, next: otherwise }
  const df = (flag: string) => commandLine(['df', flag, dir], 'posix')
  const commands = shellHere() === 'posix' && df('-h') ? `: ${df('-h')}; ${df('-i')}` : '.'
  return { why: 'no space is left', next: [`Free some space there${commands}`] }
}
