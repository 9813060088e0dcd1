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

/**
 * A letter to the administrator, to be copied as one block: the link that approves the app, and two sentences about what
 * it is approved for.
 */
export function adminLetter(wanted: ConsentWanted): string[] {
  const [scope, files] = wanted.scope.includes('Files.ReadWrite.All')
    ? ['Files.ReadWrite.All', 'the files that the signed-in person can already access,']
    : ['Files.ReadWrite', "the signed-in person's own files,"]
  return [
    'Please approve the app od-link for our organisation:',
    adminConsentUrl(wanted),
    `${scope} (delegated) lets od-link, a command-line program,`,
    `read and write ${files}`,
    'acting as that person, never with more rights. offline_access keeps',
    'that person signed in until you or they revoke it.',
  ]
}

/** https://learn.microsoft.com/en-us/entra/identity-platform/v2-admin-consent : a tenant or organizations, never common. */
function adminConsentUrl({
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
