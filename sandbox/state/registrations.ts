import type { Origins } from './origins.ts'
import type { Account } from './users.ts'

/**
 * The platform of a redirect URI: "Mobile and desktop", "Web" or "Single-page application". It decides
 * whether the client has a secret. Source: entra-docs, identity-platform/reply-url.
 */
export type Platform = 'public' | 'web' | 'spa'

/** Who may sign in to an application: `signInAudience` of its manifest. Source: supported-accounts-validation. */
export type Audience =
  | 'AzureADMyOrg'
  | 'AzureADMultipleOrgs'
  | 'AzureADandPersonalMicrosoftAccount'
  | 'PersonalMicrosoftAccount'

export interface RedirectUri {
  uri: string
  platform: Platform
}

/** An app registration. */
export interface Registration {
  /** A GUID, or the 16 digits of an application of the Live SDK. */
  clientId: string
  name: string
  redirectUris: RedirectUri[]
  /** The values of its client secrets. */
  secrets?: string[]
  /** Its API permissions: the meaning of `.default` and of v1.0 requests; default: `User.Read Files.ReadWrite.All`. */
  permissions?: string[]
  /** What it may do on its own, once an administrator has consented: the roles of its tokens; default: none. */
  applicationPermissions?: string[]
  audience: Audience
  /** The directory that it was registered in: its GUID or domain. With `AzureADMyOrg` only its users may sign in. */
  tenant?: string
  /**
   * "Allow public client flows", required by the device flow when no redirect URI is public. Source:
   * entra-docs, identity-platform/scenario-desktop-app-registration.
   */
  allowPublicClientFlows?: boolean
  /** "Implicit grant and hybrid flows": what the authorization endpoint may issue besides a code. */
  implicit?: ('id_token' | 'token')[]
}

export const publicClientId = '0d11c0de-5a9d-4b0c-9c1e-7f3a52d8e601'
export const webClientId = '0d11c0de-5a9d-4b0c-9c1e-7f3a52d8e602'

/**
 * The pages on which a redirect ends without a server: the person, or the program that shows the page, reads its address.
 * Source: entra-docs, identity-platform/scenario-desktop-app-registration.
 */
function nativeClientUris({ authority, isMicrosoft }: Origins): string[] {
  const path = '/common/oauth2/nativeclient'
  const microsofts = [
    `https://login.microsoftonline.com${path}`,
    'https://login.live.com/oauth20_desktop.srf',
  ]
  return [...new Set([`${authority}${path}`, ...(isMicrosoft ? microsofts : [])])]
}

/** The registrations: a public client, a confidential client with a secret, and those in the options. */
export function registrations(secret: string, more: Registration[], origins: Origins): Registration[] {
  const audience = 'AzureADandPersonalMicrosoftAccount'
  const own: Registration[] = [
    {
      clientId: publicClientId,
      name: 'Sandbox CLI',
      redirectUris: ['http://localhost', ...nativeClientUris(origins)].map((uri) => ({
        uri,
        platform: 'public',
      })),
      audience,
    },
    {
      clientId: webClientId,
      name: 'Sandbox Web App',
      secrets: [secret],
      redirectUris: [{ uri: 'http://localhost:5000/post_onedrive', platform: 'web' }],
      audience,
    },
  ]
  const asked = more.map((one) => ({ ...one, clientId: one.clientId.toLowerCase() }))
  const replaced = new Set(asked.map(({ clientId }) => clientId))
  return [...own.filter(({ clientId }) => !replaced.has(clientId)), ...asked]
}

/** What the Live SDK gave out, for personal accounts. Source: onedrive-api-docs, getting-started/app-registration. */
const liveId = /^[0-9a-f]{16}$/i

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const domain = /^[^\s@/]+\.[^\s@/.]+$/

/**
 * Registrations with the GUIDs of their directories.
 * @throws an Error with a plain sentence for a domain that is nobody's.
 */
export function inDirectories(registrations: Registration[], accounts: Account[]): Registration[] {
  return registrations.map((registration) => {
    const { tenant } = registration
    if (tenant === undefined || guid.test(tenant)) return registration
    const member = accounts.find((one) => one.kind === 'work' && one.domain === tenant.toLowerCase())
    if (!member)
      throw new Error(`No work account is in ${tenant}, the tenant of the app ${registration.clientId}.`)
    return { ...registration, tenant: member.tenantId }
  })
}

