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
