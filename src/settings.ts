import { changeStateFile, readStateFile } from './state-file.ts'

/** The settings that can be kept, each with the variable that overrides it. `client-secret` is not among them: it lives in the store. */
export const settingNames = {
  'client-id': 'OD_LINK_CLIENT_ID',
  tenant: 'OD_LINK_TENANT',
  cloud: 'OD_LINK_CLOUD',
  'redirect-uri': 'OD_LINK_REDIRECT_URI',
  listen: 'OD_LINK_LISTEN',
  scope: 'OD_LINK_SCOPE',
  store: 'OD_LINK_STORE',
} as const satisfies Record<string, string>

export type SettingName = keyof typeof settingNames

/**
 * A setting as it holds now: the variable, else what was kept with `config set`.
 * @throws OdLinkError (usage) when the settings cannot be read.
 */
export function setting(name: SettingName): string | undefined {
  return process.env[settingNames[name]] || savedSettings()[name]
}

/**
 * What `config set` has kept.
 * @throws OdLinkError (usage) when it cannot be read.
 */
export function savedSettings(): Partial<Record<SettingName, string>> {
  return readStateFile('config')
}

/**
 * Keeps settings in one step, and forgets those whose value is undefined; the others stay.
 * @throws OdLinkError (usage) when they cannot be read or written.
 */
export async function saveSettings(changes: Partial<Record<SettingName, string | undefined>>): Promise<void> {
  await changeStateFile('config', (state) => {
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined) delete state[name]
      else state[name] = value
    }
  })
}
