/* The checks of what od-link has saved: stores, settings, the app registration. */

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
import { anotherDirectory, configDir } from '../settings/directory.ts'
import { variable } from '../settings/environment.ts'
import { overrideOf, savedSettings, setting } from '../settings/index.ts'
import { type SettingName, settingNames } from '../settings/names.ts'
import type { NextStep } from '../text/next-step.ts'
import { commandLine } from '../text/shell-quote.ts'
import type { CheckResult } from './finding.ts'

/** The store for new links, and the stores of existing links. */
export function storesInUse(): StoreName[] {
  return [...new Set([chosenStore(), ...listAccounts().map(({ store }) => store)])]
}

/** Whether a store works. */
export async function checkStore(name: StoreName): Promise<CheckResult> {
  const store = await openStore(name)
  try {
    await probeStore(store)
  } catch (error) {
    throw error instanceof OdLinkError ? withProgram(error, await store.program?.()) : error
  }
  const program = await store.program?.()
  const links = listAccounts().filter(({ store }) => store === name).length
  const why = name !== chosenStore() ? 'a link is in it' : (originOf('store') ?? 'the default')
  const cache = name.startsWith('helper:pass')
    ? '; for unattended use, its key needs no passphrase, or a gpg-agent that caches it for long'
    : ''
  const key = store.keyInWords ? `; ${await store.keyInWords()}` : ''
  return `${why}; works${program ? ` (${program})` : ''}; ${links === 1 ? '1 link' : `${links} links`}${cache}${key}`
}

/** Says which keychain failed, because a person may have several. */
function withProgram(error: OdLinkError, program: string | undefined): OdLinkError {
  return program ? error.with({ message: `${error.message} The keychain here is ${program}.` }) : error
}

/** The settings directory, its permissions, and its files. */
export function checkSettings(): CheckResult {
  const dir = configDir()
  // Both throw if the file cannot be read, or if others can write to the directory.
  const saved = savedSettings()
  listAccounts()
  if (!statSync(dir, { throwIfNoEntry: false })) return `${dir} does not exist yet; login creates it`
  refuseUnwritable(dir)
  refuseWritableByOthers(dir)
  const unknown = Object.keys(saved).filter((key) => !Object.hasOwn(settingNames, key))
  if (unknown.length > 0) throw unknownKeys(unknown, join(dir, 'config.json'))
  const names = Object.keys(saved)
  return `${dir}; ${names.length > 0 ? `set: ${names.join(', ')}` : 'nothing is set'}`
}

function refuseUnwritable(dir: string): void {
  try {
    accessSync(dir, constants.W_OK)
  } catch (error) {
    throw new OdLinkError('usage', `${dir} is read-only, so no link can be renewed.`, {
      reason: 'settings-unusable',
      next: [`Make it writable, or use another directory: ${anotherDirectory}`],
      cause: error,
    })
  }
}

/** The directory itself is checked whenever settings are read. */
function refuseWritableByOthers(dir: string): void {
  if (process.platform === 'win32') return
  const open = readdirSync(dir).filter(
    (name) => name.endsWith('.json') && (statSync(join(dir, name)).mode & 0o022) !== 0,
  )
  if (open.length === 0) return
  const command = commandLine(['chmod', 'go-w', ...open.map((name) => join(dir, name))], 'posix')
  throw new OdLinkError('usage', `Other users can write to ${open.join(' and ')} in ${dir}.`, {
    reason: 'settings-unusable',
    next: command ? [command] : [],
  })
}

function unknownKeys(keys: string[], file: string): OdLinkError {
  const named = keys.map((key) => `"${key}"`).join(', ')
  const steps = keys.flatMap((key): NextStep[] => {
    if (key === 'client-secret')
      return [{ intro: 'To save the secret in the store:', verb: 'config', args: ['set', 'client-secret'] }]
    const [meant] = nearest(key, Object.keys(settingNames))
    if (!meant) return []
    return [{ intro: `If "${key}" means ${meant}:`, verb: 'config', args: ['set', meant, 'VALUE'] }]
  })
  const [are, them] =
    keys.length === 1 ? ['is not a setting and has', 'it'] : ['are not settings and have', 'them']
  return new OdLinkError('usage', `${named} in config.json ${are} no effect.`, {
    reason: 'invalid-setting',
    next: [...steps, `${steps.length > 0 ? 'Then remove' : 'Remove'} ${them} from ${file}`],
  })
}

/**
 * The app registration that a login would use.
 * @param storeWorks whether a saved secret can be read.
 */
export async function checkRegistrationSettings(storeWorks: () => Promise<boolean>): Promise<CheckResult> {
  const clientId = setting('client-id')
  if (!clientId && listAccounts().length > 0) return { notChecked: 'none is set; each link has its own' }
  if (!clientId) throw noClientId()
  readRedirect(setting('redirect-uri') ?? defaultRedirectUri, setting('listen'))
  for (const name of ['client-id', 'tenant', 'cloud', 'listen', 'scope'] as const) {
    const value = setting(name)
    if (value !== undefined) checkSetting(name, value)
  }
  const cloudName = setting('cloud') ?? 'global'
  const cloud = cloudInUse(cloudName)
  return [
    `client ID ${clientId}`,
    `tenant ${setting('tenant') ?? cloud.tenant}`,
    `cloud ${cloudName}`,
    `redirect URI ${setting('redirect-uri') ?? defaultRedirectUri}`,
    ...(setting('scope') ? [`scope ${setting('scope')}`] : []),
    await secretInWords(storeWorks),
  ].join(', ')
}

async function secretInWords(storeWorks: () => Promise<boolean>): Promise<string> {
  if (variable('OD_LINK_CLIENT_SECRET')) return 'secret in OD_LINK_CLIENT_SECRET'
  if (!(await storeWorks())) return 'secret unknown, because the store does not work'
  return (await hasClientSecret()) ? 'secret saved' : 'no secret'
}

/** Where a setting comes from; undefined if it is not set. */
function originOf(name: SettingName): string | undefined {
  if (overrideOf(name)) return `set by ${settingNames[name]}`
  return savedSettings()[name] === undefined ? undefined : 'set in the settings'
}
