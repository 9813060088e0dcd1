import { OdLinkError } from '../errors.ts'
import { overrideOf, saveSettings } from '../settings/index.ts'
import { withLock } from '../settings/lock.ts'
import type { NextStep } from '../text/next-step.ts'
import type { Account } from './account.ts'
import { clientSecretItem } from './client-secret.ts'
import { listAccounts, readLink, withLinkLock } from './index.ts'
import { changeStore, removeCopies, saveRecord } from './links.ts'
import { chosenStore, openStore, type StoreName } from './stores/index.ts'
import { type Store, saveItem } from './stores/store.ts'

/**
 * Moves a link to another store: writes it there, reads it back, changes the index, and only then removes the original. If
 * anything fails before that, the link stays where it was.
 * @returns the store that the link was in; the same store when there was nothing to do.
 * @throws OdLinkError that says where the link is now.
 */
export async function moveLink({ id }: Account, to: StoreName): Promise<StoreName> {
  await unlockStores(id, to)
  return withLinkLock(id, async () => {
    // Another process may have moved or removed it during the wait for the lock.
    const account = listAccounts().find((known) => known.id === id)
    if (!account) {
      const next = [{ verb: 'status' }]
      throw new OdLinkError('sign-in', `The link ${id} no longer exists.`, {
        reason: 'unknown-account',
        next,
      })
    }
    const { username, store: from } = account
    try {
      if (from !== to) await saveRecord(account, to, await readLink(account), () => changeStore(account, to))
    } catch (error) {
      throw withState(error, `${username} is still in ${from}.`)
    }
    try {
      // This includes copies of an interrupted move.
      await removeCopies(account)
    } catch (error) {
      throw withState(error, `${username} is now in ${to}, but an old copy could not be removed.`, {
        intro: 'To remove the copy when its store works again:',
        verb: 'store',
        action: 'move',
        flags: { to },
        again: true,
      })
    }
    return from
  })
}

/** Nobody should have to wait for a lock while a person types a passphrase. */
async function unlockStores(id: string, to: StoreName): Promise<void> {
  const account = listAccounts().find((known) => known.id === id)
  if (!account || account.store === to) return
  try {
    for (const name of [account.store, to]) await (await openStore(name)).unlock?.()
  } catch (error) {
    throw withState(error, `${account.username} is still in ${account.store}.`)
  }
}

/**
 * Chooses the store for new links, and moves the saved client secret there. While `OD_LINK_STORE` overrides the choice, the
 * secret stays, because od-link looks for it in that store.
 * @throws OdLinkError that says what has been moved.
 */
export async function moveChoice(to: StoreName): Promise<void> {
  const choose = () => saveSettings({ store: to })
  // This lock first, in the same order as when a registration is saved, or the two could block each other forever.
  return withLock('settings', () => {
    const from = chosenStore()
    if (from === to || overrideOf('store')) return choose()
    return withLock(clientSecretItem, () => moveSecret(from, to, choose))
  })
}

/** @param choose called when the secret is in the new store, before the old one is removed. */
async function moveSecret(from: StoreName, to: StoreName, choose: () => Promise<void>): Promise<void> {
  let old: Store
  try {
    old = await openStore(from)
    const secret = await old.read(clientSecretItem)
    if (secret === undefined) return await choose()
    await saveItem(await openStore(to), clientSecretItem, secret, choose)
  } catch (error) {
    throw withState(error, `The client secret, if there is one in ${from}, was not moved.`, {
      intro: 'To use the new store for new links anyway:',
      verb: 'config',
      args: ['set', 'store', to],
    })
  }
  await old.remove(clientSecretItem).catch((error) => {
    throw withState(error, `The client secret is now in ${to}, but the copy in ${from} could not be removed.`)
  })
}

/** The same error, with what has been moved so far, and a first next step. */
function withState(error: unknown, state: string, step?: NextStep): unknown {
  if (!(error instanceof OdLinkError)) return error
  return error.with({
    message: `${state} ${error.message}`,
    next: step === undefined ? error.next : [step, ...error.next],
  })
}
