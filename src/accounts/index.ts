import { OdLinkError } from '../errors.ts'
import { changeStateFile, readStateFile } from '../settings.ts'
import { type LinkRecord, parseRecord } from './record.ts'
import { openStore } from './stores.ts'

/**
 * The linked accounts. The index (a plain file) says who is linked, without a secret; the record of each link is
 * in the store. A link counts as there only when both are: the record is written before its index entry, and an
 * entry whose record is gone is told apart as signed out.
 */
export interface Account {
  /** `tid.oid`. */
  id: string
  username: string
  displayName: string
  kind: 'work' | 'personal'
  /** The short name given with `login --as`. */
  name?: string
}

interface Index {
  accounts?: Account[]
  /** The account that a command without `--account` uses. */
  default?: string
}

const indexFile = 'accounts'

export function listAccounts(): Account[] {
  return readStateFile<Index>(indexFile).accounts ?? []
}

/** The account that `use` chose, or the only one. */
export function defaultAccount(): Account | undefined {
  const { accounts = [], default: chosen } = readStateFile<Index>(indexFile)
  return accounts.find(({ id }) => id === chosen) ?? (accounts.length === 1 ? accounts[0] : undefined)
}

/** What to pass to `--account` for this account. */
export function labelOf(account: Account): string {
  return account.name ?? account.username
}

/**
 * Finds the account that a command is to use, without touching the store or the network.
 * @param wanted a short name, an address or `tid.oid`; else `OD_LINK_ACCOUNT`, else the default account.
 * @throws OdLinkError (sign-in) when it matches none or several; the message lists what there is.
 */
export function findAccount(wanted = process.env.OD_LINK_ACCOUNT): Account {
  const accounts = listAccounts()
  if (accounts.length === 0) {
    throw new OdLinkError('sign-in', 'No OneDrive is linked.', { hint: 'od-link login' })
  }
  if (!wanted) {
    const account = defaultAccount()
    if (account) return account
    throw new OdLinkError(
      'sign-in',
      `Several accounts are linked, and none is the default.${inventory(accounts)}`,
      {
        hint: `od-link use ${labelOf(accounts[0] as Account)}`,
      },
    )
  }
  const same = (text: string | undefined) => text?.toLowerCase() === wanted.toLowerCase()
  // A short name wins over an address: it was given in order to tell accounts apart.
  const named = accounts.filter(({ name, id }) => same(name) || same(id))
  const found = named.length > 0 ? named : accounts.filter(({ username }) => same(username))
  if (found.length === 1) return found[0] as Account
  const what = found.length === 0 ? 'No linked account is called' : 'More than one linked account is called'
  throw new OdLinkError('sign-in', `${what} "${wanted}".${inventory(accounts)}`, {
    hint: found.length === 0 ? 'od-link status' : `Name it by its id: --account ${found[0]?.id}`,
  })
}

function inventory(accounts: Account[]): string {
  const lines = accounts.map(
    ({ name, username, id, kind }) => `  ${name ? `${name}: ` : ''}${username} (${kind}, ${id})`,
  )
  return `\nLinked are:\n${lines.join('\n')}`
}

/**
 * Reads the record of a link.
 * @throws OdLinkError (sign-in) when there is none, (keychain) when it is there but cannot be read.
 */
export async function readLink(account: Account): Promise<LinkRecord> {
  const text = await (await openStore()).read(account.id)
  if (text === undefined) {
    throw new OdLinkError(
      'sign-in',
      `${account.username} is not linked any more: its tokens are gone from the store.`,
      {
        hint: 'od-link login',
      },
    )
  }
  return parseRecord(text, account.id)
}

/** The lock that everyone holds who changes a link. */
export function holdingLink<T>(id: string, work: () => Promise<T>): Promise<T> {
  return holding(`link ${id}`, work)
}

/** Keeps a renewed record of a link that is there. Call it while holding the link. */
export async function writeLink(record: LinkRecord): Promise<void> {
  await (await openStore()).write(record.id, JSON.stringify(record))
}

/**
 * Adds a link, or replaces the one of the same person: record first, read back, then the index.
 * @throws OdLinkError (keychain) when the store does not give back what it was given, (usage) when another
 *   person's account has that short name: scripts that use it must not meet another drive one day.
 */
export async function addLink(record: LinkRecord, name: string | undefined): Promise<Account> {
  return holdingLink(record.id, async () => {
    if (name !== undefined) refuseTakenName(name, record.id)
    const store = await openStore()
    const text = JSON.stringify(record)
    await store.write(record.id, text)
    if ((await store.read(record.id)) !== text) {
      throw new OdLinkError('keychain', `${store.label} accepted the tokens, but does not give them back.`, {
        hint: 'Check its state with its own program, or keep links in files: OD_LINK_STORE=file od-link login',
      })
    }
    const { id, username, displayName, kind } = record
    const known = listAccounts().find((account) => account.id === id)
    const shortName = name ?? known?.name
    const account: Account = { id, username, displayName, kind, ...(shortName ? { name: shortName } : {}) }
    await changeIndex((index) => {
      const others = (index.accounts ?? []).filter((other) => other.id !== id)
      index.accounts = [...others, account]
      index.default ??= id
    })
    return account
  })
}

function refuseTakenName(name: string, id: string): void {
  const owner = listAccounts().find((account) => account.name?.toLowerCase() === name.toLowerCase())
  if (!owner || owner.id === id) return
  throw new OdLinkError(
    'usage',
    `The short name "${name}" belongs to ${owner.username}, so nothing was linked.`,
    {
      hint: `Choose another name, or remove that link first: od-link logout ${name}`,
    },
  )
}

/** Removes a link with every piece of it; needs no network, and an absent one is fine. */
export async function removeLink(account: Account): Promise<void> {
  await holdingLink(account.id, async () => {
    await (await openStore()).remove(account.id)
    await changeIndex((index) => {
      index.accounts = (index.accounts ?? []).filter(({ id }) => id !== account.id)
      if (index.default === account.id) delete index.default
    })
  })
}

/** Makes an account the one that commands use without `--account`. */
export async function makeDefault(account: Account): Promise<void> {
  await changeIndex((index) => {
    index.default = account.id
  })
}

async function changeIndex(change: (index: Index) => void): Promise<void> {
  await holding('index', () => changeStateFile(indexFile, change))
}

/** The lock is loaded when it is needed: most commands only read. */
async function holding<T>(name: string, work: () => Promise<T>): Promise<T> {
  const { withLock } = await import('./lock.ts')
  return withLock(name, work)
}
