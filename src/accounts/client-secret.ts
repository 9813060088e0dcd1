import { notices } from '../notices.ts'
import { setting } from '../settings.ts'
import { openStore } from './stores.ts'

/** The client secret of a confidential registration, kept in the store with the client id that it belongs to. */
interface KeptSecret {
  /** Absent when the secret was kept before a client id was known: then it fits any. */
  clientId?: string | undefined
  secret: string
}

const item = 'client-secret'

/** Keeps the secret, or forgets it when it is undefined. */
export async function saveClientSecret(secret: string | undefined): Promise<void> {
  const store = await openStore()
  if (secret === undefined) return store.remove(item)
  const kept: KeptSecret = { clientId: setting('client-id'), secret }
  await store.write(item, JSON.stringify(kept))
}

export async function hasClientSecret(): Promise<boolean> {
  return (await readKept()) !== undefined
}

/** The kept secret, unless it was kept for another client id: another app's secret is not this one's to see. */
export async function clientSecretFor(clientId: string): Promise<string | undefined> {
  const kept = await readKept()
  if (!kept || kept.clientId === undefined || kept.clientId === clientId) return kept?.secret
  notices.warning(
    `The client secret that is kept belongs to ${kept.clientId}, so it is not used for ${clientId}.`,
  )
  return undefined
}

async function readKept(): Promise<KeptSecret | undefined> {
  const text = await (await openStore()).read(item)
  return text === undefined ? undefined : JSON.parse(text)
}
