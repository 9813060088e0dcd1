import { statSync } from 'node:fs'
import { OdLinkError } from '../../errors.ts'

/** The arguments of a command like `cp`: everything but the last, and the last. */
export function splitDestination(
  words: readonly string[],
  otherwise: string | undefined,
): { from: string[]; to: string } {
  const last = words.length > 1 ? words.at(-1) : otherwise
  if (last === undefined) {
    throw new OdLinkError('usage', 'Missing argument: <to>', {
      reason: 'missing-argument',
      next: ['Name what to move, and where to.'],
    })
  }
  return { from: words.length > 1 ? words.slice(0, -1) : [...words], to: last }
}

export function isLocalFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

export function existsLocally(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}
