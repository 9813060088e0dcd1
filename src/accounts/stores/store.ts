import { OdLinkError } from '../../errors.ts'
import type { NextRun } from '../../text/next-step.ts'

/** The item with which probe.ts tries a store; what a killed process left of it is worth nothing. */
export const probeItem = 'probe'

/** A place for links. An item is a small text with a name; only the store knows how it is stored. */
export interface Store {
  /** As in settings: `keychain`, `helper:pass`. */
  readonly name: string
  /** Its name at the beginning of a sentence: "The keychain", "docker-credential-pass". */
  readonly label: string
  /** Another program holds the items, and may accept one that it has forgotten when the next process asks. */
  readonly mayForget: boolean
  /** The item's text, or undefined when there is no such item. */
  read: (item: string) => Promise<string | undefined>
  /** Saves the item. A reader gets the old text or the new one, never a part. */
  write: (item: string, text: string) => Promise<void>
  /** Removes the item with all its chunks; an absent item is fine. */
  remove: (item: string) => Promise<void>
  /**
   * The names of all items, and perhaps of their chunks.
   * @throws UnlistableItems when the store works, and only its items cannot be listed.
   */
  list: () => Promise<string[]>
  /** The program behind a store that several programs can be, if it is known. */
  program?: () => Promise<string | undefined>
  /** Gets what opens the store, before a lock is held: a person may have to be asked for it. */
  unlock?: () => Promise<void>
  /** What opens the store, in words for `doctor`; never the secret itself. */
  keyInWords?: () => Promise<string>
  /** @throws OdLinkError (keychain) when the store is known to be read-only. */
  refuseIfReadOnly?: () => Promise<void>
}

/** The store has items that it cannot list, so some of them may be unknown. Items that are known by name can be used. */
export class UnlistableItems extends OdLinkError {}

/** What works without a keychain, and keeps tokens from whoever copies the files. */
export const useEncrypted: NextRun = {
  intro: 'Or save links in encrypted files:',
  verb: 'config',
  args: ['set', 'store', 'encrypted'],
}

/** The last way out when another store does not work. */
export const useFiles: NextRun = {
  intro: 'Or save links in private files, not encrypted:',
  verb: 'config',
  args: ['set', 'store', 'file'],
}

/** The error for a store that accepts an item and then does not have it. */
export function forgetfulStore({ label }: Pick<Store, 'label'>): OdLinkError {
  return new OdLinkError('keychain', `${label} did not return what was written to it.`, {
    reason: 'store-forgetful',
    next: ['Check it with its own program.', useFiles],
  })
}

/**
 * Writes an item, reads it back, and makes it known.
 * @param makeKnown adds the item to what finds items, such as the index.
 * @throws OdLinkError (keychain) when the item cannot be read back, and whatever `makeKnown` throws, after restoring the
 *   previous item as far as the store allows.
 */
export async function saveItem(
  store: Store,
  item: string,
  text: string,
  makeKnown: () => Promise<void>,
): Promise<void> {
  const before = await store.read(item)
  try {
    await store.write(item, text)
    if ((await store.read(item)) !== text) throw forgetfulStore(store)
    await makeKnown()
  } catch (error) {
    await (before === undefined ? store.remove(item) : store.write(item, before)).catch(() => {})
    throw error
  }
}
