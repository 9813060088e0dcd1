import { randomBytes } from 'node:crypto'
import { OdLinkError } from '../errors.ts'
import { setting } from '../settings.ts'
import type { Store } from './store.ts'

/** The stores. One more is one file and one line here. */
const stores = {
  keychain: async () => (await import('./keychain.ts')).keychainStore(),
  file: async () => (await import('./file.ts')).fileStore(),
} as const satisfies Record<string, () => Promise<Store>>

/** The names that `OD_LINK_STORE` and `config set store` accept. */
export const storeNames = Object.keys(stores)

/**
 * The store that is chosen: `OD_LINK_STORE`, else the setting, else the keychain. It never falls back by itself:
 * tokens must not end in a plain file because a keychain was locked for a minute.
 */
export async function openStore(): Promise<Store> {
  const name = setting('store') ?? 'keychain'
  const open = stores[name as keyof typeof stores]
  if (!open) {
    throw new OdLinkError('usage', `There is no store "${name}".`, {
      hint: `OD_LINK_STORE is one of: ${storeNames.join(', ')}`,
    })
  }
  return open()
}

/**
 * Proves that the store keeps what it is given, with an item that is written, read and removed again.
 * @throws OdLinkError (keychain) when it does not.
 */
export async function probeStore(store: Store): Promise<void> {
  const item = `probe ${randomBytes(8).toString('hex')}`
  const text = randomBytes(16).toString('hex')
  await store.write(item, text)
  try {
    if ((await store.read(item)) === text) return
    throw new OdLinkError('keychain', `${store.label} does not give back what was written to it.`, {
      hint: 'Check its state with its own program, or keep links in files: OD_LINK_STORE=file od-link login',
    })
  } finally {
    await store.remove(item)
  }
}
