import { existsSync } from 'node:fs'
import { OdLinkError } from '../../../errors.ts'
import { keychainService } from '../../../settings/directory.ts'
import type { KeychainEntries } from '../entries.ts'
import { waitMs } from '../limits.ts'
import type { Store } from '../store.ts'
import type { NativeOptions } from './native.ts'

/** Windows keeps 2,560 bytes an entry; the others have no limit that a record reaches. */
const windowsLimit = 2560

/**
 * Links in the keychain of the operating system: Keychain on macOS, Credential Manager on Windows, the Secret
 * Service on Linux. Every call is bounded; nothing falls back to another store.
 * @param machine the platform, and what tests put in the place of its module.
 */
export async function keychainStore(machine: NativeOptions = { platform: process.platform }): Promise<Store> {
  const keychain = machine.platform === 'linux' ? await onSecretService() : await onNativeModule(machine)
  // macOS may ask the person at each access, so nothing is read there that is not needed.
  const entries =
    machine.platform === 'win32' ? (await import('../chunks.ts')).inChunks(keychain, windowsLimit) : keychain
  const explained = async <T>(call: () => Promise<T>) => {
    try {
      return await call()
    } catch (error) {
      const { keychainTrouble } = await import('./errors.ts')
      throw keychainTrouble(error as Error, machine.platform)
    }
  }
  return {
    name: 'keychain',
    label: 'The keychain',
    mayForget: true,
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

async function onNativeModule(machine: NativeOptions): Promise<KeychainEntries> {
  const { nativeKeychain } = await import('./native.ts')
  return nativeKeychain(keychainService(), machine)
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
    throw (await import('./errors.ts')).noSessionBus()
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
