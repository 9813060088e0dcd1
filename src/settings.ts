import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import envPaths from 'env-paths'
import { OdLinkError } from './errors.ts'
import { parseJsonObject } from './json.ts'
import { quoted } from './quoted.ts'

/**
 * What is not secret: the settings of the person, and where they live. Reading is a plain file read, because
 * every `mkdir` does it; writing goes through conf (atomic, mode 0600), which takes longer to load.
 */

/** The settings that can be kept, each with the variable that overrides it. `client-secret` is not among them: it lives in the store. */
export const settingNames = {
  'client-id': 'OD_LINK_CLIENT_ID',
  tenant: 'OD_LINK_TENANT',
  cloud: 'OD_LINK_CLOUD',
  'redirect-uri': 'OD_LINK_REDIRECT_URI',
  listen: 'OD_LINK_LISTEN',
  scope: 'OD_LINK_SCOPE',
  store: 'OD_LINK_STORE',
} as const satisfies Record<string, string>

export type SettingName = keyof typeof settingNames

/** The directory that holds settings, the index of accounts and locks. A directory is a world of its own. */
export function configDir(): string {
  const chosen = process.env.OD_LINK_CONFIG_DIR
  return chosen ? resolve(chosen) : envPaths('od-link', { suffix: '' }).config
}

/** The keychain's service name: every directory but the default one is another world, with other links. */
export function keychainService(): string {
  return process.env.OD_LINK_CONFIG_DIR ? `od-link ${configDir()}` : 'od-link'
}

/** A setting as it holds now: the variable, else what was kept with `config set`. */
export function setting(name: SettingName): string | undefined {
  return process.env[settingNames[name]] || savedSettings()[name]
}

/** What `config set` has kept. */
export function savedSettings(): Partial<Record<SettingName, string>> {
  return readStateFile('config')
}

/** Keeps settings in one step, and forgets those whose value is undefined; the others stay. */
export async function saveSettings(changes: Partial<Record<SettingName, string | undefined>>): Promise<void> {
  await changeStateFile('config', (state) => {
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined) delete state[name]
      else state[name] = value
    }
  })
}

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

/** Changes `<name>.json` in one atomic step; readers see the old file or the new one. */
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
  } catch (error) {
    throw unwritable(cwd, error)
  }
}

/** Makes the settings' directory, private to the user, when it is not there yet. */
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
 * @throws OdLinkError (usage) when that is not this user alone (or the administrator).
 */
function refuseOthers(dir: string): void {
  const found = statSync(dir, { throwIfNoEntry: false })
  const me = process.getuid?.()
  if (!found || me === undefined) return
  if (found.uid !== me && found.uid !== 0) {
    throw new OdLinkError('usage', `The settings directory ${dir} belongs to another user.`, {
      hint: 'Choose one of your own: OD_LINK_CONFIG_DIR=/path/to/a/directory',
    })
  }
  if (found.mode & 0o022) {
    throw new OdLinkError('usage', `Others can write to the settings directory ${dir}.`, {
      hint: `chmod go-w ${quoted(dir)}`,
    })
  }
}

/**
 * Whether an error says that the place of settings, locks or links cannot be written to, such as a mounted secret, or
 * is full.
 */
export function isUnwritable(error: unknown): error is OdLinkError {
  if (!(error instanceof OdLinkError) || error.kind === 'network') return false
  const { code = '' } = (error.cause ?? {}) as NodeJS.ErrnoException
  return ['EROFS', 'EACCES', 'EPERM'].includes(code) || isFull(error.cause)
}

/** Whether an error of the file system says that there is no room: no space, no inodes, or a quota. */
function isFull(error: unknown): boolean {
  const { code } = (error ?? {}) as NodeJS.ErrnoException
  return code === 'ENOSPC' || code === 'EDQUOT'
}

/**
 * Why a directory cannot be written to, and what mends it.
 * @param error of the file system.
 * @param otherwise what mends it where it is not full.
 */
export function unwritableBecause(error: unknown, dir: string, otherwise: string) {
  const { code, message } = error as NodeJS.ErrnoException
  return isFull(error)
    ? { reason: 'no space is left', hint: `Make room: df -h ${quoted(dir)}; df -i ${quoted(dir)}` }
    : { reason: code ?? message, hint: otherwise }
}

function unwritable(dir: string, error: unknown): OdLinkError {
  const otherwise = 'Make it writable, or choose another: OD_LINK_CONFIG_DIR=/path/to/a/directory'
  const { reason, hint } = unwritableBecause(error, dir, otherwise)
  return new OdLinkError('usage', `od-link cannot write to ${dir} (${reason}).`, { hint, cause: error })
}
