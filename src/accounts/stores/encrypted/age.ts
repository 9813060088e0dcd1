import { Decrypter, Encrypter, generateIdentity, identityToRecipient } from 'age-encryption'

/** What opens files: the first identity is also the one that new files are encrypted to. */
interface Identities {
  identities: readonly string[]
}

/** A text as a file of age's, https://age-encryption.org/v1. @returns its bytes. */
export async function encrypt(text: string, { identities: [first = ''] }: Identities): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  encrypter.addRecipient(await identityToRecipient(first))
  return encrypter.encrypt(text)
}

/** The text of such a file. @throws Error (`isOtherKey` tells) when none of the identities opens it, or it is damaged. */
export async function decrypt(content: Uint8Array, { identities }: Identities): Promise<string> {
  const decrypter = new Decrypter()
  for (const identity of identities) decrypter.addIdentity(identity)
  return decrypter.decrypt(content, 'text')
}

/** Whether decrypting failed because none of the identities, or not this passphrase, opens the file. */
export function isOtherKey(error: unknown): boolean {
  return (error as Error).message.startsWith('no identity matched')
}

/** Whether a text is an identity: the last characters of each are a checksum. */
export async function isIdentity(text: string): Promise<boolean> {
  return identityToRecipient(text).then(
    () => true,
    () => false,
  )
}

/** A new identity, and a file with it that the passphrase opens, as `age --passphrase` writes it. */
export async function newIdentity(passphrase: string): Promise<{ identity: string; file: Uint8Array }> {
  const identity = await generateIdentity()
  const encrypter = new Encrypter()
  encrypter.setPassphrase(passphrase)
  return { identity, file: await encrypter.encrypt(`${identity}\n`) }
}

/** The content of a file that a passphrase opens. */
export async function decryptWith(passphrase: string, content: Uint8Array): Promise<string> {
  const decrypter = new Decrypter()
  decrypter.addPassphrase(passphrase)
  return decrypter.decrypt(content, 'text')
}
