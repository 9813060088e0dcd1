import { defaultRedirectUri } from './portal.ts'

/** What the administrator's link consists of. */
export interface ConsentWanted {
  /** The origin of the login host. */
  loginOrigin: string
  /** The tenant that the sign-in went to. */
  tenant: string
  clientId: string
  /** The requested scopes, separated by spaces. */
  scope: string
  /** As it is registered; by default that of a public client. */
  redirectUri?: string
}

/** What a scope lets od-link do. Others stand in the letter by their names alone. */
const descriptions: Record<string, string> = {
  'Files.Read': "read the person's own files",
  'Files.Read.All': 'read the files that the person can access',
  'Files.ReadWrite': "read and write the person's own files",
  'Files.ReadWrite.All': 'read and write the files that the person can access',
  'Files.ReadWrite.AppFolder': "read and write the app's own folder",
  'Sites.Read.All': 'read the sites that the person can access',
  'Sites.ReadWrite.All': 'read and write the sites that the person can access',
  'User.Read': "read the person's name and address",
  offline_access: 'stay signed in until it is revoked',
  openid: '',
  profile: '',
}

/** A letter to the administrator, to be copied as one block: the link that approves the app, and what it is approved for. */
export function adminLetter(wanted: ConsentWanted): string[] {
  return [
    'Please approve the app od-link for our organisation:',
    adminConsentUrl(wanted),
    'The page after the approval fails to load. That is expected.',
    'od-link is a command-line program. It acts as the person who is signed',
    'in, never with more rights, and requests these delegated permissions:',
    ...approvedScopes(wanted.scope),
  ]
}

/** What is approved, a line for each scope. @param scope separated by spaces. */
export function approvedScopes(scope: string): string[] {
  const scopes = scope.split(' ').filter((one) => descriptions[one] !== '')
  const width = Math.max(...scopes.map(({ length }) => length))
  return scopes.map((one) => `  ${one.padEnd(width)}  ${descriptions[one] ?? ''}`.trimEnd())
}

/**
 * The URL with which an administrator approves the app, for a tenant or for organizations, never common.
 * https://learn.microsoft.com/en-us/entra/identity-platform/v2-admin-consent
 */
export function adminConsentUrl({
  loginOrigin,
  tenant,
  clientId,
  scope,
  redirectUri = defaultRedirectUri,
}: ConsentWanted): string {
  const where = tenant === 'common' || tenant === 'consumers' ? 'organizations' : tenant
  const url = new URL(`${loginOrigin}/${encodeURIComponent(where)}/v2.0/adminconsent`)
  url.searchParams.set('client_id', clientId)
  url.searchParams.set('scope', scope)
  url.searchParams.set('redirect_uri', redirectUri)
  return url.href
}
