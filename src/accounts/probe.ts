import { randomBytes } from 'node:crypto'
import { OdLinkError } from '../errors.ts'
import type { Store } from './store.ts'

/**
 * Proves that the store keeps what it is given, with an item that is written, read and removed again.
 * @throws OdLinkError (keychain) when it does not.
 */
export async function probeStore(store: Store): Promise<void> {
  const item = `probe ${randomBytes(8).toString('hex')}`
  const text = randomBytes(16).toString('hex')
  await store.write(item, text)
  try {
    if ((await store.read(item)) === text) return
    throw new OdLinkError('keychain', `${store.label} does not give back what was written to it.`, {
      hint: 'Check its state with its own program, or keep links in files: OD_LINK_STORE=file od-link login',
    })
  } finally {
    await store.remove(item)
  }
}
