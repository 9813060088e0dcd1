import { OdLinkError } from '../../errors.ts'
import { notices } from '../../notices.ts'
import { setting } from '../../settings/index.ts'
import type { Store } from './store.ts'

interface Kind {
  /** How people write its name. */
  written: string
  /** @param name what follows the colon, as in `helper:pass`. */
  open: (name: string) => Promise<Store>
  /** What people should know before they save tokens there. */
  caution?: string
}

/** The stores. To add one: a file here and a line in this table. */
const stores = {
  keychain: { written: 'keychain', open: async () => (await import('./keychain/index.ts')).keychainStore() },
  file: {
    written: 'file',
    open: async () => (await import('./file.ts')).fileStore(),
    caution: 'Links in files are not encrypted. Anyone with a copy of the files can use the drive.',
  },
  encrypted: {
    written: 'encrypted',
    open: async () => (await import('./encrypted/index.ts')).encryptedStore(),
  },
  helper: {
    written: 'helper:NAME',
    open: async (name) => (await import('./helper/index.ts')).helperStore(name),
  },
} as const satisfies Record<string, Kind>

export type StoreName = 'keychain' | 'file' | 'encrypted' | `helper:${string}`

/** The stores' names for hints: `keychain`, `file`, `encrypted`, `helper:NAME`. */
export const storesAsWritten = Object.values(stores).map(({ written }) => written)

/**
 * The store for new links: `OD_LINK_STORE`, then the setting, then the keychain. There is no fallback: tokens must not end up
 * in a plain file only because a keychain was locked for a minute.
 * @throws OdLinkError (usage) when there is no such store.
 */
export function chosenStore(): StoreName {
  return checkStoreName(setting('store') ?? 'keychain')
}

/** @throws OdLinkError (usage) when there is no store of that name. */
export function checkStoreName(name: string): StoreName {
  parseStoreName(name)
  return name as StoreName
}

/**
 * Opens a store: by default the one for new links.
 * @throws OdLinkError (keychain) when this machine does not have it, (usage) for an unknown name.
 */
export function openStore(name: StoreName = chosenStore()): Promise<Store> {
  const { kind, rest } = parseStoreName(name)
  return stores[kind].open(rest)
}

/** Shows what people should know about a store, when it is chosen or gets its first link. */
export function warnAboutStore(name: StoreName): void {
  const { caution }: Kind = stores[parseStoreName(name).kind]
  if (caution) notices.warning(caution)
}

/** The name of a helper becomes part of a program's name, so it must not contain a path. */
const helperName = /^[\w.-]{1,64}$/

function isWithoutName(kind: string): kind is Exclude<keyof typeof stores, 'helper'> {
  return kind !== 'helper' && Object.hasOwn(stores, kind)
}

function parseStoreName(name: string): { kind: keyof typeof stores; rest: string } {
  const [kind = '', ...more] = name.split(':')
  const rest = more.join(':')
  if (kind === 'helper' && helperName.test(rest)) return { kind, rest }
  if (isWithoutName(kind) && more.length === 0) return { kind, rest }
  const example = 'For example, helper:pass runs docker-credential-pass. A name has no slash.'
  throw new OdLinkError('usage', `There is no store "${name}".`, {
    reason: 'invalid-value',
    next: [`Use one of: ${storesAsWritten.join(', ')}`, ...(kind === 'helper' ? [example] : [])],
  })
}
