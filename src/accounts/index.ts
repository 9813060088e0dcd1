import { OdLinkError } from '../errors.ts'
import type { Patience } from '../http/retry.ts'
import type { LinkRecord } from '../identity/link.ts'
import { changeStateFile, readStateFile } from '../settings/json-file.ts'
import { commandLine } from '../text/shell-quote.ts'
import type { Account, Index } from './account.ts'
import { parseRecord } from './link-record.ts'
import { openStore } from './stores/index.ts'

const indexFile = 'accounts'

/**
 * The linked accounts, in the order in which they were linked.
 * @throws OdLinkError (usage) when the index cannot be read.
 */
export function listAccounts(): Account[] {
  return readIndex().accounts ?? []
}

/**
 * The account that `use` chose, or the only one.
 * @throws OdLinkError (usage) when the index cannot be read.
 */
export function defaultAccount(): Account | undefined {
  return defaultOf(readIndex())
}

function defaultOf({ accounts = [], default: chosen }: Index): Account | undefined {
  return accounts.find(({ id }) => id === chosen) ?? (accounts.length === 1 ? accounts[0] : undefined)
}

/**
 * Finds the account that a command is to use, without touching the store or the network.
 * @param wanted a short name, an address or `tid.oid`; else `OD_LINK_ACCOUNT`, else the default account.
 * @throws OdLinkError (sign-in) when it matches none or several; the message lists what there is.
 */
export function findAccount(wanted = process.env.OD_LINK_ACCOUNT || undefined): Account {
  if (wanted === '') throw new OdLinkError('usage', 'The account is empty.', { hint: 'od-link status' })
  const index = readIndex()
  const { accounts = [] } = index
  if (accounts.length === 0) {
    throw new OdLinkError('sign-in', 'No OneDrive is linked.', { hint: 'od-link login' })
  }
  if (!wanted) {
    const account = defaultOf(index)
    if (account) return account
    throw new OdLinkError(
      'sign-in',
      `Several accounts are linked, and none is the default. ${inventory(accounts)}`,
      {
        hint:
          commandLine(['od-link', 'use', accounts[0]?.name ?? String(accounts[0]?.id)]) ?? 'od-link status',
      },
    )
  }
  const same = (text: string | undefined) => text?.toLowerCase() === wanted.toLowerCase()
  // A short name wins over an address: it was given in order to tell accounts apart.
  const named = accounts.filter(({ name, id }) => same(name) || same(id))
  const found = named.length > 0 ? named : accounts.filter(({ username }) => same(username))
  if (found.length === 1) return found[0] as Account
  const what = found.length === 0 ? 'No linked account is called' : 'More than one linked account is called'
  throw new OdLinkError('sign-in', `${what} "${wanted}". ${inventory(accounts)}`, {
    hint: found.length === 0 ? 'od-link status' : `Name it by its id: --account ${found[0]?.id}`,
  })
}

function inventory(accounts: Account[]): string {
  const described = accounts.map(
    ({ name, username, id, kind }) => `${name ? `${name} = ` : ''}${username} (${kind}, ${id})`,
  )
  return `Linked: ${described.join('; ')}.`
}

/** The account as the index has it now: it may have been moved to another store since it was found. */
export function accountNow(account: Account): Account {
  return listAccounts().find(({ id }) => id === account.id) ?? account
}

/**
 * Reads the record of a link, from where the index says by now when it is not where the account says.
 * @throws OdLinkError (sign-in) when there is none, (keychain) when it is there but cannot be read.
 */
export async function readLink(account: Account): Promise<LinkRecord> {
  const text = await (await openStore(account.store)).read(account.id)
  if (text === undefined) {
    const now = accountNow(account)
    if (now.store !== account.store) return readLink(now)
    throw new OdLinkError(
      'sign-in',
      `${account.username} is not linked any more: its tokens are gone from the store (${account.store}).`,
      {
        hint: 'od-link login',
      },
    )
  }
  return parseRecord(text, account.id)
}

/** Runs work while holding the lock that everyone holds who changes this link. */
export async function holdingLink<T>(id: string, work: () => Promise<T>, patience?: Patience): Promise<T> {
  return holding(await lockOf(id), work, patience)
}

/**
 * The name of a link's lock. No lock can be removed safely (lock.ts), so its name must not tell whose it was. Two digits
 * of a digest fit anyone. One link in 256 shares its lock with a given other one, and then they only take turns.
 */
async function lockOf(id: string): Promise<string> {
  const { createHash } = await import('node:crypto')
  return `link ${createHash('sha256').update(id).digest('hex').slice(0, 2)}`
}

/** Keeps a renewed record of a link that is there. Call it while holding the link. */
export async function writeLink(account: Account, record: LinkRecord): Promise<void> {
  await (await openStore(account.store)).write(record.id, JSON.stringify(record))
}

/**
 * Makes sure, before Microsoft is asked for new tokens, that they could be saved.
 * @throws OdLinkError (keychain) when the store of this link is known to be one that cannot be written to.
 */
export async function refuseReadOnly(account: Account): Promise<void> {
  await (await openStore(account.store)).refuseIfReadOnly?.()
}

/**
 * Makes an account the one that commands use without `--account`.
 * @throws OdLinkError (usage) when the index cannot be written, (service) when its lock could not be had in time.
 */
export async function makeDefault(account: Account): Promise<void> {
  await changeIndex((index) => {
    index.default = account.id
  })
}

/**
 * Changes what the index keeps of an account; one that is not there any more stays away.
 * @throws OdLinkError (usage) when the index cannot be written, (service) when its lock could not be had in time.
 */
export async function changeAccount(
  id: string,
  change: (account: Account) => void,
  patience?: Patience,
): Promise<void> {
  await changeIndex(({ accounts = [] }) => {
    const account = accounts.find((account) => account.id === id)
    if (account) change(account)
  }, patience)
}

/** @throws OdLinkError (usage) when the file is not the index that od-link writes. */
function readIndex(): Index {
  const index = readStateFile<Index>(indexFile)
  const { accounts = [] } = index
  const whole = Array.isArray(accounts) && accounts.every((account) => account?.id && account.username)
  if (whole) return index
  throw new OdLinkError('usage', 'The index of accounts (accounts.json) is damaged.', {
    hint: 'od-link login\n(after you moved that file out of the settings directory)',
  })
}

/**
 * Changes the index in one step.
 * @throws OdLinkError (usage) when it cannot be written, (service) when its lock could not be had in time.
 */
export async function changeIndex(change: (index: Index) => void, patience?: Patience): Promise<void> {
  await holding('index', () => changeStateFile(indexFile, change), patience)
}

/** The lock is loaded when it is needed: most commands only read. */
async function holding<T>(name: string, work: () => Promise<T>, patience?: Patience): Promise<T> {
  const { withLock } = await import('../settings/lock.ts')
  return withLock(name, work, patience)
}
