import { OdLinkError } from '../errors.ts'
import type { Patience } from '../http/retry.ts'
import type { LinkRecord } from '../identity/link.ts'
import { variable } from '../settings/environment.ts'
import { setting } from '../settings/index.ts'
import { changeStateFile, readStateFile } from '../settings/json-file.ts'
import type { NextCommand, NextRun, NextStep } from '../text/next-step.ts'
import { type Account, type Index, labelOf } from './account.ts'
import { parseRecord, signInAgain } from './link-record.ts'
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
 * The account that `use` chose, or the only linked account.
 * @throws OdLinkError (usage) when the index cannot be read.
 */
export function defaultAccount(): Account | undefined {
  return defaultOf(readIndex())
}

function defaultOf({ accounts = [], default: chosen }: Index): Account | undefined {
  return accounts.find(({ id }) => id === chosen) ?? (accounts.length === 1 ? accounts[0] : undefined)
}

/**
 * Finds the account that a command uses, without reading the store or the network.
 * @param wanted a short name, an address or an ID (`tid.oid`); by default `OD_LINK_ACCOUNT`, then the default account.
 * @throws OdLinkError (sign-in) when no account or several match; the message lists the linked accounts.
 */
export function findAccount(wanted = variable('OD_LINK_ACCOUNT')): Account {
  if (wanted === '') {
    const next = [{ verb: 'status' }]
    throw new OdLinkError('usage', 'The account name is empty.', { reason: 'invalid-value', next })
  }
  const index = readIndex()
  const { accounts = [] } = index
  if (accounts.length === 0) {
    throw notLinked()
  }
  if (!wanted) {
    const account = defaultOf(index)
    if (account) return account
    throw new OdLinkError(
      'sign-in',
      `Several accounts are linked, and none is the default. ${inventory(accounts)}`,
      {
        reason: 'ambiguous-account',
        next: [{ verb: 'use', args: [accounts[0]?.name ?? String(accounts[0]?.id)] }],
      },
    )
  }
  const same = (text: string | undefined) => text?.toLowerCase() === wanted.toLowerCase()
  // A short name wins over an address, because people choose it to tell accounts apart.
  const named = accounts.filter(({ name, id }) => same(name) || same(id))
  const found = named.length > 0 ? named : accounts.filter(({ username }) => same(username))
  if (found.length === 1) return found[0] as Account
  if (found.length === 0) {
    const begun = accountBeginningWith(wanted)
    throw new OdLinkError('sign-in', `No linked account is called "${wanted}". ${inventory(accounts)}`, {
      reason: 'unknown-account',
      next: [
        ...(begun ? [{ intro: 'Did you mean:', flags: { account: accountFlag(begun) } }] : []),
        { verb: 'status', flags: { account: undefined } },
      ],
    })
  }
  const message = `More than one linked account is called "${wanted}". ${inventory(accounts)}`
  throw new OdLinkError('sign-in', message, {
    reason: 'ambiguous-account',
    next: [`Use its ID instead: --account ${found[0]?.id}`],
  })
}

/** The only account whose short name or address begins like this; undefined where there is none, or more than one. */
export function accountBeginningWith(wanted: string): Account | undefined {
  const begins = (text: string | undefined) => text?.toLowerCase().startsWith(wanted.toLowerCase())
  const [found, ...more] = listAccounts().filter(({ name, username }) => begins(name) || begins(username))
  return more.length === 0 ? found : undefined
}

/** The error when there is no link. */
export function notLinked(): OdLinkError {
  return new OdLinkError('sign-in', 'No OneDrive is linked.', { reason: 'not-linked', next: [firstSignIn()] })
}

/** What leads to a first link: without an app registration, a login would only ask for one. */
export function firstSignIn(intro?: string): NextRun {
  const words = intro === undefined ? {} : { intro }
  // Not with a typed `--account`, which names no link.
  return setting('client-id')
    ? { ...words, verb: 'login', flags: { account: undefined } }
    : { ...words, verb: 'setup' }
}

function inventory(accounts: Account[]): string {
  const described = accounts.map(
    ({ name, username, id, kind }) => `${name ? `${name} = ` : ''}${username} (${kind} account, ID ${id})`,
  )
  return `Linked: ${described.join('; ')}.`
}

