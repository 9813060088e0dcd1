import { changeStateFile, readStateFile } from './json-file.ts'
import { type SettingName, settingNames } from './names.ts'

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
