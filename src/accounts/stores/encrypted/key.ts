import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { configDir } from '../../../settings/directory.ts'
import { environment, variable } from '../../../settings/environment.ts'
import { readKeyFile } from './key-file.ts'
import { passphraseKey } from './passphrase.ts'

/** What opens the encrypted store. */
export interface Key {
  /** Which one it is, in words: "the key file /etc/od-link.key". */
  name: string
  /** age's own form, `AGE-SECRET-KEY-1…`: all open files, and the first is what new files are encrypted to. */
  identities: readonly string[]
}

/** The name of the credential, as in `LoadCredentialEncrypted=od-link-key:…`. */
const credentialName = 'od-link-key'

/** A key that the machine gives. Without one, a passphrase opens the store. */
interface Given {
  path: string
  /** Given by systemd to this service only: the file belongs to root, and an ACL lets this user read it. */
  isCredential: boolean
}

function givenKey(): Given | undefined {
  const path = variable('OD_LINK_KEY_FILE')
  if (path) return { path, isCredential: false }
  const { CREDENTIALS_DIRECTORY: folder } = environment()
  const credential = folder ? join(folder, credentialName) : undefined
  return credential && existsSync(credential) ? { path: credential, isCredential: true } : undefined
}

function nameOf(given: Given | undefined): string {
  if (!given) return 'the passphrase'
  return given.isCredential
    ? `the credential ${credentialName} of this service`
    : `the key file ${given.path}`
}

/** Per source of a key, so that a person is asked once, however many items are read at the same time. */
const opened = new Map<string, Promise<Key>>()

/**
 * The key: the file in OD_LINK_KEY_FILE, then the credential that systemd gives, then what a passphrase opens.
 * @param isEmpty whether the store has no item yet, so that a new passphrase may be chosen.
 * @throws OdLinkError (keychain) when there is no key, or one that cannot be used.
 */
export function openKey(isEmpty: () => Promise<boolean>): Promise<Key> {
  const given = givenKey()
  const source = given?.path ?? configDir()
  const known = opened.get(source)
  if (known) return known
  const identities = given ? readKeyFile(given.path, given.isCredential) : passphraseKey(isEmpty)
  const key = identities.then((all) => ({ name: nameOf(given), identities: all }))
  opened.set(source, key)
  // What went wrong may have been fixed at the next try.
  key.catch(() => opened.delete(source))
  return key
}

/** What opens the store, for `doctor`. */
export async function keyInWords(): Promise<string> {
  const given = givenKey()
  if (given) return `opened by ${nameOf(given)}`
  const { isHeld } = await import('./keyring.ts')
  const held = (await isHeld())
    ? "held by the kernel's keyring for this login session"
    : 'asked for by each command'
  return `opened by a passphrase, which is ${held}`
}