/** A value of `--account` that means this account and no other: its short name, its address, or its ID. */
export function accountFlag(account: Account): string {
  const label = labelOf(account)
  try {
    return findAccount(label).id === account.id ? label : account.id
  } catch {
    // Several accounts have that address.
    return account.id
  }
}

/** Steps after a refusal to renew a link: a sign-in is one of this link. */
export function namingAccount(steps: readonly NextStep[], account: Account): NextStep[] {
  const flag = accountFlag(account)
  const name = <Command extends NextCommand>(command: Command): Command =>
    command.verb === 'login' ? { ...command, flags: { account: flag, ...command.flags } } : command
  return steps.map((step) =>
    typeof step === 'string' ? step : { ...name(step), ...(step.and ? { and: name(step.and) } : {}) },
  )
}

/** The account as the index has it now. It may have been moved to another store since it was found. */
export function accountNow(account: Account): Account {
  return listAccounts().find(({ id }) => id === account.id) ?? account
}

/**
 * Reads the record of a link. If the account's store no longer has it, looks where the index says it is now.
 * @throws OdLinkError (sign-in) when there is no record, (keychain) when it cannot be read.
 */
export async function readLink(account: Account): Promise<LinkRecord> {
  const text = await (await openStore(account.store)).read(account.id)
  if (text === undefined) {
    const now = accountNow(account)
    if (now.store !== account.store) return readLink(now)
    throw new OdLinkError(
      'sign-in',
      `${account.username} is no longer linked. Its tokens are gone from the store (${account.store}).`,
      { reason: 'tokens-gone', next: [signInAgain(accountFlag(account))] },
    )
  }
  return parseRecord(text, account.id)
}

/** Runs work while holding the lock of this link. Whoever changes the link has to hold it. */
export async function withLinkLock<T>(id: string, work: () => Promise<T>, patience?: Patience): Promise<T> {
  return holding(await lockOf(id), work, patience)
}

/**
 * The name of a link's lock. No lock can be removed safely (lock.ts), so its name must not identify the account. Two hex
 * digits of a digest identify nobody. Two links may share a lock by chance (1 in 256); then they take turns.
 */
async function lockOf(id: string): Promise<string> {
  const { createHash } = await import('node:crypto')
  return `link ${createHash('sha256').update(id).digest('hex').slice(0, 2)}`
}

/** Saves a renewed record of an existing link. Call it while holding the link's lock. */
export async function writeLink(account: Account, record: LinkRecord): Promise<void> {
  await (await openStore(account.store)).write(record.id, JSON.stringify(record))
}

/**
 * Checks, before new tokens are requested, that they can be saved.
 * @throws OdLinkError (keychain) when the store of this link is known to be read-only.
 */
export async function refuseReadOnly(account: Account): Promise<void> {
  await (await openStore(account.store)).refuseIfReadOnly?.()
}

/**
 * Makes an account the one that commands use without `--account`.
 * @throws OdLinkError (usage) when the index cannot be written, (service) when its lock did not become free in time.
 */
export async function makeDefault(account: Account): Promise<void> {
  await changeIndex((index) => {
    index.default = account.id
  })
}

/**
 * Changes the index entry of an account; a missing account is not added.
 * @throws OdLinkError (usage) when the index cannot be written, (service) when its lock did not become free in time.
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

/** @throws OdLinkError (usage) when od-link did not write the index file. */
function readIndex(): Index {
  const index = readStateFile<Index>(indexFile)
  const { accounts = [] } = index
  const whole = Array.isArray(accounts) && accounts.every((account) => account?.id && account.username)
  if (whole) return index
  throw new OdLinkError('usage', 'The list of accounts (accounts.json) is damaged.', {
    reason: 'settings-unusable',
    next: [firstSignIn('Move that file out of the settings directory, then sign in again:')],
  })
}

/**
 * Changes the index in one step.
 * @throws OdLinkError (usage) when it cannot be written, (service) when its lock did not become free in time.
 */
export async function changeIndex(change: (index: Index) => void, patience?: Patience): Promise<void> {
  await holding('index', () => changeStateFile(indexFile, change), patience)
}

/** Loads the lock only when it is needed, because most commands only read. */
async function holding<T>(name: string, work: () => Promise<T>, patience?: Patience): Promise<T> {
  const { withLock } = await import('../settings/lock.ts')
  return withLock(name, work, patience)
}
