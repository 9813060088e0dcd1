import {
  checkClientSecret,
  hasClientSecret,
  isSecretIn,
  saveClientSecret,
} from '../../accounts/client-secret.ts'
import {
  checkStoreName,
  chosenStore,
  openStore,
  type StoreName,
  warnAboutStore,
} from '../../accounts/stores/index.ts'
import { probeStore } from '../../accounts/stores/probe.ts'
import type { Arguments } from '../../cli/command.ts'
import { unexpectedArgument } from '../../cli/usage-errors.ts'
import { OdLinkError } from '../../errors.ts'
import { checkSetting } from '../../registration/index.ts'
import { variable } from '../../settings/environment.ts'
import { overrideOf, savedSettings, saveSettings, setting } from '../../settings/index.ts'
import { withLock } from '../../settings/lock.ts'
import { type SettingName, settingNames } from '../../settings/names.ts'
import { print, printJson, say, tell } from '../../terminal/index.ts'
import { askSecret } from '../../terminal/prompt.ts'

const secretName = 'client-secret'
const names = [...(Object.keys(settingNames) as SettingName[]), secretName] as const
type Name = (typeof names)[number]

/** `od-link config get|set|unset|list`. The client secret is never an argument, and never printed. */
export async function run({ positional, options }: Arguments): Promise<void> {
  const [action = '', name, value] = positional
  const json = options.json === true
  // Before anything else, so that no error repeats the secret; `client-secret=…` contains one as well.
  if (action === 'set' && name?.startsWith(secretName) && (value !== undefined || name !== secretName)) {
    throw secretInArguments()
  }
  const most = { list: 1, get: 2, unset: 2, set: 3 }[action] ?? 0
  if (positional.length > most) {
    throw unexpectedArgument(String(positional[most]), 'config')
  }
  if (action === 'list') return list(json)
  const known = names.find((known) => known === name)
  if (!known) {
    throw new OdLinkError('usage', name ? `There is no setting "${name}".` : 'Name a setting.', {
      reason: name ? 'invalid-value' : 'missing-argument',
      next: [`Use one of: ${names.join(', ')}`],
    })
  }
  if (action === 'get') return get(known, json)
  if (action === 'unset') return unset(known)
  if (known === secretName) return setSecret()
  if (value === undefined) {
    throw new OdLinkError('usage', `Missing argument: the value of ${known}.`, {
      reason: 'missing-argument',
      next: [{ verb: 'config', args: ['set', known, 'VALUE'] }],
    })
  }
  checkSetting(known, value)
  if (known === 'store') return chooseStore(checkStoreName(value))
  await save(known, value)
}

async function chooseStore(store: StoreName): Promise<void> {
  const before = setting('store') ?? 'keychain'
  await save('store', store)
  warnAboutStore(store)
  // If OD_LINK_STORE overrides the choice, od-link looks for the secret where it was.
  if (before === chosenStore()) return
  // The old store may not work, which may be why another one is chosen.
  const stays = await Promise.resolve(before)
    .then(checkStoreName)
    .then(isSecretIn)
    .catch(() => false)
  if (!stays) return
  say(`The client secret is still in ${before}. To move it and the links as well:`)
  say(`  od-link config set store ${before} && od-link store move --to ${store}`)
}

async function get(name: Name, json: boolean): Promise<void> {
  const value = name === secretName ? await secretState() : setting(name)
  if (json) return printJson(value ?? null)
  if (value !== undefined) return print(value)
  throw new OdLinkError('usage', `${name} is not set.`, {
    reason: 'missing-setting',
    next: [{ verb: 'config', args: ['set', name, ...(name === secretName ? [] : ['VALUE'])] }],
  })
}

async function unset(name: Name): Promise<void> {
  if (name === secretName) await saveClientSecret(undefined)
  else await save(name, undefined)
}

/** Under a lock, so that of two changes at the same time neither is lost. */
async function save(name: SettingName, value: string | undefined): Promise<void> {
  await withLock('settings', () => saveSettings({ [name]: value }))
}

async function setSecret(): Promise<void> {
  const secret = await askSecret('Client secret (the Value, not the ID): ')
  checkClientSecret(secret)
  await probeStore(await openStore())
  await saveClientSecret(secret)
  if (variable('OD_LINK_CLIENT_SECRET'))
    tell('The client secret is saved. OD_LINK_CLIENT_SECRET overrides it; unset that to use the saved one.')
  else say('The client secret is saved; the next od-link login uses it.')
}

function secretInArguments(): OdLinkError {
  return new OdLinkError('usage', 'Never pass the secret as an argument: other users can see arguments.', {
    reason: 'unexpected-argument',
    next: [
      { verb: 'config', args: ['set', 'client-secret'] },
      'This asks for it without echo, or reads standard input.',
      "The secret is now in your shell's history, so it is safer to create a new one.",
    ],
  })
}

/** The saved settings, and the variables that override them. */
async function list(json: boolean): Promise<void> {
  const saved = savedSettings()
  const rows = (Object.keys(settingNames) as SettingName[]).map((name) => ({
    name,
    value: setting(name) ?? null,
    from: overrideOf(name) ? settingNames[name] : saved[name] === undefined ? null : 'settings',
  }))
  const secret = (await secretState()) ?? null
  const from = variable('OD_LINK_CLIENT_SECRET') ? 'OD_LINK_CLIENT_SECRET' : secret && 'settings'
  const all = [...rows, { name: secretName, value: secret, from }]
  if (json) return printJson(all)
  for (const { name, value, from } of all) {
    print(`${name.padEnd(14)} ${value ?? '—'}${from && from !== 'settings' ? `   (${from})` : ''}`)
  }
}

/** Whether there is a secret, without revealing it. The other settings can be listed without a working keychain. */
async function secretState(): Promise<string | undefined> {
  if (variable('OD_LINK_CLIENT_SECRET')) return '(set, not shown)'
  try {
    return (await hasClientSecret()) ? '(set, not shown)' : undefined
  } catch (error) {
    if (error instanceof OdLinkError && error.kind === 'keychain')
      return '(unknown: the store cannot be read)'
    throw error
  }
}
