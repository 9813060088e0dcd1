import { existsSync } from 'node:fs'
import { OdLinkError } from '../errors.ts'
import { keychainService } from '../settings.ts'
import { keychainTrouble, noSessionBus } from './keychain-trouble.ts'
import { type Entries, inPieces } from './pieces.ts'
import type { Store } from './store.ts'

/** Windows keeps 2,560 bytes an entry; the others have no limit that a record reaches. */
const entryLimit = process.platform === 'win32' ? 2560 : Number.POSITIVE_INFINITY

/** A person at a terminal may have to unlock the keychain first; without one, nobody is there to do it. */
const waitMs = process.stderr.isTTY ? 30_000 : 3_000

/** The entries of a keychain, with their names. */
export interface KeychainEntries extends Entries {
  list: () => Promise<string[]>
}

/**
 * Links in the keychain of the operating system: Keychain on macOS, Credential Manager on Windows, the Secret
 * Service on Linux. Every call is bounded; nothing falls back to another store.
 */
export async function keychainStore(): Promise<Store> {
  const keychain = process.platform === 'linux' ? await onSecretService() : await onNativeModule()
  const entries = inPieces(keychain, entryLimit)
  return {
    label: 'The keychain',
    read: (item) => explained(async () => (await entries.get(item))?.toString('utf8')),
    write: (item, text) => explained(() => entries.set(item, Buffer.from(text))),
    remove: (item) => explained(() => entries.delete(item)),
    list: () => explained(() => keychain.list()),
  }
}

async function onSecretService(): Promise<KeychainEntries> {
  const { secretService } = await import('./secret-service.ts')
  return secretService(await sessionBusSocket(), keychainService(), waitMs)
}

async function onNativeModule(): Promise<KeychainEntries> {
  const { nativeKeychain } = await import('./native-keychain.ts')
  return nativeKeychain(keychainService(), waitMs)
}

async function explained<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw error instanceof OdLinkError ? error : keychainTrouble(error as Error)
  }
}

/**
 * Finds the session bus. Over SSH and in cron the variable is often unset although the user's bus runs at its
 * standard address. od-link never starts a bus: what such a bus keeps is lost with it.
 */
async function sessionBusSocket(): Promise<string> {
  const address = process.env.DBUS_SESSION_BUS_ADDRESS
  if (!address) {
    const standard = `/run/user/${process.getuid?.()}/bus`
    if (existsSync(standard)) return standard
    throw noSessionBus()
  }
  const { socketOf } = await import('./dbus.ts')
  const socket = socketOf(address)
  if (socket) return socket
  throw new OdLinkError(
    'keychain',
    'DBUS_SESSION_BUS_ADDRESS names no Unix socket, so the keychain is out of reach.',
    {
      hint: 'unset DBUS_SESSION_BUS_ADDRESS',
    },
  )
}
