/* od-link's own variables, and the one place that reads them. Flags win over them, and they win over saved settings. */

import type { settingNames } from './names.ts'

type SettingVariable = (typeof settingNames)[keyof typeof settingNames]

export type Variable =
  | SettingVariable
  | 'OD_LINK_CLIENT_SECRET'
  | 'OD_LINK_ACCOUNT'
  | 'OD_LINK_AUTHORITY_HOST'
  | 'OD_LINK_GRAPH_HOST'
  | 'OD_LINK_BROWSER'
  | 'OD_LINK_CONFIG_DIR'
  | 'OD_LINK_KEY_FILE'
  | 'OD_LINK_ON_SIGNIN_NEEDED'

/** The value of a variable; an empty one counts as unset. White space at its ends, such as a carriage return, is ignored. */
export function variable(name: Variable): string | undefined {
  return process.env[name]?.trim() || undefined
}

/** The variables of the system and of other programs. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env
}
