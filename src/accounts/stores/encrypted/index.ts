/*
 * Saves links in encrypted files, for machines without a desktop. Each item is a file of age's (https://age-encryption.org/v1),
 * so that the program `age` opens it too: its first line is the item's name, and the rest its text. The name is inside
 * because a file that was renamed would otherwise pass for another item.
 */

import { promises as files } from 'node:fs'
import { OdLinkError } from '../../../errors.ts'
import type { NextStep } from '../../../text/next-step.ts'
import { ignoreAbsent, itemFiles } from '../file.ts'
import { probeItem, type Store } from '../store.ts'
import { type Key, keyInWords, openKey } from './key.ts'

const label = 'The encrypted store'

/** age itself is loaded only when a file is read or written, since that takes longer than all the rest. */
const age = () => import('./age.ts')

/** The store whose items are files of age's in the settings directory. Nothing is read before an item is asked for. */
export function encryptedStore(): Store {
  const { readNewest, ...items } = itemFiles({ label, folder: 'encrypted', extension: 'age' })
  const isEmpty = async () => (await items.list()).every((item) => item === probeItem)

  const read = (item: string) =>
    readNewest(item, async (path) => {
      const content = await files.readFile(path).catch(ignoreAbsent(label))
      if (!content) return undefined
      const key = await openKey(isEmpty)
      return textOf(await decrypted(content, key, { item, path }), { item, path })
    })

  return {
    name: 'encrypted',
    mayForget: false,
    ...items,
    read,
    write: async (item, text) => {
      // What another key opens is not lost yet, and must not be overwritten.
      if (item !== probeItem) await read(item)
      const key = await openKey(isEmpty)
      await items.write(item, await (await age()).encrypt(`${item}\n${text}`, key))
    },
    unlock: async () => {
      await openKey(isEmpty)
    },
    keyInWords,
  }
}

interface ItemFile {
  item: string
  path: string
}

async function decrypted(content: Uint8Array, key: Key, file: ItemFile): Promise<string> {
  const { decrypt, isOtherKey } = await age()
  try {
    return await decrypt(content, key)
  } catch (error) {
    throw isOtherKey(error)
      ? unreadable('key-wrong', `${file.path} was encrypted to another key than ${key.name}.`, file, error)
      : unreadable('record-damaged', `${file.path} is damaged, or was changed.`, file, error)
  }
}

function textOf(content: string, file: ItemFile): string {
  const end = content.indexOf('\n')
  if (end >= 0 && content.slice(0, end) === file.item) return content.slice(end + 1)
  throw unreadable('record-swapped', `${file.path} is the file of another link or secret.`, file)
}

/** The file stays as it is: the right key, or a backup, may still turn up. */
function unreadable(
  reason: 'key-wrong' | 'record-damaged' | 'record-swapped',
  message: string,
  { item }: ItemFile,
  cause?: unknown,
): OdLinkError {
  const first =
    reason === 'key-wrong'
      ? 'Use the key that it was saved with: OD_LINK_KEY_FILE names a key file; without one, it is the passphrase.'
      : 'Restore the file from a backup.'
  return new OdLinkError('keychain', `${message} Nothing was changed.`, {
    reason,
    next: [first, ...startAgain(item)],
    cause,
  })
}

function startAgain(item: string): NextStep[] {
  if (item === 'client-secret')
    return [{ intro: 'Or remove the secret:', verb: 'config', args: ['unset', 'client-secret'] }]
  if (!item.includes('.')) return []
  const intro = 'Or remove the link, and sign in again:'
  return [{ intro, verb: 'logout', args: [item], and: { verb: 'login' } }]
}
