import { randomBytes } from 'node:crypto'
import { withLock } from './lock.ts'
import { forgetful, type Store } from './store.ts'

/**
 * Proves that a link could be kept, before anyone is sent to a browser: the lock can be had, and an item that is
 * written is given back and can be removed. It has one name, under the lock, so that a killed probe leaves nothing
 * that the next one does not clear.
 * @throws OdLinkError (keychain) when the store does not keep what it is given.
 */
export async function probeStore(store: Store): Promise<void> {
  await withLock('index', async () => {
    const text = JSON.stringify({ probe: randomBytes(16).toString('hex') })
    try {
      await store.write('probe', text)
      if ((await store.read('probe')) !== text) throw forgetful(store)
    } finally {
      await store.remove('probe')
    }
  })
}
