/* The checks of what od-link keeps: stores, settings, the app registration. */

import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { hasClientSecret } from '../accounts/client-secret.ts'
import { listAccounts } from '../accounts/index.ts'
import { chosenStore, openStore, type StoreName } from '../accounts/stores/index.ts'
import { probeStore } from '../accounts/stores/probe.ts'
import { nearest } from '../cli/suggestions.ts'
import { OdLinkError } from '../errors.ts'
import { defaultRedirectUri } from '../identity/portal.ts'
import { cloudInUse } from '../registration/cloud.ts'
import { checkSetting, noClientId } from '../registration/index.ts'
import { readRedirect } from '../registration/redirect-uri.ts'
import { configDir } from '../settings/directory.ts'
import { savedSettings, setting } from '../settings/index.ts'
import { type SettingName, settingNames } from '../settings/names.ts'
import { commandLine } from '../text/shell-quote.ts'
import type { CheckResult } from './finding.ts'

/** The store for new links, and those that links are in. */
export function storesInUse(): StoreName[] {
  return [...new Set([chosenStore(), ...listAccounts().map(({ store }) => store)])]
}

/** Whether a store keeps what it is given. */
export async function checkStore(name: StoreName): Promise<CheckResult> {
  await probeStore(await openStore(name))
  const links = listAccounts().filter(({ store }) => store === name).length
  const why = name !== chosenStore() ? 'a link is there' : (whereFrom('store') ?? 'the default')
  const cache = name.startsWith('helper:pass')
    ? '; unattended it needs a key without a passphrase, or a gpg-agent that remembers it for long'
    : ''
  return `${why}; keeps what it is given; holds ${links === 1 ? '1 link' : `${links} links`}${cache}`
}

/** The settings' directory, its permissions, and what is in it. */
export function checkSettings(): CheckResult {
  const dir = configDir()
  // Both throw for what cannot be read, and for a directory that others can write to.
  const saved = savedSettings()
  listAccounts()
  if (!statSync(dir, { throwIfNoEntry: false })) return `${dir} is not there yet; login makes it`
  refuseUnwritable(dir)
  refuseWritableByOthers(dir)
  const unknown = Object.keys(saved).filter((key) => !Object.hasOwn(settingNames, key))
  if (unknown.length > 0) throw unknownKeys(unknown, join(dir, 'config.json'))
  const kept = Object.keys(saved)
  return `${dir}${kept.length > 0 ? `; kept: ${kept.join(', ')}` : '; nothing is kept'}`
}

function refuseUnwritable(dir: string): void {
  try {
    accessSync(dir, constants.W_OK)
  } catch (error) {
    throw new OdLinkError('usage', `${dir} cannot be written to, so no link can be renewed.`, {
      hint: 'Make it writable, or choose another: OD_LINK_CONFIG_DIR=/path/to/a/directory',
      cause: error,
    })
  }
}

/** The directory itself is looked at by whoever reads settings. */
function refuseWritableByOthers(dir: string): void {
  if (process.platform === 'win32') return
  const open = readdirSync(dir).filter(
    (name) => name.endsWith('.json') && (statSync(join(dir, name)).mode & 0o022) !== 0,
  )
  if (open.length === 0) return
  throw new OdLinkError('usage', `Others can write to ${open.join(' and ')} in ${dir}.`, {
    hint: commandLine(['chmod', 'go-w', ...open.map((name) => join(dir, name))]),
  })
}

function unknownKeys(keys: string[], file: string): OdLinkError {
  const named = keys.map((key) => `"${key}"`).join(', ')
  const cures = keys.map((key) => {
    if (key === 'client-secret') return 'od-link config set client-secret   (a secret belongs in the store)'
    const [meant] = nearest(key, Object.keys(settingNames))
    return meant ? `od-link config set ${meant} VALUE   (for "${key}")` : `remove "${key}"`
  })
  const what = keys.length === 1 ? 'is no setting' : 'are no settings'
  return new OdLinkError('usage', `${named} in config.json ${what}, and has no effect.`, {
    hint: [...cures, `Then take ${keys.length === 1 ? 'it' : 'them'} out of ${file}`].join('\n'),
  })
}

/**
 * The app registration that a login would use.
 * @param storeWorks whether the secret, if one is kept, can be seen.
 */
export async function checkRegistrationSettings(storeWorks: () => Promise<boolean>): Promise<CheckResult> {
  const clientId = setting('client-id')
  if (!clientId && listAccounts().length > 0) return { notChecked: 'none is set; each link carries its own' }
  if (!clientId) throw noClientId()
  readRedirect(setting('redirect-uri') ?? defaultRedirectUri, setting('listen'))
  for (const name of ['client-id', 'tenant', 'cloud', 'listen', 'scope'] as const) {
    const value = setting(name)
    if (value !== undefined) checkSetting(name, value)
  }
  const cloudName = setting('cloud') ?? 'global'
  const cloud = cloudInUse(cloudName)
  return [
    `client id ${clientId}`,
    `tenant ${setting('tenant') ?? cloud.tenant}`,
    `cloud ${cloudName}`,
    `redirect URI ${setting('redirect-uri') ?? defaultRedirectUri}`,
    ...(setting('scope') ? [`scope ${setting('scope')}`] : []),
    await secretInWords(storeWorks),
  ].join(', ')
}

async function secretInWords(storeWorks: () => Promise<boolean>): Promise<string> {
  if (process.env.OD_LINK_CLIENT_SECRET) return 'secret in OD_LINK_CLIENT_SECRET'
  if (!(await storeWorks())) return 'secret not known, since the store cannot be used'
  return (await hasClientSecret()) ? 'secret kept' : 'no secret'
}

/** Where a setting comes from; undefined when it is not set. */
function whereFrom(name: SettingName): string | undefined {
  if (process.env[settingNames[name]]) return `by ${settingNames[name]}`
  return savedSettings()[name] === undefined ? undefined : 'by the settings'
}
