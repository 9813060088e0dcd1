import { createRequire } from 'node:module'
import type { AsyncEntry, findCredentialsAsync } from '@napi-rs/keyring'
import { StuckCall } from '../../../errors.ts'
import { withTimeout as inTime } from '../../../system/with-timeout.ts'
import { longDuration } from '../../../text/format.ts'
import type { KeychainEntries } from '../entries.ts'
import { waitMs } from '../limits.ts'
import { moduleTrouble } from './errors.ts'

/** The keychains of macOS and Windows, by the native module @napi-rs/keyring. */

export type Keyring = { AsyncEntry: typeof AsyncEntry; findCredentialsAsync: typeof findCredentialsAsync }

/** What tests put in the place of the machine. */
export interface NativeOptions {
  platform: NodeJS.Platform
  load?: (platform: NodeJS.Platform) => Keyring
  /** How long one call may take, with a person at a dialog of the system, in milliseconds. */
  limitMs?: number
}

/**
 * The entries that belong to `service`.
 * @throws OdLinkError (keychain) when the module does not load; its calls throw what the module throws, or StuckCall.
 */
export function nativeKeychain(
  service: string,
  { platform, load = loadKeyring, limitMs = waitMs }: NativeOptions,
): KeychainEntries {
  const keyring = load(platform)
  const bounded = <T>(call: () => Promise<T>) =>
    inTime(
      limitMs,
      'Waiting for the keychain; it may want to be unlocked …',
      call,
      () => new StuckCall(`it did not answer within ${longDuration(limitMs / 1000)}`),
    )
  const entry = (name: string) => new keyring.AsyncEntry(service, name)
  return {
    get: async (name) => {
      const secret = await bounded(() => entry(name).getSecret())
      return secret ? Buffer.from(secret) : undefined
    },
    set: (name, value) => bounded(() => entry(name).setSecret(value)),
    delete: async (name) => {
      await bounded(() => entry(name).deleteCredential())
    },
    list: async () => {
      const found = await bounded(() => keyring.findCredentialsAsync(service))
      return found.map(({ account }) => account)
    },
  }
}

/**
 * The module is loaded when it is first needed: `--help` works where it will not load. The platform's own file is
 * tried first, because the package's loader takes 5 ms to find it.
 * @param require loads a package; tests have one that knows others.
 * @throws OdLinkError (keychain) that tells a module for another kind of processor from one that is not there.
 */
export function loadKeyring(
  platform: NodeJS.Platform,
  require: (name: string) => Keyring = createRequire(import.meta.url),
): Keyring {
  const suffix = platform === 'win32' ? '-msvc' : ''
  try {
    return require(`@napi-rs/keyring-${platform}-${process.arch}${suffix}`)
  } catch (direct) {
    try {
      return require('@napi-rs/keyring')
    } catch (error) {
      throw moduleTrouble([direct, error], platform)
    }
  }
}
