import { variable } from './environment.ts'
import { changeStateFile, readStateFile } from './json-file.ts'
import { type SettingName, settingNames } from './names.ts'

/**
 * The current value of a setting: its variable, or what `config set` saved.
 * @throws OdLinkError (usage) when the settings cannot be read.
 */
export function setting(name: SettingName): string | undefined {
  return overrideOf(name) ?? savedSettings()[name]
}

/** The value of the variable that overrides a saved setting. */
export function overrideOf(name: SettingName): string | undefined {
  return variable(settingNames[name])
}

/**
 * What `config set` saved.
 * @throws OdLinkError (usage) when it cannot be read.
 */
export function savedSettings(): Partial<Record<SettingName, string>> {
  return readStateFile('config')
}

/**
 * Saves settings in one step, and removes those whose value is undefined; the others stay.
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
