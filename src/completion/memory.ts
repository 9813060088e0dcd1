import type { Account } from '../accounts/index.ts'
import { changeStateFile, readStateFile } from '../state-file.ts'

/** The folders that were seen within the last minute: names alone, in a private file beside the settings. */

const file = 'completion'
const forMs = 60_000

interface Seen {
  /** In milliseconds since the epoch. */
  at: number
  names: string[]
}

/** The folders at a path of an account's drive, if they were seen just now. */
export function remembered({ id }: Account, path: string): string[] | undefined {
  const seen = readStateFile<Record<string, Seen>>(file)[`${id}:${path}`]
  return seen && isFresh(seen) ? seen.names : undefined
}

/** Keeps the names of the folders in a path, for a minute. */
export async function remember({ id }: Account, path: string, names: string[]): Promise<void> {
  await changeStateFile(file, (state) => {
    for (const [key, seen] of Object.entries(state)) if (!isFresh(seen as Seen)) delete state[key]
    state[`${id}:${path}`] = { at: Date.now(), names } satisfies Seen
  })
}

/** Neither older than a minute nor of a clock that was ahead. */
function isFresh(seen: Partial<Seen> | null): seen is Seen {
  const age = Date.now() - Number(seen?.at)
  return age >= 0 && age < forMs && Array.isArray(seen?.names)
}
