import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { OdLinkError } from '../errors.ts'
import { parseJsonObject } from '../text/json.ts'
import { configDir, ensureConfigDir, refuseOthers, unwritable } from './directory.ts'

/**
 * Small files of JSON in the settings' directory, none of them secret. Reading is a plain file read, because every
 * `mkdir` does it; writing goes through conf (atomic, mode 0600), which takes longer to load.
 */

/**
 * Reads `<name>.json` of the settings' directory; an absent file is an empty one.
 * @throws OdLinkError (usage) when the file is not what od-link writes: it is never overwritten unseen.
 */
export function readStateFile<T extends object>(name: string): T {
  const path = resolve(configDir(), `${name}.json`)
  refuseOthers(configDir())
  try {
    const state = parseJsonObject(readFileSync(path, 'utf8'))
    if (state) return state as T
    // Not the parser's own words: they quote the file, and who knows what was put there.
    throw new SyntaxError('it holds no JSON object')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {} as T
    throw new OdLinkError('usage', `${path} cannot be read (${(error as Error).message}).`, {
      hint: 'Mend the file, or move it away; the links themselves are in the store and stay.',
      cause: error,
    })
  }
}

/**
 * Changes `<name>.json` in one atomic step; readers see the old file or the new one. Call it while holding a lock of that
 * file: of two processes that read it and then write it, one would undo the change of the other.
 * @throws OdLinkError (usage) when it cannot be read or written.
 */
export async function changeStateFile(
  name: string,
  change: (state: Record<string, unknown>) => void,
): Promise<void> {
  const state = readStateFile<Record<string, unknown>>(name)
  change(state)
  const cwd = ensureConfigDir()
  const { default: Conf } = await import('conf')
  try {
    new Conf({ cwd, configName: name, configFileMode: 0o600, accessPropertiesByDotNotation: false }).store =
      state
    removeDrafts(cwd, `${name}.json.tmp-`)
  } catch (error) {
    throw unwritable(cwd, error)
  }
}

/** What writers left behind that were killed, a minute old at the least: a younger draft may be in use. */
function removeDrafts(folder: string, beginning: string): void {
  for (const name of readdirSync(folder).filter((one) => one.startsWith(beginning))) {
    const path = resolve(folder, name)
    const found = statSync(path, { throwIfNoEntry: false })
    if (found && Date.now() - found.mtimeMs > 60_000) rmSync(path, { force: true })
  }
}
