import { createRequire } from 'node:module'
import type { AsyncEntry, findCredentialsAsync } from '@napi-rs/keyring'
import { OdLinkError, StuckCall } from '../errors.ts'
import { notices } from '../notices.ts'
import type { KeychainEntries } from './keychain.ts'

/** The keychains of macOS and Windows, by the native module @napi-rs/keyring. */

const tellAfterMs = 1_000

type Keyring = { AsyncEntry: typeof AsyncEntry; findCredentialsAsync: typeof findCredentialsAsync }

/** @param waitMs how long one call may take, with a person at a dialog of the system. */
export function nativeKeychain(service: string, waitMs: number): KeychainEntries {
  const keyring = loadKeyring()
  const entry = (name: string) => new keyring.AsyncEntry(service, name)
  return {
    get: async (name) => {
      const secret = await bounded(waitMs, () => entry(name).getSecret())
      return secret ? Buffer.from(secret) : undefined
    },
    set: (name, value) => bounded(waitMs, () => entry(name).setSecret(value)),
    delete: async (name) => {
      await bounded(waitMs, () => entry(name).deleteCredential())
    },
    list: async () => {
      const found = await bounded(waitMs, () => keyring.findCredentialsAsync(service))
      return found.map(({ account }) => account)
    },
  }
}

/** Runs one call within its limit, and tells a person at the terminal what it waits for. */
async function bounded<T>(limitMs: number, call: () => Promise<T>): Promise<T> {
  const timers: NodeJS.Timeout[] = []
  const after = (ms: number, then: () => void) => timers.push(setTimeout(then, ms))
  try {
    return await Promise.race([
      call(),
      new Promise<never>((_, reject) => {
        after(tellAfterMs, () => notices.waiting('Waiting for the keychain; it may want to be unlocked …'))
        after(limitMs, () => reject(new StuckCall(`it did not answer within ${limitMs / 1000} s`)))
      }),
    ])
  } finally {
    for (const timer of timers) clearTimeout(timer)
  }
}

/**
 * The module is loaded when it is first needed: `--help` works where it will not load. The platform's own file is
 * tried first, because the package's loader takes 5 ms to find it.
 */
function loadKeyring(): Keyring {
  const require = createRequire(import.meta.url)
  const suffix = process.platform === 'win32' ? '-msvc' : ''
  try {
    return require(`@napi-rs/keyring-${process.platform}-${process.arch}${suffix}`)
  } catch {
    try {
      return require('@napi-rs/keyring')
    } catch (error) {
      throw new OdLinkError('keychain', 'The keychain module does not load on this machine.', {
        hint: `npm install --global od-link\n(with this node: ${process.version}, ${process.arch})`,
        cause: error,
      })
    }
  }
}
