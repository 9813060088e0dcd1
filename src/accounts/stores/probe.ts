import { createHash, randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { OdLinkError } from '../../errors.ts'
import { withLock } from '../../settings/lock.ts'
import { runChild } from '../../system/child-process.ts'
import { storeLimitMs } from './limits.ts'
import { forgetfulStore, probeItem, type Store, useFiles } from './store.ts'

/**
 * Checks, before anyone is sent to a browser, that a link can be saved: that the lock can be taken, and that an item can be
 * written, read back (also by another process) and removed. The item always has the same name, so that the next probe
 * removes what a killed probe left.
 * @throws OdLinkError (keychain) when the store does not work.
 */
export async function probeStore(store: Store): Promise<void> {
  await store.unlock?.()
  await withLock('index', async () => {
    const text = JSON.stringify({ probe: randomBytes(16).toString('hex') })
    try {
      await store.write(probeItem, text)
      if ((await store.read(probeItem)) !== text) throw forgetfulStore(store)
      if (store.mayForget && (await readBack(store)) !== digestOf(text)) throw forgetfulStore(store)
    } catch (error) {
      // The person has to see why it could not be saved, not why it could not be removed.
      await store.remove(probeItem).catch(() => {})
      throw error
    }
    await store.remove(probeItem)
  })
}

/** How long the other process may take besides its call of the store. */
const startLimitMs = 5_000

/**
 * The digest of what another process reads. Some keyrings (on WSL) accept a secret and return it to the process that wrote
 * it, but not to the next process.
 */
async function readBack({ name, label }: Store): Promise<string> {
  const reader = fileURLToPath(new URL('./read-back.cjs', import.meta.url))
  const ended = await runChild(process.execPath, [reader, name], {
    limitMs: storeLimitMs() + startLimitMs,
    waiting: `Waiting for another process to read from ${label.replace(/^The /, 'the ')} what was written…`,
  })
  if (ended.how === 'exited' && ended.code === 0) return ended.stdout.trim()
  const why = ended.how === 'exited' ? ended.stderr.trim() : 'It did not respond in time.'
  throw new OdLinkError(
    'keychain',
    `${label} works in this process, but another process cannot read from it. ${why}`,
    { reason: 'store-forgetful', next: ['Check it with its own program.', useFiles] },
  )
}

/** Identifies what was read without revealing it. */
export function digestOf(text: string | undefined): string {
  return text === undefined ? 'nothing' : createHash('sha256').update(text).digest('hex')
}
