import { OdLinkError } from '../errors.ts'
import { setting } from '../settings.ts'
import type { Store } from './store.ts'

/** The stores. One more is one file and one line here. */
const stores = {
  keychain: async () => (await import('./keychain.ts')).keychainStore(),
  file: async () => (await import('./file.ts')).fileStore(),
} as const satisfies Record<string, () => Promise<Store>>

export type StoreName = keyof typeof stores

/** The names that `OD_LINK_STORE` and `config set store` accept. */
export const storeNames = Object.keys(stores) as StoreName[]

/**
 * The store for new links: `OD_LINK_STORE`, else the setting, else the keychain. It never falls back by itself:
 * tokens must not end in a plain file because a keychain was locked for a minute.
 * @throws OdLinkError (usage) when there is no such store.
 */
export function chosenStore(): StoreName {
  return checkStoreName(setting('store') ?? 'keychain')
}

/** @throws OdLinkError (usage) when there is no store of that name. */
export function checkStoreName(name: string): StoreName {
  const known = storeNames.find((known) => known === name)
  if (known) return known
  throw new OdLinkError('usage', `There is no store "${name}".`, {
    hint: `OD_LINK_STORE is one of: ${storeNames.join(', ')}`,
  })
}

/** Opens a store by its name: the one that an account names, or the one for new links. */
export function openStore(name: StoreName = chosenStore()): Promise<Store> {
  return stores[name]()
}
