import {
  accessSync,
  constants,
  readFileSync,
  realpathSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { OdLinkError } from '../errors.ts'
import { createFolders } from '../system/create-folders.ts'
import { unwritableBecause } from '../system/disk-errors.ts'
import { homeDirectory } from '../system/home.ts'
import type { NextStep } from '../text/next-step.ts'
import { commandLine, examplePath, variableHint } from '../text/shell-quote.ts'
import { environment, variable } from './environment.ts'

/** How to use another directory, for hints. */
export const anotherDirectory = variableHint('OD_LINK_CONFIG_DIR', examplePath('a/directory'))

/** The directory with settings, the index of accounts and locks. Another directory has other links. */
export function configDir(): string {
  const chosen = variable('OD_LINK_CONFIG_DIR')
  return chosen ? fromHere(chosen) : defaultDir()
}

/** @throws OdLinkError (usage) for a relative path where the current folder was removed: process.cwd() then fails. */
function fromHere(path: string): string {
  try {
    return resolve(path)
  } catch (error) {
    throw unusable(
      `OD_LINK_CONFIG_DIR is the relative path ${path}, and the current folder was removed.`,
      [`Go to a folder that exists, or use an absolute path: ${anotherDirectory}`],
      error,
    )
  }
}

/**
 * Where the platform keeps settings. A relative path in a variable would depend on the current directory, so it counts as
 * unset (https://specifications.freedesktop.org/basedir-spec/latest/).
 */
function defaultDir(): string {
  if (process.platform === 'win32')
    return join(absolute('APPDATA') ?? join(homeDir(), 'AppData', 'Roaming'), 'od-link', 'Config')
  if (process.platform === 'darwin') return join(homeDir(), 'Library', 'Preferences', 'od-link')
  return join(absolute('XDG_CONFIG_HOME') ?? join(homeDir(), '.config'), 'od-link')
}

/** @throws OdLinkError (usage) for a user ID that has no home directory, as in many containers. */
function homeDir(): string {
  const home = homeDirectory()
  if (home) return home
  throw unusable('This user has no home directory, so od-link does not know where to save settings.', [
    `Choose a directory: ${anotherDirectory}`,
  ])
}

function absolute(name: string): string | undefined {
  const path = environment()[name]
  return path && isAbsolute(path) ? path : undefined
}

/**
 * The keychain's service name; it carries the directory unless that is the usual one, because its links differ. It is saved
 * in the directory, which may be reached by another path later, or be moved.
 */
export function keychainService(): string {
  const dir = configDir()
  return savedService() ?? (isUsual(dir) ? 'od-link' : `od-link ${dir}`)
}

const serviceFile = 'keychain-service'

function savedService(): string | undefined {
  try {
    const [line = ''] = readFileSync(join(configDir(), serviceFile), 'utf8').split('\n')
    return /^od-link( [^\0-\x1f]{1,4096})?$/.test(line) ? line : undefined
  } catch {
    return undefined
  }
}

/** Whether this is the directory without any variable, by whatever name. */
function isUsual(dir: string): boolean {
  if (process.platform !== 'linux') return realPath(dir) === realPath(defaultDir())
  const home = homeDirectory()
  return home !== undefined && realPath(dir) === realPath(join(home, '.config', 'od-link'))
}

/** Without symbolic links, also for a directory that does not exist yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(realPath(parent), basename(path))
  }
}

/** Saves the keychain's service name. Called before a link is saved. */
export function saveKeychainService(): void {
  if (savedService() !== undefined) return
  try {
    writeFileSync(join(ensureConfigDir(), serviceFile), `${keychainService()}\n`, { mode: 0o600, flag: 'wx' })
  } catch {
    // The link works by this path; only another path to the same directory would not find it.
  }
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
    createFolders(dir, 0o700)
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
      [
        `Check ${process.platform === 'win32' ? 'APPDATA' : 'HOME'}, or use a directory of your own: ${anotherDirectory}`,
      ],
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
  if (found.mode & 0o022 && !isReadOnly(dir)) {
    throw unusable(`Other users can write to the settings directory ${dir}.`, [
      commandLine(['chmod', 'go-w', dir], 'posix') ?? 'Take away their write permission.',
    ])
  }
}

/** Nobody can write to a read-only mount, whatever its mode says, such as 1777 on a volume of Kubernetes. */
export function isReadOnly(dir: string): boolean {
  try {
    accessSync(dir, constants.W_OK)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS'
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
