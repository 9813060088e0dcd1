/*
 * The folders and files that were fetched within the last minute: only their names, in a private file next to the
 * settings. The file stays until the next Tab or logout (accounts/traces.ts).
 */

import type { Account } from '../../accounts/account.ts'
import { listAccounts } from '../../accounts/index.ts'
import { startPatience } from '../../http/retry.ts'
import { changeStateFile, readStateFile } from '../../settings/json-file.ts'

const file = 'completion'
const forMs = 60_000
/** How long to wait for the lock: the names are known already, and a person is waiting for them. */
const lockMs = 50

interface Seen {
  /** In milliseconds since the epoch. */
  at: number
  /** Those of folders end in a slash. */
  items: string[]
}

/** What is at a path of an account's drive, if they were fetched within the last minute. */
export function remembered({ id }: Account, path: string): string[] | undefined {
  const seen = readStateFile<Record<string, Seen>>(file)[`${id}:${path}`]
  return seen && isFresh(seen) ? seen.items : undefined
}

/**
 * Saves the names of what is in a path for a minute, unless the account has been logged out meanwhile.
 * @throws OdLinkError (usage) when they cannot be saved, (service) when another process holds the lock for too long.
 */
export async function remember({ id }: Account, path: string, items: string[]): Promise<void> {
  const { withLock } = await import('../../settings/lock.ts')
  const write = async () => {
    if (!listAccounts().some((account) => account.id === id)) return
    await changeStateFile(file, (state) => {
      for (const [key, seen] of Object.entries(state)) if (!isFresh(seen as Seen)) delete state[key]
      state[`${id}:${path}`] = { at: Date.now(), items } satisfies Seen
    })
  }
  await withLock('completion', write, startPatience(lockMs))
}

/** Neither older than a minute nor from the future, as after a clock that was ahead. */
function isFresh(seen: Partial<Seen> | null): seen is Seen {
  const age = Date.now() - Number(seen?.at)
  return age >= 0 && age < forMs && Array.isArray(seen?.items)
}
