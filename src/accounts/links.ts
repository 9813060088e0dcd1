/*
 * Adds, replaces and removes links. Wherever a process is killed, either the earlier link or the new one is complete, and no
 * tokens are left where a later logout would not find them.
 */

import { OdLinkError } from '../errors.ts'
import type { LinkRecord } from '../identity/link.ts'
import { notices } from '../notices.ts'
import { saveKeychainService } from '../settings/directory.ts'
import { withLock } from '../settings/lock.ts'
import type { Account } from './account.ts'
import { rewriteClientSecret } from './client-secret.ts'
import { accountNow, changeAccount, changeIndex, findAccount, listAccounts, withLinkLock } from './index.ts'
import { nameOfValue } from './stores/entry-names.ts'
import { chosenStore, openStore, type StoreName, warnAboutStore } from './stores/index.ts'
import { probeItem, type Store, saveItem, UnlistableItems } from './stores/store.ts'

/**
 * Adds a link, or replaces the same person's link: writes the record, reads it back, then writes the index.
 * @throws OdLinkError (keychain) when the store does not return what was written, (usage) when another person's account has
 *   that short name, because scripts that use the name must not suddenly write to another drive.
 */
export async function addLink(record: LinkRecord, name: string | undefined): Promise<Account> {
  return withLinkLock(record.id, async () => {
    if (name !== undefined) refuseTakenName(name, record.id)
    saveKeychainService()
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
      ...(known?.drives ? { drives: known.drives } : {}),
    }
    await saveRecord(known, storeName, record, () =>
      changeIndex((index) => {
        const others = (index.accounts ?? []).filter((other) => other.id !== id)
        index.accounts = [...others, account]
        index.default ??= id
      }),
    )
    if (known?.store !== storeName) warnAboutStore(storeName)
    await removeCopies(account).catch(asWarning)
    return account
  })
}

/**
 * Gives a link another short name, or its first one.
 * @throws OdLinkError (usage) when it cannot be one, or another account has it.
 */
export async function renameLink({ id }: Account, name: string): Promise<Account> {
  checkShortName(name)
  return withLinkLock(id, async () => {
    refuseTakenName(name, id)
    await changeAccount(id, (account) => {
      account.name = name
    })
    return findAccount(id)
  })
}

/** @throws OdLinkError (usage) when this cannot be a short name. */
export function checkShortName(name: string): void {
  if (/^[\p{L}\p{N}][\p{L}\p{N}_-]{0,63}$/u.test(name)) return
  throw new OdLinkError('usage', `"${name}" cannot be a short name.`, {
    reason: 'invalid-value',
    next: ['Use letters, digits, - and _, such as: work'],
  })
}

function refuseTakenName(name: string, id: string): void {
  const owner = listAccounts().find((account) => account.name?.toLowerCase() === name.toLowerCase())
  if (!owner || owner.id === id) return
  throw new OdLinkError(
    'usage',
    `The short name "${name}" already belongs to ${owner.username}; nothing was changed.`,
    {
      reason: 'invalid-value',
      next: [
        'Choose another short name.',
        { intro: 'Or unlink that account:', verb: 'logout', args: [name] },
      ],
    },
  )
}

/** All stores that may have a record of this link. */
function storesOf({ store, copies = [] }: Account): StoreName[] {
  return [...new Set([store, ...copies])]
}

/**
 * Saves a record in a store. If that is not the link's current store, the index lists it as a possible place of a copy
 * first. Call it while holding the link's lock.
 * @param known the existing link.
 * @param makeKnown makes the new record the one that counts.
 * @throws OdLinkError on failure, after restoring the earlier state as far as the stores allow.
 */
export async function saveRecord(
  known: Account | undefined,
  storeName: StoreName,
  record: LinkRecord,
  makeKnown: () => Promise<void>,
): Promise<void> {
  const store = await openStore(storeName)
  const save = () => saveItem(store, record.id, JSON.stringify(record), makeKnown)
  if (!known || known.store === storeName) return save()
  await changeAccount(record.id, (account) => {
    account.copies = storesOf({ ...account, store: storeName })
  })
  try {
    await save()
  } catch (error) {
    await removeCopies(known).catch(() => {})
    throw error
  }
}

