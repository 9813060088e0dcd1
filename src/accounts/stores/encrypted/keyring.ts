/*
 * What a passphrase opened, held by the kernel for the login session (keyrings(7)), by the program keyctl of keyutils. The
 * kernel gives it to programs of this user in this session only, never writes it to a disk, and forgets it when the session
 * ends. It is handed over by pipes: arguments can be seen by other users.
 */

import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { type Ended, runChild } from '../../../system/child-process.ts'
import { keyPath } from './key-path.ts'

/** The kernel answers at once. */
const limitMs = 3_000

/** What the keyring holds for this settings directory; undefined when it holds nothing, or there is none. */
export async function heldIdentity(): Promise<string | undefined> {
  if (!existsSync(keyPath())) return undefined
  return outputOf(await keyctl(['pipe', `%user:${description()}`]))?.trim() || undefined
}

/** Whether commands of this login session can do without the passphrase. */
export async function isHeld(): Promise<boolean> {
  return (await heldIdentity()) !== undefined
}

/** Has the keyring hold it, where there is one. */
export async function hold(identity: string): Promise<void> {
  // Without a session of its own, a process would get a new one from `@s`, and lose it at its end; it shares the user's.
  const session = outputOf(await keyctl(['rdescribe', '@s']))
  if (session === undefined) return
  await keyctl(
    ['padd', 'user', description(), /;_uid_ses\.\d+$/.test(session.trim()) ? '@us' : '@s'],
    identity,
  )
}

/** Another key file under a passphrase has another name, so that an old key is never taken for the new one. */
function description(): string {
  const digest = createHash('sha256').update(readFileSync(keyPath())).digest('hex')
  return `od-link-${digest.slice(0, 32)}`
}

async function keyctl(args: string[], input = ''): Promise<Ended | undefined> {
  if (process.platform !== 'linux') return undefined
  return runChild('keyctl', args, { input, limitMs, waiting: "Waiting for the kernel's keyring…" })
}

function outputOf(ended: Ended | undefined): string | undefined {
  return ended?.how === 'exited' && ended.code === 0 ? ended.stdout : undefined
}
