import { OdLinkError } from '../errors.ts'
import { inApp, menu } from '../identity/portal.ts'
import { notices } from '../notices.ts'
import { setting } from '../settings/index.ts'
import { parseJsonObject } from '../text/json.ts'
import { openStore, type StoreName } from './stores/index.ts'

/** The client secret of a confidential registration, kept in the store with the client id that it belongs to. */
interface KeptSecret {
  /** Absent when the secret was kept before a client id was known: then it fits any. */
  clientId?: string | undefined
  secret: string
}

/** The item of the store that it is in. */
export const clientSecretItem = 'client-secret'

/** @throws OdLinkError (usage) when it cannot be a client secret; the message does not repeat it. */
export function checkClientSecret(secret: string): void {
  const isGuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(secret)
  if (/^[\x21-\x7e]{1,512}$/.test(secret) && !isGuid) return
  const what = !secret ? 'No client secret was given.' : 'That is not a client secret.'
  throw new OdLinkError(
    'usage',
    isGuid ? `That is the ${menu.secretId}, not the ${menu.secretValue}.` : what,
    {
      hint: `Copy the ${menu.secretValue}, which is shown only once; if it is gone, make a new one:\n${inApp(menu.newSecret)}`,
    },
  )
}

/**
 * Keeps the secret of an app, or forgets it when it is undefined.
 * @throws OdLinkError (keychain) when the store cannot, (service) when another process kept one for too long.
 */
export async function saveClientSecret(
  secret: string | undefined,
  clientId = setting('client-id'),
): Promise<void> {
  const store = await openStore()
  const { withLock } = await import('../settings/lock.ts')
  await withLock(clientSecretItem, async () => {
    if (secret === undefined) return store.remove(clientSecretItem)
    const kept: KeptSecret = { clientId, secret }
    await store.write(clientSecretItem, JSON.stringify(kept))
  })
}

/**
 * Whether a secret is kept: any, or one that goes with this client id.
 * @throws OdLinkError (keychain) when the store cannot be read.
 */
export async function hasClientSecret(clientId?: string): Promise<boolean> {
  const kept = await readKept()
  return kept !== undefined && (clientId === undefined || fits(kept, clientId))
}

/** Whether a secret is kept in this store, whichever is chosen. */
export async function isSecretIn(store: StoreName): Promise<boolean> {
  return (await (await openStore(store)).read(clientSecretItem)) !== undefined
}

/**
 * The kept secret, unless it was kept for another client id: another app's secret is not this one's to see.
 * @throws OdLinkError (keychain) when the store cannot be read.
 */
export async function clientSecretFor(clientId: string): Promise<string | undefined> {
  const kept = await readKept()
  if (!kept || fits(kept, clientId)) return kept?.secret
  notices.warning(
    `The client secret that is kept belongs to ${kept.clientId}, so it is not used for ${clientId}.`,
  )
  return undefined
}

function fits(kept: KeptSecret, clientId: string): boolean {
  return kept.clientId === undefined || kept.clientId === clientId
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