/**
 * Checks registrations.
 * @param list what they are called in messages.
 * @throws an Error with a plain sentence.
 */
export function checkRegistrations(registrations: Registration[], list = 'registrations'): void {
  const seen = new Set<string>()
  registrations.forEach(({ clientId, redirectUris, audience, tenant }, index) => {
    const where = list === 'app' ? list : `${list}[${index}]`
    if (liveId.test(clientId) && audience !== 'PersonalMicrosoftAccount')
      throw new Error(
        `${where}.clientId is one of the Live SDK, so its audience must be PersonalMicrosoftAccount.`,
      )
    if (!guid.test(clientId) && !liveId.test(clientId)) throw new Error(`${where}.clientId must be a GUID.`)
    if (seen.has(clientId.toLowerCase())) throw new Error(`${where}.clientId is a duplicate: ${clientId}.`)
    seen.add(clientId.toLowerCase())
    if (tenant !== undefined && !guid.test(tenant) && !domain.test(tenant))
      throw new Error(`${where}.tenant must be a GUID, or the domain of one of the users.`)
    if (audience === 'AzureADMyOrg' && tenant === undefined) throw new Error(`${where}.tenant is missing.`)
    for (const redirectUri of redirectUris) {
      const problem = problemWith(redirectUri)
      if (problem) throw new Error(`${where} has an invalid redirect URI: ${redirectUri.uri}: ${problem}`)
    }
  })
}

/** Why Microsoft would not register a redirect URI. Source: entra-docs, identity-platform/reply-url. */
function problemWith({ uri, platform }: RedirectUri): string | undefined {
  if (uri.length > 256) return 'it is longer than 256 characters.'
  if (uri.includes('*')) return 'wildcards are not supported.'
  if (comparable(uri) === undefined) return 'it must be a URL without a query or fragment.'
  const { protocol, hostname } = new URL(uri)
  if (protocol === 'http:' && !['localhost', '127.0.0.1'].includes(hostname))
    return 'http is only for localhost.'
  if (platform !== 'public' && !/^https?:$/.test(protocol))
    return 'its scheme is only for mobile and desktop applications.'
  return undefined
}

/** Whether the application may use the flows that need no secret. */
export function isPublicClient({ allowPublicClientFlows, redirectUris }: Registration): boolean {
  return allowPublicClientFlows ?? redirectUris.some(({ platform }) => platform === 'public')
}

/** The platform of a request without a redirect URI. */
export function mainPlatform(registration: Registration): Platform {
  if (isPublicClient(registration)) return 'public'
  return registration.redirectUris[0]?.platform ?? 'web'
}

/**
 * The registered redirect URI that matches a request's, if any. For `localhost` the port is ignored, unless
 * an entry has exactly this port. The path is case-sensitive; no path and the path `/` are equal. Source:
 * entra-docs, identity-platform/reply-url.
 */
export function findRedirectUri({ redirectUris }: Registration, asked: string): RedirectUri | undefined {
  const wanted = comparable(asked)
  if (wanted === undefined) return undefined
  const matching = redirectUris.filter(({ uri }) => comparable(uri) === wanted)
  return matching.find(({ uri }) => new URL(uri).port === new URL(asked).port) ?? matching[0]
}

/** The redirect URI to which the browser is sent: an empty path becomes `/`. */
export function normalised(redirectUri: string): string {
  return new URL(redirectUri).href
}

function comparable(uri: string): string | undefined {
  // A URI with a query, fragment or user name never matches a registered one.
  if (!URL.canParse(uri) || /[?#@\\\s]/.test(uri)) return undefined
  const url = new URL(uri)
  // Such as urn:ietf:wg:oauth:2.0:oob.
  if (url.host === '') return uri
  const port = url.hostname === 'localhost' ? '' : url.port
  // The path as written: the URL parser would resolve dot segments.
  const path = /^[a-z][a-z0-9+.-]*:\/\/[^/]*(.*)$/i.exec(uri)?.[1] ?? ''
  return `${url.protocol}//${url.hostname}:${port}${path === '' ? '/' : path}`
}
