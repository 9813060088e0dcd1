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

/** Whether something is at a path on this machine. A link that leads nowhere is nothing. */
export function existsLocally(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    // Below a file, or under a name that is too long.
    return false
  }
}

/** Why nothing can be at a local path, if something else is in the way than a folder that does not exist. */
export function obstacleAt(path: string): unknown {
  try {
    statSync(path, { throwIfNoEntry: false })
    return undefined
  } catch (error) {
    return error
  }
}
