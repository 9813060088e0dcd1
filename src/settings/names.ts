/**
 * The settings that can be saved, each with the variable that overrides it. `client-secret` is not among them because it
 * is in the store.
 */
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
