import { OdLinkError } from '../errors.ts'
import { saveSettings, settingNames } from '../settings.ts'
import { clientSecretItem } from './client-secret.ts'
import { type Account, holdingLink, listAccounts, noteStore, readLink } from './index.ts'
import { withLock } from './lock.ts'
import { putBack, type Store, writeAndReadBack } from './store.ts'
import { chosenStore, openStore, type StoreName } from './stores.ts'

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
    if (from === to) return from
    const target = await openStore(to)
    try {
      const text = JSON.stringify(await readLink(account))
      await put(target, id, text, () => noteStore(account, to))
    } catch (error) {
      throw told(error, `${username} stays where it was (${from}).`)
    }
    try {
      await (await openStore(from)).remove(id)
    } catch (error) {
      throw told(
        error,
        `${username} is in ${to} now, but its old copy could not be removed from ${from}.`,
        `When ${from} works again, this removes it: od-link store move --to ${from}, and then --to ${to}`,
      )
    }
    return from
  })
}

/**
 * Chooses the store for new links, and takes the kept client secret there, unless `OD_LINK_STORE` overrules the
 * choice: then the secret is looked for where it is.
 * @throws OdLinkError that says that the choice is the old one still.
 */
export async function moveChoice(to: StoreName): Promise<void> {
  const from = chosenStore()
  const choose = () => withLock('settings', () => saveSettings({ store: to }))
  if (from === to || process.env[settingNames.store]) return choose()
  try {
    const old = await openStore(from)
    const secret = await old.read(clientSecretItem)
    if (secret === undefined) return await choose()
    await put(await openStore(to), clientSecretItem, secret, choose)
    await old.remove(clientSecretItem)
  } catch (error) {
    throw told(
      error,
      `The client secret, if one is kept in ${from}, was not moved.`,
      `New links go there after: od-link config set store ${to}`,
    )
  }
}

/** Puts an item into a store and, when it came back whole, makes that known; else what was there is there again. */
async function put(store: Store, item: string, text: string, makeKnown: () => Promise<void>): Promise<void> {
  const before = await store.read(item)
  try {
    await writeAndReadBack(store, item, text)
    await makeKnown()
  } catch (error) {
    await putBack(store, item, before).catch(() => {})
    throw error
  }
}

/** The same error, with how far the move came. */
function told(error: unknown, howFar: string, hint?: string): unknown {
  if (!(error instanceof OdLinkError)) return error
  const hints = [hint, error.hint].filter((line) => line !== undefined)
  return new OdLinkError(error.kind, `${howFar} ${error.message}`, {
    hint: hints.join('\n'),
    cause: error.cause,
  })
}
