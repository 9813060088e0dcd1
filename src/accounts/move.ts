import { OdLinkError } from '../errors.ts'
import { saveSettings } from '../settings/index.ts'
import { withLock } from '../settings/lock.ts'
import { settingNames } from '../settings/names.ts'
import type { Account } from './account.ts'
import { clientSecretItem } from './client-secret.ts'
import { holdingLink, listAccounts, readLink } from './index.ts'
import { keepRecord, noteStore, removeCopies } from './links.ts'
import { chosenStore, openStore, type StoreName } from './stores/index.ts'
import { keepItem, type Store } from './stores/store.ts'

/**
 * Takes a link to another store: written and read back there, then named there by the index, and only then removed
 * here. Whatever fails before that, the link is where it was.
 * @returns the store that it was in; the same one when there was nothing to do.
 * @throws OdLinkError that says where the link is now.
 */
export async function moveLink({ id }: Account, to: StoreName): Promise<StoreName> {
  return holdingLink(id, async () => {
    // Another process may have moved or removed it while this one waited.
    const account = listAccounts().find((known) => known.id === id)
    if (!account) throw new OdLinkError('sign-in', `The link ${id} is gone.`, { hint: 'od-link status' })
    const { username, store: from } = account
    try {
      if (from !== to) await keepRecord(account, to, await readLink(account), () => noteStore(account, to))
    } catch (error) {
      throw told(error, `${username} stays where it was (${from}).`)
    }
    try {
      // Also those of a move that was cut off.
      await removeCopies(account)
    } catch (error) {
      throw told(
        error,
        `${username} is in ${to} now, but an old copy could not be removed.`,
        `When its store works again, this removes it: od-link store move --to ${to}`,
      )
    }
    return from
  })
}

/**
 * Chooses the store for new links, and takes the kept client secret there, unless `OD_LINK_STORE` overrules the
 * choice: then the secret is looked for where it is.
 * @throws OdLinkError that says how far it came.
 */
export async function moveChoice(to: StoreName): Promise<void> {
  const choose = () => saveSettings({ store: to })
  // Before the lock of the secret, as when a registration is saved: two that wait for each other would get neither.
  return withLock('settings', () => {
    const from = chosenStore()
    if (from === to || process.env[settingNames.store]) return choose()
    return withLock(clientSecretItem, () => moveSecret(from, to, choose))
  })
}

/** @param choose done when the secret is there, and before the old one is removed. */
async function moveSecret(from: StoreName, to: StoreName, choose: () => Promise<void>): Promise<void> {
  let old: Store
  try {
    old = await openStore(from)
    const secret = await old.read(clientSecretItem)
    if (secret === undefined) return await choose()
    await keepItem(await openStore(to), clientSecretItem, secret, choose)
  } catch (error) {
    throw told(
      error,
      `The client secret, if one is kept in ${from}, was not moved.`,
      `New links go there after: od-link config set store ${to}`,
    )
  }
  await old.remove(clientSecretItem).catch((error) => {
    throw told(error, `The client secret is in ${to} now, but the old one in ${from} could not be removed.`)
  })
}

/** The same error, with how far the move came. */
function told(error: unknown, howFar: string, hint?: string): unknown {
  if (!(error instanceof OdLinkError)) return error
  const hints = [hint, error.hint].filter((line) => line !== undefined)
  return error.with({ message: `${howFar} ${error.message}`, hint: hints.join('\n') })
}
