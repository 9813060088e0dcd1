import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AsyncEntry } from '@napi-rs/keyring'
import { OdLinkError } from '../errors.ts'
import { notices } from '../notices.ts'
import { keychainService } from '../settings.ts'
import { type Entries, inPieces } from './pieces.ts'
import type { Store } from './store.ts'

/** Windows keeps 2,560 bytes an entry; the others have no limit that a record reaches. */
const entryLimit = process.platform === 'win32' ? 2560 : Number.POSITIVE_INFINITY

/** How long one call may take: a person at a terminal may have to unlock the keychain first. */
const limitMs = () => (process.stderr.isTTY ? 30_000 : 3_000)
const tellAfterMs = 1_000

/**
 * Links in the keychain of the operating system: Keychain on macOS, Credential Manager on Windows, the Secret
 * Service on Linux. Every call is bounded; nothing falls back to another store.
 */
export function keychainStore(): Store {
  const entries = inPieces(keyringEntries(keychainService()), entryLimit)
  return {
    label: 'The keychain',
    read: async (item) => (await entries.get(item))?.toString('utf8'),
    write: (item, text) => entries.set(item, Buffer.from(text)),
    remove: (item) => entries.delete(item),
  }
}

function keyringEntries(service: string): Entries {
  const Entry = loadKeyring()
  // Without this pin the module would use the kernel's keyring where no Secret Service answers, without a word;
  // that one forgets everything at the next start of the machine.
  const entry = (name: string) => new Entry(service, name, { linux: { store: 'secret-service' } })
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
        const limit = limitMs()
        if (limit > tellAfterMs) {
          after(tellAfterMs, () =>
            notices.waiting(`Waiting for the keychain to be unlocked (up to ${limit / 1000} s) …`),
          )
        }
        after(limit, () => reject(new Error(`no answer within ${limit / 1000} s`)))
      }),
    ])
  } catch (error) {
    throw keychainTrouble(error as Error)
  } finally {
    for (const timer of timers) clearTimeout(timer)
  }
}

type Keyring = { AsyncEntry: typeof AsyncEntry }

/**
 * The native module, loaded when the first link is read: `--help` works where it will not load. The platform's
 * own file is tried first, because the package's loader takes 5 ms to find it.
 */
function loadKeyring(): typeof AsyncEntry {
  if (process.platform === 'linux') findSessionBus()
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
 * Over SSH and in cron the variable is often unset although the user's bus runs at its standard address.
 * od-link never starts a bus: what such a bus keeps is lost with it.
 */
function findSessionBus(): void {
  if (process.env.DBUS_SESSION_BUS_ADDRESS) return
  const path = `/run/user/${process.getuid?.()}/bus`
  if (existsSync(path)) {
    process.env.DBUS_SESSION_BUS_ADDRESS = `unix:path=${path}`
    return
  }
  throw new OdLinkError('keychain', 'There is no keychain here: no D-Bus session is running for this user.', {
    hint: 'Log in to a desktop or run: loginctl enable-linger "$USER"   (or keep links in files: OD_LINK_STORE=file)',
  })
}

function keychainTrouble(error: Error): OdLinkError {
  return new OdLinkError('keychain', `The keychain cannot be used: ${error.message}.`, {
    hint: 'Unlock it, or start its service (on Linux gnome-keyring or KWallet), and try again.',
    cause: error,
  })
}