/** Writes to the index that the link's record is now in another store, and that the previous store still has a copy. */
export async function changeStore({ id }: Account, store: StoreName): Promise<void> {
  await changeAccount(id, (account) => {
    account.copies = storesOf(account).filter((other) => other !== store)
    account.store = store
  })
}

/**
 * Removes all copies of a link's record except in the store that the index names. Call it while holding the link's lock.
 * @throws OdLinkError for the first copy that cannot be removed. It stays in the index, and the next change of the link
 *   tries again.
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

/** Two store names may mean the same vault, such as a helper and a wrapper around it: then the record is written again. */
async function removeCopy(id: string, copy: Store, store: Store): Promise<void> {
  const record = await store.read(id)
  await copy.remove(id)
  if (record !== undefined && (await store.read(id)) === undefined) await store.write(id, record)
}

/** The link works even if an old copy stays: the old store may be gone for good. */
function asWarning(error: unknown): void {
  if (!(error instanceof OdLinkError)) throw error
  notices.warning(`An old copy of the link could not be removed. ${error.message}`)
}

/** Removes a link completely. It needs no network, and an absent link is fine. */
export async function removeLink(account: Account): Promise<void> {
  await withLinkLock(account.id, async () => {
    await removeCopies(account).catch(asWarning)
    await (await openStore(accountNow(account).store)).remove(account.id)
    await changeIndex((index) => {
      index.accounts = (index.accounts ?? []).filter(({ id }) => id !== account.id)
      if (!index.accounts.some(({ id }) => id === index.default)) delete index.default
    })
  })
}

/**
 * Removes records, and parts of records, that no index entry names: a killed login or a lost index leaves them behind.
 * @returns how many records were removed.
 */
export async function removeOrphans(): Promise<number> {
  const accounts = listAccounts()
  const linked = new Set(accounts.map(({ id }) => id))
  // Other helpers are unknown: neither an account nor a setting names them.
  const used = [
    'keychain',
    'file',
    'encrypted',
    chosenStore(),
    ...accounts.map(({ store }) => store),
  ] as const
  let removed = 0
  let failure: unknown
  for (const storeName of new Set(used)) {
    try {
      const store = await openStore(storeName)
      const items = await listItems(store)
      const owners = new Set(items.flatMap((item) => ownerOf(item) ?? []))
      for (const owner of owners) {
        if (linked.has(owner)) continue
        await withLinkLock(owner, async () => {
          // A login may have added it to the index meanwhile.
          if (listAccounts().some(({ id }) => id === owner)) return
          await store.remove(owner)
          // If the header or the first slot is gone, the store itself does not find the other parts.
          for (const item of items) if (item !== owner && ownerOf(item) === owner) await store.remove(item)
          removed += 1
        })
      }
      // What a login left that was killed while it tried the store; it holds nothing of anybody's.
      if (items.includes(probeItem)) await withLock('index', () => store.remove(probeItem))
    } catch (error) {
      // An unavailable store holds nothing of this machine; only the chosen store has to work.
      if (storeName === chosenStore() || error instanceof UnlistableItems) failure ??= error
    }
  }
  if (failure) throw failure
  return removed
}

/** An earlier version saved the client secret in a form that keeps Windows from listing anything; saving it again helps. */
async function listItems(store: Store): Promise<string[]> {
  try {
    return await store.list()
  } catch (error) {
    if (!(error instanceof UnlistableItems)) throw error
    await rewriteClientSecret(store)
    return store.list()
  }
}

/** The ID of the account that an item belongs to: the record, its second slot, or a chunk of either. */
function ownerOf(item: string): string | undefined {
  const name = nameOfValue(item)
  return /^[\w-]+\.[\w-]+$/.test(name) ? name : undefined
}
