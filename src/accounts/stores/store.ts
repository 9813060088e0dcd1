import { OdLinkError } from '../../errors.ts'

/** Where links are kept. An item is a small text under a name; the store alone knows how it is laid down. */
export interface Store {
  /** As it is written in settings: `keychain`, `helper:pass`. */
  readonly name: string
  /** What a person calls it, at the beginning of a sentence: "The keychain", "docker-credential-pass". */
  readonly label: string
  /** Another program keeps it, and may accept what it will have forgotten when the next process asks. */
  readonly mayForget: boolean
  /** The item's text, or undefined when there is none. */
  read: (item: string) => Promise<string | undefined>
  /** Keeps the item; a reader sees the old text or the new one, never a part. */
  write: (item: string, text: string) => Promise<void>
  /** Removes the item and every piece of it; absent is fine. */
  remove: (item: string) => Promise<void>
  /** The names of all items, and perhaps of their pieces. */
  list: () => Promise<string[]>
  /** @throws OdLinkError (keychain) when it is known beforehand that nothing can be written here. */
  refuseIfReadOnly?: () => Promise<void>
}

/** The error for a store that accepts and forgets. */
export function forgetful({ label }: Pick<Store, 'label'>): OdLinkError {
  return new OdLinkError('keychain', `${label} does not give back what was written to it.`, {
    hint: 'Look at it with its own program.\nOr keep links in private files: od-link config set store file',
  })
}

/**
 * Writes an item, reads it back, and makes it known.
 * @param makeKnown tells what finds items, such as the index, that this one is there.
 * @throws OdLinkError (keychain) when it does not come back, and what `makeKnown` throws; what was there before is
 *   there again, as far as the store lets it.
 */
export async function keepItem(
  store: Store,
  item: string,
  text: string,
  makeKnown: () => Promise<void>,
): Promise<void> {
  const before = await store.read(item)
  try {
    await store.write(item, text)
    if ((await store.read(item)) !== text) throw forgetful(store)
    await makeKnown()
  } catch (error) {
    await (before === undefined ? store.remove(item) : store.write(item, before)).catch(() => {})
    throw error
  }
}
