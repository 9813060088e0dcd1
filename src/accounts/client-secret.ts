import { OdLinkError } from '../errors.ts'
import type { LinkRecord } from '../identity/link.ts'
import { inApp, menu } from '../identity/portal.ts'
import { notices } from '../notices.ts'
import { variable } from '../settings/environment.ts'
import { setting } from '../settings/index.ts'
import { parseJsonObject } from '../text/json.ts'
import { openStore, type StoreName } from './stores/index.ts'
import type { Store } from './stores/store.ts'

/** The client secret of a confidential client, saved in the store with the client ID that it belongs to. */
interface SavedSecret {
  /** Absent when the secret was saved before a client ID was known; then it fits any. */
  clientId?: string | undefined
  secret: string
}

/** The name of its item in the store. */
export const clientSecretItem = 'client-secret'

/** @throws OdLinkError (usage) when this cannot be a client secret; the message does not repeat it. */
export function checkClientSecret(secret: string): void {
  const isGuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(secret)
  if (/^[\x21-\x7e]{1,512}$/.test(secret) && !isGuid) return
  const what = secret ? 'That is not a client secret.' : 'No client secret was given.'
  throw new OdLinkError(
    'usage',
    isGuid ? `That is the ${menu.secretId}, not the ${menu.secretValue}.` : what,
    {
      reason: 'client-secret',
      next: [
        `Copy the ${menu.secretValue}. It is shown only once; if you no longer have it, create a new secret:`,
        inApp(menu.newSecret),
      ],
    },
  )
}

/**
 * Saves the secret of an app; undefined removes it.
 * @throws OdLinkError (keychain) when the store fails, (service) when another process holds the lock for too long.
 */
export async function saveClientSecret(
  secret: string | undefined,
  clientId = setting('client-id'),
): Promise<void> {
  const store = await openStore()
  const { withLock } = await import('../settings/lock.ts')
  await withLock(clientSecretItem, async () => {
    if (secret === undefined) return store.remove(clientSecretItem)
    const saved: SavedSecret = { clientId, secret }
    await store.write(clientSecretItem, JSON.stringify(saved))
  })
}

/** Saves the secret again in the store's current form, if there is one. */
export async function rewriteClientSecret(store: Store): Promise<void> {
  const { withLock } = await import('../settings/lock.ts')
  await withLock(clientSecretItem, async () => {
    const saved = await store.read(clientSecretItem)
    if (saved !== undefined) await store.write(clientSecretItem, saved)
  })
}

/**
 * Whether a secret is saved: any, or one that fits this client ID.
 * @throws OdLinkError (keychain) when the store cannot be read.
 */
export async function hasClientSecret(clientId?: string): Promise<boolean> {
  const saved = await readSaved()
  return saved !== undefined && (clientId === undefined || fits(saved, clientId))
}

/** Whether a secret is saved in this store, even if another store is chosen for new links. */
export async function isSecretIn(store: StoreName): Promise<boolean> {
  return (await (await openStore(store)).read(clientSecretItem)) !== undefined
}

/**
 * The saved secret, unless it belongs to another client ID: one app's secret must not be sent for another.
 * @throws OdLinkError (keychain) when the store cannot be read.
 */
export async function clientSecretFor(clientId: string): Promise<string | undefined> {
  const saved = await readSaved()
  if (!saved || fits(saved, clientId)) return saved?.secret
  notices.warning(`The saved client secret belongs to ${saved.clientId}, so it is not used for ${clientId}.`)
  return undefined
}

/**
 * A link whose client secret was refused, with the one that has replaced it: from the environment or the store, of the same
 * client ID. A new secret leaves refresh tokens valid.
 * @param refusal what the token endpoint answered.
 * @returns undefined when the secret was not the cause, or no other one is known.
 */
export async function withAnotherSecret(
  record: LinkRecord,
  refusal: unknown,
): Promise<LinkRecord | undefined> {
  if (!(refusal instanceof OdLinkError) || refusal.reason !== 'client-secret') return undefined
  const { clientId, clientSecret: used } = record.registration
  const isOwn = (setting('client-id') ?? clientId) === clientId
  const given = isOwn ? variable('OD_LINK_CLIENT_SECRET') : undefined
  const saved = await readSaved()
  const kept = saved && fits(saved, clientId) ? saved.secret : undefined
  const another = [given, kept].find((secret) => secret && secret !== used)
  return another ? { ...record, registration: { ...record.registration, clientSecret: another } } : undefined
}

function fits(saved: SavedSecret, clientId: string): boolean {
  return saved.clientId === undefined || saved.clientId === clientId
}

/** @throws OdLinkError (keychain) when od-link did not write what is saved; nothing is deleted. */
async function readSaved(): Promise<SavedSecret | undefined> {
  const text = await (await openStore()).read(clientSecretItem)
  if (text === undefined) return undefined
  const { clientId, secret } = parseJsonObject(text) ?? {}
  const isText = (value: unknown) => typeof value === 'string'
  if (isText(secret) && (clientId === undefined || isText(clientId)))
    return { clientId, secret } as SavedSecret
  throw new OdLinkError('keychain', 'The saved client secret is damaged.', {
    reason: 'record-damaged',
    next: [
      { verb: 'config', args: ['set', 'client-secret'] },
      { intro: 'Or remove it:', verb: 'config', args: ['unset', 'client-secret'] },
    ],
  })
}
