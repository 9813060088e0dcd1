import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AsyncEntry } from '@napi-rs/keyring'
import { OdLinkError, StuckCall } from '../errors.ts'
import { notices } from '../notices.ts'
import { keychainService } from '../settings.ts'
import { keychainTrouble, noSessionBus } from './keychain-trouble.ts'
import { type Entries, inPieces } from './pieces.ts'
import type { Store } from './store.ts'

/** Windows keeps 2,560 bytes an entry; the others have no limit that a record reaches. */
const entryLimit = process.platform === 'win32' ? 2560 : Number.POSITIVE_INFINITY

/** How long one call may take: a person at a terminal may have to unlock the keychain first. */
const limitMs = process.stderr.isTTY ? 30_000 : 3_000
const tellAfterMs = 1_000

/**
 * Links in the keychain of the operating system: Keychain on macOS, Credential Manager on Windows, the Secret
 * Service on Linux. Every call is bounded; nothing falls back to another store.
 */
export function keychainStore(): Store {
  const native = nativeEntries(keychainService())
  const entries = inPieces(process.platform === 'linux' ? onSecretService(native) : native, entryLimit)
  return {
    label: 'The keychain',
    read: async (item) => (await entries.get(item))?.toString('utf8'),
    write: (item, text) => entries.set(item, Buffer.from(text)),
    remove: (item) => entries.delete(item),
  }
}

/**
 * On Linux od-link asks the Secret Service itself before it lets the native module write: the module would wait
 * for an unlock prompt without a bound. Reading, which every command does, stays on that connection and spares
 * the module altogether.
 */
function onSecretService(native: Entries): Entries {
  const serviceName = keychainService()
  const unlocked = async () => {
    const { unlockDefaultCollection } = await import('./secret-service.ts')
    const socket = await sessionBusSocket()
    if (socket) await bounded(() => unlockDefaultCollection(socket, limitMs))
  }
  return {
    async get(name) {
      const { readSecret } = await import('./secret-service.ts')
      const socket = await sessionBusSocket()
      if (!socket) return native.get(name)
      return bounded(() => readSecret(socket, { service: serviceName, username: name }, limitMs))
    },
    async set(name, value) {
      await unlocked()
      await native.set(name, value)
    },
    async delete(name) {
      await unlocked()
      await native.delete(name)
    },
  }
}

function nativeEntries(service: string): Entries {
  // Without the pin the module would use the kernel's keyring where no Secret Service answers, without a word;
  // that one forgets everything at the next start of the machine.
  const entry = (name: string) => new (loadKeyring())(service, name, { linux: { store: 'secret-service' } })
  return {
    get: async (name) => {
      const secret = await bounded(() => entry(name).getSecret())
      return secret ? Buffer.from(secret) : undefined
    },
    set: (name, value) => bounded(() => entry(name).setSecret(value)),
    delete: async (name) => {
      await bounded(() => entry(name).deleteCredential())
    },
  }
}

/** Runs one call to the keychain within its limit, and tells a person at the terminal what it waits for. */
async function bounded<T>(call: () => Promise<T>): Promise<T> {
  const timers: NodeJS.Timeout[] = []
  const after = (ms: number, then: () => void) => timers.push(setTimeout(then, ms))
  try {
    return await Promise.race([
      call(),
      new Promise<never>((_, reject) => {
        after(tellAfterMs, () => notices.waiting('Waiting for the keychain …'))
        // A little more than an unlock prompt gets, which tells better what it waited for.
        after(limitMs + 200, () => reject(new StuckCall(`it did not answer within ${limitMs / 1000} s`)))
      }),
    ])
  } catch (error) {
    throw error instanceof OdLinkError ? error : keychainTrouble(error as Error)
  } finally {
    for (const timer of timers) clearTimeout(timer)
  }
}

type Keyring = { AsyncEntry: typeof AsyncEntry }

/**
 * The native module, loaded when it is first needed: `--help` works where it will not load. The platform's own
 * file is tried first, because the package's loader takes 5 ms to find it.
 */
function loadKeyring(): typeof AsyncEntry {
  const require = createRequire(import.meta.url)
  const libc = process.platform === 'linux' ? '-gnu' : process.platform === 'win32' ? '-msvc' : ''
  try {
    return (require(`@napi-rs/keyring-${process.platform}-${process.arch}${libc}`) as Keyring).AsyncEntry
  } catch {
    try {
      return (require('@napi-rs/keyring') as Keyring).AsyncEntry
    } catch (error) {
      throw new OdLinkError('keychain', 'The keychain module does not load on this machine.', {
        hint: `Install od-link again with this node (${process.version}, ${process.arch}), or keep links in files: OD_LINK_STORE=file`,
        cause: error,
      })
    }
  }
}

/**
 * Finds the session bus. Over SSH and in cron the variable is often unset although the user's bus runs at its
 * standard address. od-link never starts a bus: what such a bus keeps is lost with it.
 * @returns its socket, or nothing where it is no Unix socket and the native module has to do.
 */
async function sessionBusSocket(): Promise<string | undefined> {
  if (!process.env.DBUS_SESSION_BUS_ADDRESS) {
    const path = `/run/user/${process.getuid?.()}/bus`
    if (!existsSync(path)) throw noSessionBus()
    process.env.DBUS_SESSION_BUS_ADDRESS = `unix:path=${path}`
  }
  const { socketOf } = await import('./dbus.ts')
  return socketOf(process.env.DBUS_SESSION_BUS_ADDRESS)
}
