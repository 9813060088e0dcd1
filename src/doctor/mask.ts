import { homedir, userInfo } from 'node:os'
import { listAccounts } from '../accounts/index.ts'
import { checkSetting } from '../registration/index.ts'
import { setting } from '../settings/index.ts'
import { type SettingName, settingNames } from '../settings/names.ts'

/**
 * What makes a report safe to paste. The checks tell nothing secret by themselves; their words may quote a server, a
 * path or a setting, though, so every text goes through here.
 * @returns a function that takes out of a text: secrets of the environment and of Entra's shape, what stands where a setting should (a
 *   secret pasted into the wrong place), ids of persons, mail addresses but for their first letter and domain,
 *   whatever is as long as a token, and the name of the home directory.
 */
export function makeMask(): (text: string) => string {
  const hidden = [...secretsOfEnvironment(), ...misplaced(), ...idsOfPersons()]
    // What is shorter is part of too many words.
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

/** The Value of a client secret of Entra, as its secret scanners know it: three characters, a digit, `Q~`. */
const entraSecret = /[\w.~-]{3}\dQ~[^\s"',;]+/g

const asLongAsToken = /[\w~+=.-]{64,}/g

/** A mail address (or user principal name) in a text. */
const address = /[^\s@"'<>(),;:/\\=…]+@[\p{L}\d.-]+\.\p{L}{2,}/gu

/** `a…@contoso.com`. */
export function maskAddress(text: string): string {
  return `${text.slice(0, 1)}…${text.slice(text.lastIndexOf('@'))}`
}

/** The client secret, and the credentials in the addresses of proxies, as written and as meant. */
function secretsOfEnvironment(): string[] {
  const proxies = Object.entries(process.env).flatMap(([name, value]) =>
    /_proxy$/i.test(name) ? (/^(?:\w+:\/\/)?(.*)@/.exec(value ?? '')?.[1] ?? []) : [],
  )
  // Not the user name alone, which may be any word.
  const written = proxies.flatMap((credentials) => [credentials, credentials.replace(/^[^:]*:/, '')])
  return [process.env.OD_LINK_CLIENT_SECRET ?? '', ...written, ...written.map(decoded)]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Shorter ones are slips of the finger, which a report should show. */
const secretLength = 16

/** What stands in the place of a setting and is none, and may be a secret. */
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

function idsOfPersons(): string[] {
  return (attempt(listAccounts) ?? []).flatMap(({ id }) => [id, id.split('.').at(-1) ?? ''])
}

/** Where the settings cannot be read, a check says so. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function homeDirectories(): RegExp[] {
  const homes = [homedir(), attempt(() => userInfo().homedir) ?? ''].filter((home) => home.length > 1)
  return homes.map((home) => new RegExp(`${home.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}(?![\\w-])`, 'g'))
}
