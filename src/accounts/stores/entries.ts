/** A place for small values, each up to a platform's limit. */
export interface Entries {
  get: (name: string) => Promise<Buffer | undefined>
  set: (name: string, value: Buffer) => Promise<void>
  delete: (name: string) => Promise<void>
}

/** Entries that can also list their names. */
export interface ListedEntries extends Entries {
  list: () => Promise<string[]>
}
