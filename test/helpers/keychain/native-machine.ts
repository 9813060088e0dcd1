import { keychainStore } from '../../../src/accounts/stores/keychain/index.ts'
import type { Keyring } from '../../../src/accounts/stores/keychain/native.ts'

/** A keychain like that of Windows or macOS, with the module's own calls, which can be made to fail. */
export function machine(
  platform: 'win32' | 'darwin',
  { limit = Number.POSITIVE_INFINITY, limitMs = 3_000 } = {},
) {
  const kept = new Map<string, Uint8Array>()
  const state = {
    reads: 0,
    writesLeft: Number.POSITIVE_INFINITY,
    /** The changes until the process is killed: from then on, every call fails. */
    changesLeft: Number.POSITIVE_INFINITY,
    trouble: undefined as string | undefined,
    hangs: false,
  }
  const call = async <T>(work: () => T): Promise<T> => {
    if (state.hangs) await new Promise(() => {})
    if (state.changesLeft <= 0) throw new Error('killed')
    if (state.trouble) throw new Error(state.trouble)
    return work()
  }
  class AsyncEntry {
    constructor(
      readonly service: string,
      readonly name: string,
    ) {}
    getSecret = () =>
      call(() => {
        state.reads += 1
        return kept.get(this.name) ?? null
      })
    setSecret = (secret: Uint8Array) =>
      call(() => {
        // CRED_MAX_CREDENTIAL_BLOB_SIZE, in the words of the module.
        if (secret.length > limit)
          throw new Error(`Attribute 'secret' is longer than the platform limit of ${limit} chars`)
        state.writesLeft -= 1
        if (state.writesLeft < 0) throw new Error('Platform failure: Windows error code 8')
        state.changesLeft -= 1
        kept.set(this.name, secret)
      })
    deleteCredential = () =>
      call(() => {
        if (kept.has(this.name)) state.changesLeft -= 1
        return kept.delete(this.name)
      })
  }
  const findCredentialsAsync = () =>
    call(() => [...kept].map(([account, secret]) => ({ account, password: passwordOf(secret) })))
  /** The module reads each entry that it lists, on Windows as UTF-16, and lists nothing if it cannot read one. */
  const passwordOf = (secret: Uint8Array) => {
    if (platform !== 'win32') return ''
    if (secret.length % 2 !== 0) throw new Error('Not a valid utf16 blob')
    const text = Buffer.from(secret).toString('utf16le')
    if (hasLoneSurrogate(text)) throw new Error('invalid utf-16: lone surrogate found')
    return text
  }
  const load = () => ({ AsyncEntry, findCredentialsAsync }) as unknown as Keyring
  return { kept, state, store: () => keychainStore({ platform, load, limitMs }) }
}

function hasLoneSurrogate(text: string): boolean {
  try {
    encodeURIComponent(text)
    return false
  } catch {
    return true
  }
}
