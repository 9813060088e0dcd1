import { OdLinkError } from '../errors.ts'
import type { LinkRecord } from '../identity/link.ts'
import { notices } from '../notices.ts'
import { commandLine } from '../text/shell-quote.ts'
import type { Account } from './account.ts'
import { accountNow, changeAccount, changeIndex, holdingLink, listAccounts } from './index.ts'
import { caution, chosenStore, openStore, type StoreName } from './stores/index.ts'
import { keepItem, type Store } from './stores/store.ts'

/**
 * Adding, replacing and removing links, so that whatever ends a process in between, the link is the earlier one or the
 * new one, and nothing lies anywhere that nobody would find.
 */

/**
 * Adds a link, or replaces the one of the same person: record first, read back, then the index.
 * @throws OdLinkError (keychain) when the store does not give back what it was given, (usage) when another
 *   person's account has that short name: scripts that use it must not meet another drive one day.
 */
export async function addLink(record: LinkRecord, name: string | undefined): Promise<Account> {
  return holdingLink(record.id, async () => {
    if (name !== undefined) refuseTakenName(name, record.id)
    const known = listAccounts().find(({ id }) => id === record.id)
    const storeName = chosenStore()
    const { id, username, displayName, kind } = record
    const shortName = name ?? known?.name
    const copies = known ? storesOf(known).filter((other) => other !== storeName) : []
    const account: Account = {
      id,
      username,
      displayName,
      kind,
      store: storeName,
      ...(copies.length > 0 ? { copies } : {}),
      ...(shortName ? { name: shortName } : {}),
      ...(known?.taught ? { taught: known.taught } : {}),
    }
    await keepRecord(known, storeName, record, () =>
      changeIndex((index) => {
        const others = (index.accounts ?? []).filter((other) => other.id !== id)
        index.accounts = [...others, account]
        index.default ??= id
      }),
    )
    if (known?.store !== storeName) caution(storeName)
    await removeCopies(account).catch(asWarning)
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
      hint: [commandLine(['od-link', 'logout', name]), 'Or choose another name.'].filter(Boolean).join('\n'),
    },
  )
}

/** Where records of a link are or may be. */
function storesOf({ store, copies = [] }: Account): StoreName[] {
  return [...new Set([store, ...copies])]
}

/**
 * Keeps a record in a store, which is noted before if it is another one than that of the link until now. Call it while
 * holding the link.
 * @param known the link until now.
 * @param makeKnown makes it the record that counts.
 * @throws OdLinkError when that fails; then all is as it was, as far as the stores let it.
 */
export async function keepRecord(
  known: Account | undefined,
  storeName: StoreName,
  record: LinkRecord,
  makeKnown: () => Promise<void>,
): Promise<void> {
  const store = await openStore(storeName)
  const keep = () => keepItem(store, record.id, JSON.stringify(record), makeKnown)
  if (!known || known.store === storeName) return keep()
  await changeAccount(record.id, (account) => {
    account.copies = storesOf({ ...account, store: storeName })
  })
  try {
    await keep()
  } catch (error) {
    await removeCopies(known).catch(() => {})
    throw error
  }
}

/** Notes that the record of a link is in another store now, and a copy in the one before. */
export async function noteStore({ id }: Account, store: StoreName): Promise<void> {
  await changeAccount(id, (account) => {
    account.copies = storesOf(account).filter((other) => other !== store)
    account.store = store
  })
}

/**
 * Removes all records of a link but the one that the index names. Call it while holding the link.
 * @throws OdLinkError for the first that cannot be removed; it stays noted, and the next change of the link tries again.
 */
export async function removeCopies(account: Account): Promise<void> {
  const { id, store, copies = [] } = accountNow(account)
  for (const copy of copies) {
    if (copy !== store) await removeCopy(id, await openStore(copy), await openStore(store))
    await changeAccount(id, (account) => {
      account.copies = (account.copies ?? []).filter((other) => other !== copy)
      if (account.copies.length === 0) delete account.copies
    })
  }
}

/** Two names may lead to one vault, such as a helper and a wrapper around it: then the record is put back. */
async function removeCopy(id: string, copy: Store, store: Store): Promise<void> {
  const record = await store.read(id)
  await copy.remove(id)
  if (record !== undefined && (await store.read(id)) === undefined) await store.write(id, record)
}

/** The link itself works, whatever becomes of an old copy: its store may be gone for good. */
function asWarning(error: unknown): void {
  if (!(error instanceof OdLinkError)) throw error
  notices.warning(`An old copy of the link could not be removed. ${error.message}`)
}

/** Removes a link with every piece of it; needs no network, and an absent one is fine. */
export async function removeLink(account: Account): Promise<void> {
  await holdingLink(account.id, async () => {
    await removeCopies(account).catch(asWarning)
    await (await openStore(accountNow(account).store)).remove(account.id)
    await changeIndex((index) => {
      index.accounts = (index.accounts ?? []).filter(({ id }) => id !== account.id)
      if (!index.accounts.some(({ id }) => id === index.default)) delete index.default
    })
  })
}

/**
 * Removes the records, and parts of records, that no index entry names any more: what a login left that was killed at
 * its end, or an index that was lost.
 * @returns how many records there were.
 */
export async function removeStrays(): Promise<number> {
  const accounts = listAccounts()
  const named = new Set(accounts.map(({ id }) => id))
  // A helper that no account and no setting names is not known here.
  const used = ['keychain', 'file', chosenStore(), ...accounts.map(({ store }) => store)] as const
  let removed = 0
  for (const storeName of new Set(used)) {
    try {
      const store = await openStore(storeName)
      const items = await store.list()
      const owners = new Set(items.flatMap((item) => ownerOf(item) ?? []))
      for (const owner of owners) {
        if (named.has(owner)) continue
        await holdingLink(owner, async () => {
          // A login may have made it known meanwhile.
          if (listAccounts().some(({ id }) => id === owner)) return
          await store.remove(owner)
          // Of a record whose header or first slot is gone, the store itself would not find the rest.
          for (const item of items) if (item !== owner && ownerOf(item) === owner) await store.remove(item)
          removed += 1
        })
      }
    } catch (error) {
      // A store that is not here keeps nothing of ours; the chosen one has to answer.
      if (storeName === chosenStore()) throw error
    }
  }
  return removed
}

/** Whose record an item is, or a part of: `tid.oid`, its second slot (slots.ts), a piece (pieces.ts). */
function ownerOf(item: string): string | undefined {
  return /^([\w-]+\.[\w-]+)(?: second| [0-9a-f]{12} \d+)?$/.exec(item)?.[1]
}
