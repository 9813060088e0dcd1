/*
 * Small JSON files in the settings directory; none of them is secret. Reading is a plain file read, because every `mkdir`
 * does it. Writing goes through conf (atomic, mode 0600), which takes longer to load.
 */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { OdLinkError } from '../errors.ts'
import { removeDrafts, writeAtomically } from '../system/atomic-write.ts'
import { parseJsonObject } from '../text/json.ts'
import { configDir, ensureConfigDir, refuseIfOthersCanWrite, unwritable } from './directory.ts'

/**
 * Reads `<name>.json` in the settings directory; an absent file counts as empty.
 * @throws OdLinkError (usage) when the file is not one that od-link wrote; such a file is never overwritten.
 */
export function readStateFile<T extends object>(name: string): T {
  const path = resolve(configDir(), `${name}.json`)
  refuseIfOthersCanWrite(configDir())
  try {
    const state = parseJsonObject(readFileSync(path, 'utf8'))
    if (state) return state as T
    // Not the parser's message, which quotes the file: it may contain a misplaced secret.
    throw new SyntaxError('it is not a JSON object')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {} as T
    throw new OdLinkError('usage', `${path} cannot be read (${(error as Error).message}).`, {
      reason: 'settings-unusable',
      next: ['Fix the file, or move it away. The links are in the store and stay there.'],
      cause: error,
    })
  }
}

/**
 * Changes `<name>.json` in one atomic step: readers see the old file or the new one. Call it while holding a lock for that
 * file, because of two processes that read it and then write it, one would undo the other's change.
 * @throws OdLinkError (usage) when it cannot be read or written.
 */
export async function changeStateFile(
  name: string,
  change: (state: Record<string, unknown>) => void,
): Promise<void> {
  const state = readStateFile<Record<string, unknown>>(name)
  change(state)
  const cwd = ensureConfigDir()
  try {
    await write(cwd, name, state)
    await removeDrafts(cwd, (file) => file.startsWith(`${name}.json.tmp-`), 60_000)
  } catch (error) {
    throw unwritable(cwd, error)
  }
}

async function write(cwd: string, name: string, state: Record<string, unknown>): Promise<void> {
  let Conf: typeof import('conf').default
  try {
    ;({ default: Conf } = await import('conf'))
  } catch {
    // It looks for a home directory when it is loaded, which not every user ID has.
    await writeAtomically(resolve(cwd, `${name}.json`), JSON.stringify(state, null, '\t'))
    return
  }
  new Conf({ cwd, configName: name, configFileMode: 0o600, accessPropertiesByDotNotation: false }).store =
    state
}
