import { userInfo } from 'node:os'
import { listAccounts } from '../accounts/index.ts'
import { proxyVariables } from '../http/proxy-variables.ts'
import { checkSetting } from '../registration/index.ts'
import { variable } from '../settings/environment.ts'
import { setting } from '../settings/index.ts'
import { type SettingName, settingNames } from '../settings/names.ts'
import { homeDirectory } from '../system/home.ts'

/**
 * Makes a report safe to paste. The checks themselves print nothing secret, but their sentences may quote a server, a path or
 * a setting, so every text is masked.
 * @returns a function that removes from a text: secrets of the environment and those that look like Entra's, invalid values
 *   of settings (a secret may have been pasted there), IDs of people, email addresses except for first letter and domain,
 *   anything as long as a token, and the path of the home directory.
 */
export function makeMask(): (text: string) => string {
  const hidden = [...secretsOfEnvironment(), ...misplaced(), ...idsOfPeople()]
    // Anything shorter is part of too many words.
    .filter((text) => text.length >= 4)
    .sort((one, other) => other.length - one.length)
  const homes = homeDirectories()
  return (text) => {
    let masked = text
    for (const secret of hidden) masked = masked.replaceAll(secret, '…')
    for (const home of homes) masked = masked.replace(home, '~')
    return masked
      .replace(entraSecret, '…')
      .replace(address, maskAddress)
      .replace(asLongAsToken, (long) => `${long.slice(0, 4)}…`)
  }
}

/** The Value of an Entra client secret, in the format that secret scanners know: three characters, a digit, `Q~`. */
const entraSecret = /[\w.~-]{3}\dQ~[^\s"',;]+/g

const asLongAsToken = /[\w~+=.-]{64,}/g

/** An email address (or user principal name) in a text. */
const address = /[^\s@"'<>(),;:/\\=…]+@[\p{L}\d.-]+\.\p{L}{2,}/gu

/** `a…@contoso.com`. */
export function maskAddress(text: string): string {
  return `${text.slice(0, 1)}…${text.slice(text.lastIndexOf('@'))}`
}

/** The client secret, and the credentials in proxy addresses, both encoded and decoded. */
function secretsOfEnvironment(): string[] {
  const proxies = proxyVariables().flatMap(([, value]) => /^(?:\w+:\/\/)?(.*)@/.exec(value)?.[1] ?? [])
  // Not only the user name, which may be any word.
  const written = proxies.flatMap((credentials) => [credentials, credentials.replace(/^[^:]*:/, '')])
  return [variable('OD_LINK_CLIENT_SECRET') ?? '', ...written, ...written.map(decoded)]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Shorter ones are typing errors, which a report should show. */
const secretLength = 16

/** Invalid values of settings, which may be secrets. */
function misplaced(): string[] {
  return (Object.keys(settingNames) as SettingName[]).flatMap((name) => {
    const value = attempt(() => setting(name))
    if (value === undefined || value.length < secretLength) return []
    try {
      checkSetting(name, value)
      return []
    } catch {
      return [value]
    }
  })
}

function idsOfPeople(): string[] {
  return (attempt(listAccounts) ?? []).flatMap(({ id }) => [id, id.split('.').at(-1) ?? ''])
}

/** Ignores settings that cannot be read; a check reports them. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function homeDirectories(): RegExp[] {
  const homes = [homeDirectory() ?? '', attempt(() => userInfo().homedir) ?? ''].filter(
    (home) => home.length > 1,
  )
  return homes.map((home) => new RegExp(`${home.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}(?![\\w-])`, 'g'))
}
