import { mkdirSync, type Stats, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import envPaths from 'env-paths'
import { OdLinkError } from '../errors.ts'
import { unwritableBecause } from '../system/disk-errors.ts'
import { commandLine } from '../text/shell-quote.ts'

/** The directory that holds settings, the index of accounts and locks. A directory is a world of its own. */
export function configDir(): string {
  const chosen = process.env.OD_LINK_CONFIG_DIR
  return chosen ? resolve(chosen) : envPaths('od-link', { suffix: '' }).config
}

/** The keychain's service name: every directory but the default one is another world, with other links. */
export function keychainService(): string {
  const { OD_LINK_CONFIG_DIR: chosen, XDG_CONFIG_HOME: moved } = process.env
  // env-paths follows that variable on Linux alone.
  const isMoved =
    process.platform === 'linux' && moved && configDir() !== join(homedir(), '.config', 'od-link')
  return chosen || isMoved ? `od-link ${configDir()}` : 'od-link'
}

/**
 * Makes the settings' directory, private to the user, when it is not there yet.
 * @param below names of folders in it, to be made as well.
 * @returns the path of the last.
 * @throws OdLinkError (usage) when it cannot be made, or is another user's.
 */
export function ensureConfigDir(...below: string[]): string {
  const dir = resolve(configDir(), ...below)
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw unwritable(dir, error)
  }
  refuseOthers(configDir())
  return dir
}

/**
 * Whoever can write to the settings' directory decides which server is asked and which link is used.
 * @throws OdLinkError (usage) when that is not this user alone (or the administrator), or cannot be seen.
 */
export function refuseOthers(dir: string): void {
  let found: Stats | undefined
  try {
    found = statSync(dir, { throwIfNoEntry: false })
  } catch (error) {
    // A directory above it belongs to somebody else, as after `sudo -u` with the HOME of before.
    const { code } = error as NodeJS.ErrnoException
    throw new OdLinkError('usage', `The settings directory ${dir} cannot be read (${code}).`, {
      hint: `Check HOME, or choose one of your own: OD_LINK_CONFIG_DIR=/path/to/a/directory`,
      cause: error,
    })
  }
  const me = process.getuid?.()
  if (!found || me === undefined) return
  if (found.uid !== me && found.uid !== 0) {
    throw new OdLinkError('usage', `The settings directory ${dir} belongs to another user.`, {
      hint: 'Choose one of your own: OD_LINK_CONFIG_DIR=/path/to/a/directory',
    })
  }
  if (found.mode & 0o022) {
    throw new OdLinkError('usage', `Others can write to the settings directory ${dir}.`, {
      hint: commandLine(['chmod', 'go-w', dir], 'posix'),
    })
  }
}

/** The error of a directory that cannot be written to. */
export function unwritable(dir: string, error: unknown): OdLinkError {
  const otherwise = 'Make it writable, or choose another: OD_LINK_CONFIG_DIR=/path/to/a/directory'
  const { reason, hint } = unwritableBecause(error, dir, otherwise)
  return new OdLinkError('usage', `od-link cannot write to ${dir} (${reason}).`, { hint, cause: error })
}
