import { OdLinkError } from '../../errors.ts'
import { notices } from '../../notices.ts'
import { setting } from '../../settings/index.ts'
import type { Store } from './store.ts'

interface Kind {
  /** How a person writes its name. */
  written: string
  /** What follows a colon, as in `helper:pass`, is handed to it. */
  open: (name: string) => Promise<Store>
  /** What a person should know before tokens are put there. */
  caution?: string
}

/** The stores. One more is one file and one line here. */
const stores = {
  keychain: { written: 'keychain', open: async () => (await import('./keychain/index.ts')).keychainStore() },
  file: {
    written: 'file',
    open: async () => (await import('./file.ts')).fileStore(),
    caution: 'Links in files are not encrypted: whoever gets a copy of them can use the drive.',
  },
  helper: {
    written: 'helper:NAME',
    open: async (name) => (await import('./helper/index.ts')).helperStore(name),
  },
} as const satisfies Record<string, Kind>

export type StoreName = 'keychain' | 'file' | `helper:${string}`

/** How the stores are written, for hints: `keychain`, `file`, `helper:NAME`. */
export const storesAsWritten = Object.values(stores).map(({ written }) => written)

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
  parseStoreName(name)
  return name as StoreName
}

/**
 * Opens a store by its name: the one that an account names, or the one for new links.
 * @throws OdLinkError (keychain) when there is none here, (usage) for a name that is none.
 */
export function openStore(name: StoreName = chosenStore()): Promise<Store> {
  const { kind, rest } = parseStoreName(name)
  return stores[kind].open(rest)
}

/** Tells a person what to know about a store that is chosen, or that gets its first link. */
export function caution(name: StoreName): void {
  const { caution }: Kind = stores[parseStoreName(name).kind]
  if (caution) notices.warning(caution)
}

/** The name of a helper becomes part of a program's name, and must not lead to another place. */
const helperName = /^[\w.-]{1,64}$/

function parseStoreName(name: string): { kind: keyof typeof stores; rest: string } {
  const [kind = '', ...more] = name.split(':')
  const rest = more.join(':')
  if (kind === 'helper' && helperName.test(rest)) return { kind, rest }
  if ((kind === 'keychain' || kind === 'file') && more.length === 0) return { kind, rest }
  const example = kind === 'helper' ? '\nhelper:pass runs docker-credential-pass; a name has no slash' : ''
  throw new OdLinkError('usage', `There is no store "${name}".`, {
    hint: `It is one of: ${storesAsWritten.join(', ')}${example}`,
  })
}
