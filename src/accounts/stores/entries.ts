/** A place for small values, each up to a platform's limit. */
export interface Entries {
  get: (name: string) => Promise<Buffer | undefined>
  set: (name: string, value: Buffer) => Promise<void>
  delete: (name: string) => Promise<void>
}

/** The entries of a keychain, which can also list their names. */
export interface KeychainEntries extends Entries {
  list: () => Promise<string[]>
}
