import { mkdirSync, type Stats, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import envPaths from 'env-paths'
import { OdLinkError } from '../errors.ts'
import { unwritableBecause } from '../system/disk-errors.ts'
import type { NextStep } from '../text/next-step.ts'
import { commandLine } from '../text/shell-quote.ts'
import { variable } from './environment.ts'

/** How to use another directory, for hints. */
export const anotherDirectory = 'OD_LINK_CONFIG_DIR=/path/to/a/directory'

/** The directory with settings, the index of accounts and locks. Another directory has other links. */
export function configDir(): string {
  const chosen = variable('OD_LINK_CONFIG_DIR')
  return chosen ? resolve(chosen) : envPaths('od-link', { suffix: '' }).config
}

/** The keychain's service name; it carries the directory unless that is the default one, because its links differ. */
export function keychainService(): string {
  const { XDG_CONFIG_HOME: moved } = process.env
  // env-paths reads that variable on Linux only.
  const isMoved =
    process.platform === 'linux' && moved && configDir() !== join(homedir(), '.config', 'od-link')
  return variable('OD_LINK_CONFIG_DIR') || isMoved ? `od-link ${configDir()}` : 'od-link'
}

/**
 * Creates the settings directory, private to the user, if it does not exist.
 * @param below names of nested folders to create in it.
 * @returns the path of the innermost folder.
 * @throws OdLinkError (usage) when it cannot be created, or belongs to another user.
 */
export function ensureConfigDir(...below: string[]): string {
  const dir = resolve(configDir(), ...below)
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw unwritable(dir, error)
  }
  refuseIfOthersCanWrite(configDir())
  return dir
}

/**
 * Whoever can write to the settings directory decides which server gets a token and which link is used.
 * @throws OdLinkError (usage) when somebody other than this user and the administrator can, or when that is unknown.
 */
export function refuseIfOthersCanWrite(dir: string): void {
  let found: Stats | undefined
  try {
    found = statSync(dir, { throwIfNoEntry: false })
  } catch (error) {
    // A parent directory belongs to somebody else, as after `sudo -u`, which leaves HOME as it was.
    const { code } = error as NodeJS.ErrnoException
    throw unusable(
      `The settings directory ${dir} cannot be read (${code}).`,
      [`Check HOME, or use a directory of your own: ${anotherDirectory}`],
      error,
    )
  }
  const me = process.getuid?.()
  if (!found || me === undefined) return
  if (found.uid !== me && found.uid !== 0) {
    throw unusable(`The settings directory ${dir} belongs to another user.`, [
      `Use a directory of your own: ${anotherDirectory}`,
    ])
  }
  if (found.mode & 0o022) {
    throw unusable(`Other users can write to the settings directory ${dir}.`, [
      commandLine(['chmod', 'go-w', dir], 'posix') ?? 'Take away their write permission.',
    ])
  }
}

function unusable(message: string, next: readonly NextStep[], cause?: unknown): OdLinkError {
  return new OdLinkError('usage', message, { reason: 'settings-unusable', next, cause })
}

/** The error for a directory that cannot be written to. */
export function unwritable(dir: string, error: unknown): OdLinkError {
  const { why, next } = unwritableBecause(error, dir, [
    `Make it writable, or use another directory: ${anotherDirectory}`,
  ])
  return unusable(`od-link cannot write to ${dir} (${why}).`, next, error)
}
