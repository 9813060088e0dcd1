import { createHash, randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { OdLinkError } from '../../errors.ts'
import { withLock } from '../../settings/lock.ts'
import { runChild } from '../../system/child-process.ts'
import { waitMs } from './limits.ts'
import { forgetful, type Store } from './store.ts'

/**
 * Proves that a link could be kept, before anyone is sent to a browser: the lock can be had, and an item that is
 * written is given back, to another process too, and can be removed. It has one name, under the lock, so that a
 * killed probe leaves nothing that the next one does not clear.
 * @throws OdLinkError (keychain) when the store does not keep what it is given.
 */
export async function probeStore(store: Store): Promise<void> {
  await withLock('index', async () => {
    const text = JSON.stringify({ probe: randomBytes(16).toString('hex') })
    try {
      await store.write('probe', text)
      if ((await store.read('probe')) !== text) throw forgetful(store)
      if (store.mayForget && (await readBack(store)) !== digestOf(text)) throw forgetful(store)
    } catch (error) {
      // Why it could not be kept is what the person has to hear.
      await store.remove('probe').catch(() => {})
      throw error
    }
    await store.remove('probe')
  })
}

/** A process must start, and its calls of the store have their own limit. */
const limitMs = waitMs + 5_000

/**
 * What another process reads of the probe, as a digest: some keyrings (WSL) accept a secret, show it to the process
 * that wrote it, and have forgotten it when the next one asks.
 */
async function readBack({ name, label }: Store): Promise<string> {
  const reader = fileURLToPath(new URL('./read-back.cjs', import.meta.url))
  const ended = await runChild(process.execPath, [reader, name], {
    limitMs,
    waiting: `Waiting for another process to read back from ${label} what was written …`,
  })
  if (ended.how === 'exited' && ended.code === 0) return ended.stdout.trim()
  const why = ended.how === 'exited' ? ended.stderr.trim() : 'it did not answer in time.'
  throw new OdLinkError(
    'keychain',
    `${label} keeps what it is given, but another process cannot read it: ${why}`,
    {
      hint: 'Look at it with its own program.\nOr keep links in private files: od-link config set store file',
    },
  )
}

/** How the other process tells what it read, without showing it. */
export function digestOf(text: string | undefined): string {
  return text === undefined ? 'nothing' : createHash('sha256').update(text).digest('hex')
}
