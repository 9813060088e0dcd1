import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { OdLinkError } from '../../../errors.ts'
import { keychainService } from '../../../settings/directory.ts'
import { environment } from '../../../settings/environment.ts'
import type { Entries, ListedEntries } from '../entries.ts'
import { storeLimitMs } from '../limits.ts'
import type { Store } from '../store.ts'
import type { NativeOptions } from './native.ts'

/** Windows stores at most 2,560 bytes per entry; on other systems a record never reaches the limit. */
const windowsLimit = 2560

/**
 * Saves links in the operating system's keychain: Keychain on macOS, Credential Manager on Windows, the Secret Service on
 * Linux. Every call has a time limit, and there is no fallback to another store.
 * @param machine the platform, and replacements for tests.
 */
export async function keychainStore(machine: NativeOptions = { platform: process.platform }): Promise<Store> {
  const keychain = machine.platform === 'linux' ? await onSecretService() : await onNativeModule(machine)
  const { entries, encode, decode } =
    machine.platform === 'win32' ? await asWindowsNeedsIt(keychain) : asIs(keychain)
  const withErrors = async <T>(call: () => Promise<T>) => {
    try {
      return await call()
    } catch (error) {
      const { keychainError } = await import('./errors.ts')
      throw keychainError(error as Error, machine.platform)
    }
  }
  return {
    name: 'keychain',
    label: 'The keychain',
    mayForget: true,
    read: (item) =>
      withErrors(async () => {
        const value = await entries.get(item)
        return value && decode(value)
      }),
    write: (item, text) => withErrors(() => entries.set(item, encode(text))),
    remove: (item) => withErrors(() => entries.delete(item)),
    list: () => withErrors(() => keychain.list()),
    ...(machine.platform === 'linux' ? { program: programInUse } : {}),
  }
}

interface Format {
  entries: Entries
  encode: (text: string) => Buffer
  decode: (value: Buffer) => string
}

/** macOS may ask the person at each access, so only what is needed is read. */
function asIs(entries: Entries): Format {
  return { entries, encode: (text) => Buffer.from(text), decode: (value) => value.toString('utf8') }
}

async function asWindowsNeedsIt(keychain: ListedEntries): Promise<Format> {
  const [{ inChunks }, { toWindows, fromWindows }] = await Promise.all([
    import('../chunks.ts'),
    import('./windows-text.ts'),
  ])
  return { entries: inChunks(keychain, windowsLimit), encode: toWindows, decode: fromWindows }
}

async function onSecretService(): Promise<ListedEntries> {
  const { secretService } = await import('./secret-service.ts')
  return secretService(await sessionBusSocket(), keychainService(), storeLimitMs())
}

/** Only a report needs it, so a failure here is not one of the keychain. */
async function programInUse(): Promise<string | undefined> {
  const { secretServiceProgram } = await import('./secret-service-program.ts')
  try {
    return await secretServiceProgram(await sessionBusSocket())
  } catch {
    return undefined
  }
}

async function onNativeModule(machine: NativeOptions): Promise<ListedEntries> {
  const { nativeKeychain } = await import('./native.ts')
  return nativeKeychain(keychainService(), machine)
}

/**
 * Finds the session bus. Over SSH and in cron jobs the variable is often unset although the user's bus runs at its standard
 * address. od-link never starts a bus, because the keyring of such a bus is lost when it ends.
 */
async function sessionBusSocket(): Promise<string> {
  const { DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: runtime } = environment()
  if (!address) {
    const folders = [...(runtime ? [runtime] : []), `/run/user/${process.getuid?.()}`]
    const standard = folders.map((folder) => join(folder, 'bus')).find((path) => existsSync(path))
    if (standard) return standard
    throw (await import('./errors.ts')).noSessionBus()
  }
  const { socketOf } = await import('./dbus.ts')
  const socket = socketOf(address)
  if (socket) return socket
  throw new OdLinkError(
    'keychain',
    'The keychain cannot be reached, because DBUS_SESSION_BUS_ADDRESS is not the address of a Unix socket.',
    { reason: 'keychain-missing', next: ['unset DBUS_SESSION_BUS_ADDRESS'] },
  )
}
