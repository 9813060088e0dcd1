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
import { OdLinkError } from '../../errors.ts'
import { checkSetting } from '../../registration/index.ts'
import { savedSettings, saveSettings, setting } from '../../settings/index.ts'
import { withLock } from '../../settings/lock.ts'
import { type SettingName, settingNames } from '../../settings/names.ts'
import { print, printJson, say } from '../../terminal/index.ts'
import { askSecret } from '../../terminal/prompt.ts'

const secretName = 'client-secret'
const names = [...(Object.keys(settingNames) as SettingName[]), secretName] as const
type Name = (typeof names)[number]

/** `od-link config get|set|unset|list`. The client secret is no argument and is never printed. */
export async function run({ positional, options }: Arguments): Promise<void> {
  const [action = '', name, value] = positional
  const json = options.json === true
  // Before anything else, so that no error repeats it: `client-secret=…` is one, too.
  if (action === 'set' && name?.startsWith(secretName) && (value !== undefined || name !== secretName)) {
    throw secretTyped()
  }
  const most = { list: 1, get: 2, unset: 2, set: 3 }[action] ?? 0
  if (positional.length > most) {
    throw new OdLinkError('usage', `Unexpected argument "${positional[most]}".`, {
      hint: 'od-link config --help',
    })
  }
  if (action === 'list') return list(json)
  const known = names.find((known) => known === name)
  if (!known) {
    throw new OdLinkError('usage', name ? `There is no setting "${name}".` : 'Name a setting.', {
      hint: `It is one of: ${names.join(', ')}`,
    })
  }
  if (action === 'get') return get(known, json)
  if (action === 'unset') return unset(known)
  if (known === secretName) return setSecret()
  if (value === undefined) {
    throw new OdLinkError('usage', `No value for ${known} was given.`, {
      hint: `od-link config set ${known} VALUE`,
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
  // Overruled by OD_LINK_STORE, it is found where it was.
  if (before === chosenStore()) return
  // A store that cannot be read may be why another one is chosen.
  const stays = await Promise.resolve(before)
    .then(checkStoreName)
    .then(isSecretIn)
    .catch(() => false)
  if (!stays) return
  say(`The client secret stays in ${before}; to take it and the links along:`)
  say(`  od-link config set store ${before} && od-link store move --to ${store}`)
}

async function get(name: Name, json: boolean): Promise<void> {
  const value = name === secretName ? await secretState() : setting(name)
  if (json) return printJson(value ?? null)
  if (value !== undefined) return print(value)
  throw new OdLinkError('usage', `${name} is not set.`, { hint: `od-link config set ${name}` })
}

async function unset(name: Name): Promise<void> {
  if (name === secretName) await saveClientSecret(undefined)
  else await save(name, undefined)
}

/** Two at once must not lose one of them. */
async function save(name: SettingName, value: string | undefined): Promise<void> {
  await withLock('settings', () => saveSettings({ [name]: value }))
}

async function setSecret(): Promise<void> {
  const secret = await askSecret('Client secret (the Value, not the ID): ')
  checkClientSecret(secret)
  await probeStore(await openStore())
  await saveClientSecret(secret)
  say('The client secret is kept; the next od-link login uses it.')
}

function secretTyped(): OdLinkError {
  return new OdLinkError('usage', 'A secret is never an argument: others on this machine can read those.', {
    hint: [
      'od-link config set client-secret',
      '(it asks without echo, or reads standard input; what was typed now is in',
      'the history of the shell: better make a new secret)',
    ].join('\n'),
  })
}

/** What is kept, and what the environment puts in its place. */
async function list(json: boolean): Promise<void> {
  const saved = savedSettings()
  const rows = (Object.keys(settingNames) as SettingName[]).map((name) => ({
    name,
    value: setting(name) ?? null,
    from: process.env[settingNames[name]]
      ? settingNames[name]
      : saved[name] === undefined
        ? null
        : 'settings',
  }))
  const secret = (await secretState()) ?? null
  const from = process.env.OD_LINK_CLIENT_SECRET ? 'OD_LINK_CLIENT_SECRET' : secret && 'settings'
  const all = [...rows, { name: secretName, value: secret, from }]
  if (json) return printJson(all)
  for (const { name, value, from } of all) {
    print(`${name.padEnd(14)} ${value ?? '—'}${from && from !== 'settings' ? `   (${from})` : ''}`)
  }
}

/** Whether there is a secret; what it is stays where it is. The other settings can be seen without a keychain. */
async function secretState(): Promise<string | undefined> {
  if (process.env.OD_LINK_CLIENT_SECRET) return '(set, not shown)'
  try {
    return (await hasClientSecret()) ? '(set, not shown)' : undefined
  } catch (error) {
    if (error instanceof OdLinkError && error.kind === 'keychain')
      return '(not known: the store cannot be read)'
    throw error
  }
}
