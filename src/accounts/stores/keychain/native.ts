/* The keychains of macOS and Windows, through the native module @napi-rs/keyring. */

import { createRequire } from 'node:module'
import type { AsyncEntry, findCredentialsAsync } from '@napi-rs/keyring'
import { StuckCall } from '../../../system/stuck-call.ts'
import { withTimeout } from '../../../system/with-timeout.ts'
import { longDuration } from '../../../text/format.ts'
import type { ListedEntries } from '../entries.ts'
import { storeLimitMs } from '../limits.ts'
import { moduleError } from './errors.ts'

export type Keyring = { AsyncEntry: typeof AsyncEntry; findCredentialsAsync: typeof findCredentialsAsync }

/** Replacements for tests. */
export interface NativeOptions {
  platform: NodeJS.Platform
  load?: (platform: NodeJS.Platform) => Keyring
  /** How long one call may take, including a person at a dialog of the system, in milliseconds. */
  limitMs?: number
}

/**
 * The entries of `service`.
 * @throws OdLinkError (keychain) when the module does not load; its calls throw what the module throws, or StuckCall.
 */
export function nativeKeychain(
  service: string,
  { platform, load = loadKeyring, limitMs = storeLimitMs() }: NativeOptions,
): ListedEntries {
  const keyring = load(platform)
  const inTime = <T>(call: () => Promise<T>) =>
    withTimeout(
      limitMs,
      'Waiting for the keychain; you may have to unlock it…',
      call,
      () => new StuckCall(`it did not respond within ${longDuration(limitMs / 1000)}`),
    )
  const entry = (name: string) => new keyring.AsyncEntry(service, name)
  return {
    get: async (name) => {
      const secret = await inTime(() => entry(name).getSecret())
      return secret ? Buffer.from(secret) : undefined
    },
    set: (name, value) => inTime(() => entry(name).setSecret(value)),
    delete: async (name) => {
      await inTime(() => entry(name).deleteCredential())
    },
    list: async () => {
      const found = await inTime(() => keyring.findCredentialsAsync(service))
      return found.map(({ account }) => account)
    },
  }
}

/**
 * Loads the module when it is first needed, so that `--help` works even if it does not load. Tries the platform's own file
 * first, because the package's loader takes 5 ms to find it.
 * @param require loads a package.
 * @throws OdLinkError (keychain) that distinguishes a module for another kind of processor from a missing one.
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
      throw moduleError([direct, error], platform)
    }
  }
}
