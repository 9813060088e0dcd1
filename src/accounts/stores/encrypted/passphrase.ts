/*
 * A store that a passphrase opens. Deriving a key from a passphrase takes seconds on purpose, so the passphrase opens one
 * file with an identity, and the items are encrypted to that: age's own way (`age --decrypt --identity KEY-FILE`).
 */

import { promises as files } from 'node:fs'
import { OdLinkError } from '../../../errors.ts'
import { notices } from '../../../notices.ts'
import { ensureConfigDir } from '../../../settings/directory.ts'
import { writeAtomically } from '../../../system/atomic-write.ts'
import { ignoreAbsent, unusableFiles } from '../file.ts'
import { mayAsk } from '../limits.ts'
import { keyPath } from './key-path.ts'

const label = 'The encrypted store'
/** age's author advises 8 to 10 random characters, or more words. */
const shortest = 10
const tries = 3

/**
 * The identity that the passphrase opens: from the kernel's keyring, or by asking the person at the terminal.
 * @param isEmpty whether the store has no item yet, so that a new passphrase may be chosen.
 * @throws OdLinkError (keychain) when nobody can be asked, or the passphrase is wrong.
 */
export async function passphraseKey(isEmpty: () => Promise<boolean>): Promise<string[]> {
  const file = await readKey()
  if (!file && !(await isEmpty())) throw keyFileMissing()
  const { heldIdentity, hold } = await import('./keyring.ts')
  const held = file && (await heldIdentity())
  if (held) return [held]
  const identity = file ? await unlock(file) : await create()
  await hold(identity)
  return [identity]
}

function readKey(): Promise<Buffer | undefined> {
  return files.readFile(keyPath()).catch(ignoreAbsent(label))
}

async function writeKey(content: Uint8Array): Promise<void> {
  ensureConfigDir()
  await writeAtomically(keyPath(), content).catch((error: unknown) => {
    throw unusableFiles(error, label)
  })
}

async function unlock(file: Uint8Array): Promise<string> {
  const { decryptWith, isOtherKey, isIdentity } = await import('./age.ts')
  for (let left = tries; left > 0; left -= 1) {
    const passphrase = await ask('Passphrase of the encrypted store: ')
    if (!passphrase) throw nobodyToAsk(false)
    try {
      const identity = (await decryptWith(passphrase, file)).trim()
      if (await isIdentity(identity)) return identity
      throw damaged()
    } catch (error) {
      if (error instanceof OdLinkError || !isOtherKey(error)) throw damaged(error)
      if (left > 1) notices.warning('That passphrase does not open the store.')
    }
  }
  throw new OdLinkError(
    'keychain',
    'The passphrase does not open the encrypted store. Nothing was changed.',
    {
      reason: 'key-wrong',
      next: [
        'Try again with the passphrase that was chosen when the store was first used.',
        {
          intro: `If it is lost, remove all links and ${keyPath()}, then sign in again:`,
          verb: 'logout',
          flags: { all: true },
        },
      ],
    },
  )
}

/** Asks for a new passphrase, and saves a new identity under it. */
async function create(): Promise<string> {
  const passphrase = await askForNew()
  const { newIdentity } = await import('./age.ts')
  const { identity, file } = await newIdentity(passphrase)
  const { withLock } = await import('../../../settings/lock.ts')
  return withLock('encrypted-key', async () => {
    // Another process may have chosen one meanwhile, and saved a link under it.
    const other = await readKey()
    if (other) return unlock(other)
    await writeKey(file)
    return identity
  })
}

async function askForNew(): Promise<string> {
  for (;;) {
    const passphrase = await ask(`New passphrase for the encrypted store (at least ${shortest} characters): `)
    if (!passphrase) throw nobodyToAsk(true)
    if (passphrase.length < shortest) {
      notices.warning(`That is shorter than ${shortest} characters.`)
      continue
    }
    if ((await ask('The same again: ')) === passphrase) return passphrase
    notices.warning('The two differ.')
  }
}

async function ask(question: string): Promise<string | undefined> {
  return mayAsk() ? notices.askSecret(question) : undefined
}

function nobodyToAsk(isNew: boolean): OdLinkError {
  const message = isNew
    ? 'The encrypted store has no key yet, and nobody entered a passphrase.'
    : 'The encrypted store is locked, and nobody entered its passphrase.'
  const withFile = [
    'Without a terminal, use a key file. To create one: age-keygen -o FILE',
    'Then set OD_LINK_KEY_FILE to its full path.',
  ]
  return new OdLinkError('keychain', message, {
    reason: 'key-missing',
    next: isNew
      ? [...withFile, 'Or run it at a terminal, which asks for a new passphrase.']
      : [
          'Run it at a terminal, which asks for the passphrase. With keyctl (Debian: keyutils), once per login session is enough.',
          'For jobs without a terminal, use a key file: move the links to another store, set OD_LINK_KEY_FILE, and move them back.',
        ],
  })
}

function keyFileMissing(): OdLinkError {
  return new OdLinkError('keychain', 'The links are encrypted to a key file, and no key file is given.', {
    reason: 'key-missing',
    next: ['Set OD_LINK_KEY_FILE to the full path of the key file.'],
  })
}

/** The error for a key file of ours that no passphrase can open any more. */
function damaged(cause?: unknown): OdLinkError {
  if (cause instanceof OdLinkError) return cause
  return new OdLinkError('keychain', `${keyPath()} is damaged. Nothing was changed.`, {
    reason: 'record-damaged',
    next: ['Restore the file from a backup.'],
    cause,
  })
}
