import { OdLinkError } from '../errors.ts'
import { parseJsonObject } from '../json.ts'
import { notices } from '../notices.ts'
import { setting } from '../settings.ts'
import { openStore } from './stores.ts'

/** The client secret of a confidential registration, kept in the store with the client id that it belongs to. */
interface KeptSecret {
  /** Absent when the secret was kept before a client id was known: then it fits any. */
  clientId?: string | undefined
  secret: string
}

/** The item of the store that it is in. */
export const clientSecretItem = 'client-secret'

/** Keeps the secret, or forgets it when it is undefined. */
export async function saveClientSecret(secret: string | undefined): Promise<void> {
  const store = await openStore()
  if (secret === undefined) return store.remove(clientSecretItem)
  const kept: KeptSecret = { clientId: setting('client-id'), secret }
  await store.write(clientSecretItem, JSON.stringify(kept))
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

/** @throws OdLinkError (keychain) when what is kept is not what od-link writes; nothing is deleted. */
async function readKept(): Promise<KeptSecret | undefined> {
  const text = await (await openStore()).read(clientSecretItem)
  if (text === undefined) return undefined
  const { clientId, secret } = parseJsonObject(text) ?? {}
  const isText = (value: unknown) => typeof value === 'string'
  if (isText(secret) && (clientId === undefined || isText(clientId)))
    return { clientId, secret } as KeptSecret
  throw new OdLinkError('keychain', 'The client secret is kept, but cannot be read: it is damaged.', {
    hint: 'od-link config set client-secret\n(which replaces it; or remove it: od-link config unset client-secret)',
  })
}
