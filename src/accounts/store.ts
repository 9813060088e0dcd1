import { OdLinkError } from '../errors.ts'

/** Where links are kept. An item is a small text under a name; the store alone knows how it is laid down. */
export interface Store {
  /** What a person calls it: "the keychain", "the file store". */
  readonly label: string
  /** The item's text, or undefined when there is none. */
  read: (item: string) => Promise<string | undefined>
  /** Keeps the item; a reader sees the old text or the new one, never a part. */
  write: (item: string, text: string) => Promise<void>
  /** Removes the item and every piece of it; absent is fine. */
  remove: (item: string) => Promise<void>
  /** The names of all items, and perhaps of their pieces. */
  list: () => Promise<string[]>
}

/** The error for a store that accepts and forgets. */
export function forgetful({ label }: Store): OdLinkError {
  return new OdLinkError('keychain', `${label} does not give back what was written to it.`, {
    hint: 'Look at it with its own program.\nOr keep links in private files: od-link config set store file',
  })
}
