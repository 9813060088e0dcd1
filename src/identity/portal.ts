/**
 * The names of the menus in Microsoft's portal: the steps of `od-link setup` and the advice on a refusal use the same
 * words. A path starts at the app's own page.
 * https://learn.microsoft.com/en-us/entra/identity-platform/quickstart-register-app
 * https://learn.microsoft.com/en-us/entra/identity-platform/how-to-add-redirect-uri
 */
export const menu = {
  registrations: 'Entra ID > App registrations',
  newRegistration: 'New registration',
  accountTypes: 'Authentication > Supported account types',
  clientId: 'Application (client) ID',
  tenantId: 'Directory (tenant) ID',
  overview: 'Overview',
  authentication: 'Authentication',
  desktop: 'Mobile and desktop applications',
  web: 'Web',
  singlePage: 'Single-page application',
  addDesktop: 'Authentication > Add a platform > Mobile and desktop applications',
  addWeb: 'Authentication > Add a platform > Web',
  publicFlows: 'Authentication > Advanced settings > Allow public client flows: Yes',
  newSecret: 'Certificates & secrets > Client secrets > New client secret',
  secretValue: 'Value',
  secretId: 'Secret ID',
  permissions: 'API permissions > Add a permission > Microsoft Graph > Delegated',
  tokenVersion: 'Manifest > requestedAccessTokenVersion: 2',
} as const

/** What od-link signs in with by default; Microsoft ignores the port of localhost. */
export const defaultRedirectUri = 'http://localhost'

/** Of the global cloud. */
export const globalPortal = 'https://entra.microsoft.com'

/** The path to a page of the app, in two lines that fit below a hint. */
export function inApp(page: string, portal: string = globalPortal): string {
  return `${portal} > ${menu.registrations} > your app\n> ${page}`
}

/** The path to the app's page among the organisation's apps, for its administrator. */
export function inOrganisation(page: string, portal: string = globalPortal): string {
  return `${portal} > Entra ID > Enterprise applications\n> your app > ${page}`
}

/**
 * Who may sign in to an app, by the tenant that it is used with: `signInAudience` in its manifest, and the choice in the
 * portal, as it reads now and as it used to.
 * https://learn.microsoft.com/en-us/entra/identity-platform/supported-accounts-validation
 */
export const audiences = {
  common: {
    manifest: 'AzureADandPersonalMicrosoftAccount',
    choice: 'Any Entra ID Tenant + Personal Microsoft accounts',
    older: 'Accounts in any organizational directory\nand personal Microsoft accounts',
  },
  organizations: {
    manifest: 'AzureADMultipleOrgs',
    choice: 'Multiple Entra ID tenants',
    older: 'Accounts in any organizational directory',
  },
  consumers: {
    manifest: 'PersonalMicrosoftAccount',
    choice: 'Personal accounts only',
    older: 'Personal Microsoft accounts only',
  },
  single: {
    manifest: 'AzureADMyOrg',
    choice: 'Single tenant only',
    older: 'Accounts in this organizational directory only',
  },
} as const

export type Audience = keyof typeof audiences

/** Who may sign in to an app that is used with this tenant. */
export function audienceOf(tenant: string): Audience {
  return tenant === 'common' || tenant === 'organizations' || tenant === 'consumers' ? tenant : 'single'
}
