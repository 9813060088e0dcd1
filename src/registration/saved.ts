import { saveClientSecret } from '../accounts/client-secret.ts'
import { findCloud } from '../identity/clouds.ts'
import { defaultRedirectUri } from '../identity/portal.ts'
import { savedSettings, saveSettings } from '../settings/index.ts'
import { withLock } from '../settings/lock.ts'
import type { SettingName } from '../settings/names.ts'
import { defaultScopes } from './index.ts'

/** An app registration that exists: what `od-link setup` tests and saves. */
export interface OwnRegistration {
  clientId: string
  tenant: string
  /** The name of the cloud. */
  cloud: string
  kind: 'public' | 'web'
  redirectUri: string
  /** Where a web server forwards requests to an https redirect URI. */
  listen?: string | undefined
  /** Without the scopes that are always requested. */
  scope: string
  /** Of a "Web" registration. */
  secret?: string | undefined
}

/** A registration as settings. */
export function settingsOf({ clientId, tenant, cloud, redirectUri, listen, scope }: OwnRegistration) {
  const place = redirectUri.startsWith('https:') ? listen : undefined
  const settings = { 'client-id': clientId, tenant, cloud, 'redirect-uri': redirectUri, listen: place, scope }
  return settings satisfies Partial<Record<SettingName, string | undefined>>
}

/** The same, without those that equal the defaults. */
export function ownSettings(registration: OwnRegistration): Partial<Record<SettingName, string>> {
  const usual: Partial<Record<SettingName, string>> = {
    tenant: findCloud(registration.cloud).tenant,
    cloud: 'global',
    'redirect-uri': defaultRedirectUri,
    scope: defaultScopes,
  }
  const settings = Object.entries(settingsOf(registration))
  return Object.fromEntries(settings.filter(([name, value]) => value !== usual[name as SettingName]))
}

/**
 * Saves a registration as a whole, replacing the previous one: when the store does not accept the secret, the settings are
 * restored.
 * @throws OdLinkError (keychain) or (usage) when nothing could be saved.
 */
export async function saveRegistration(registration: OwnRegistration): Promise<void> {
  const { clientId, secret } = registration
  const names = Object.keys(settingsOf(registration)) as SettingName[]
  const all = (settings: Partial<Record<SettingName, string>>) =>
    Object.fromEntries(names.map((name) => [name, settings[name]]))
  await withLock('settings', async () => {
    const before = savedSettings()
    await saveSettings(all(ownSettings(registration)))
    if (secret === undefined) return
    try {
      await saveClientSecret(secret, clientId)
    } catch (error) {
      await saveSettings(all(before))
      throw error
    }
  })
}
