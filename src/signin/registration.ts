import { clientSecretFor } from '../accounts/client-secret.ts'
import type { Registration } from '../accounts/record.ts'
import { checkStoreName } from '../accounts/stores.ts'
import { OdLinkError } from '../errors.ts'
import { findCloud } from '../identity/clouds.ts'
import { type SettingName, setting } from '../settings.ts'

/** What a person brings to a sign-in: the app registration, and where it is used. */
export interface Brought {
  registration: Registration
  loginOrigin: string
  graphOrigin: string
  redirect: Redirect
  /** Scopes, separated by spaces. */
  scope: string
}

/** A redirect URI on loopback; without a port any free one is taken. */
export interface Redirect {
  host: 'localhost' | '127.0.0.1'
  port: number | undefined
  /** As it stands in the URI: empty, or with its leading slash. */
  path: string
}

/** The redirect URI as it is registered, which names a port only where the person did. */
export function registeredUri({ host, port, path }: Redirect): string {
  return `http://${host}${port === undefined ? '' : `:${port}`}${path}`
}

export interface RegistrationFlags {
  clientId?: string | undefined
  tenant?: string | undefined
  redirectUri?: string | undefined
  scope?: string | undefined
}

/** Always asked for: who signed in, and a refresh token. */
const baseScopes = ['openid', 'profile', 'offline_access']
const defaultScopes = 'User.Read Files.ReadWrite.All'

/**
 * Reads the registration: flags win over the environment, the environment over settings. The secret comes from
 * `OD_LINK_CLIENT_SECRET` or the store; the variable is taken out of the environment, so that no child process
 * (a browser!) inherits it.
 * @throws OdLinkError (usage) with the steps to register an application when there is no client id.
 */
export async function readRegistration(flags: RegistrationFlags): Promise<Brought> {
  const secretVariable = process.env.OD_LINK_CLIENT_SECRET
  delete process.env.OD_LINK_CLIENT_SECRET
  const clientId = flags.clientId ?? setting('client-id')
  if (!clientId) throw noClientId()
  checkClientId(clientId)
  const cloud = findCloud(setting('cloud') ?? 'global')
  const tenant = flags.tenant ?? setting('tenant') ?? cloud.tenant
  checkTenant(tenant)
  const redirect = parseRedirectUri(flags.redirectUri ?? setting('redirect-uri') ?? 'http://localhost')
  const scope = completeScope(flags.scope ?? setting('scope') ?? defaultScopes)
  const clientSecret = secretVariable || (await clientSecretFor(clientId))
  return {
    registration: { clientId, tenant, ...(clientSecret ? { clientSecret } : {}) },
    loginOrigin: cloud.login,
    graphOrigin: cloud.graph,
    redirect,
    scope,
  }
}

/** Checks a value before `config set` keeps it. */
export function checkSetting(name: SettingName, value: string): void {
  if (name === 'client-id') checkClientId(value)
  else if (name === 'tenant') checkTenant(value)
  else if (name === 'cloud') findCloud(value)
  else if (name === 'redirect-uri') parseRedirectUri(value)
  else if (name === 'store') checkStoreName(value)
}

function checkClientId(clientId: string): void {
  if (/^[\w.-]{1,128}$/.test(clientId)) return
  throw new OdLinkError('usage', `"${clientId}" is not a client id.`, {
    hint: 'It is the Application (client) ID of the Overview page, such as 11111111-2222-3333-4444-555555555555.',
  })
}

function checkTenant(tenant: string): void {
  if (/^[\w.-]{1,253}$/.test(tenant)) return
  throw new OdLinkError('usage', `"${tenant}" is not a tenant.`, {
    hint: 'It is common, organizations, consumers, a domain such as contoso.com, or the directory id.',
  })
}

/**
 * Reads a redirect URI. It is sent to the letter, so it is not rebuilt by a URL parser, which would add a slash.
 * @throws OdLinkError (usage) when it is not http on this machine.
 */
export function parseRedirectUri(text: string): Redirect {
  const match = /^http:\/\/(localhost|127\.0\.0\.1)(?::(\d{1,5}))?(\/[\w.~!$&'()*+,;=:@%/-]*)?$/.exec(text)
  const port = match?.[2] === undefined ? undefined : Number(match[2])
  if (!match || (port !== undefined && (port < 1 || port > 65_535))) {
    throw new OdLinkError('usage', `"${text}" is not a redirect URI that od-link can listen on.`, {
      hint: 'It is http://localhost, with a port and a path if the registration names them: http://localhost:5000/post_onedrive',
    })
  }
  return { host: match[1] as Redirect['host'], port, path: match[3] ?? '' }
}

function completeScope(scope: string): string {
  const scopes = scope.split(/[\s,]+/).filter(Boolean)
  return [...new Set([...baseScopes, ...scopes])].join(' ')
}

const stepsToRegister = `Register one, once and for free, in five minutes:
1. https://entra.microsoft.com > App registrations > New registration,
   for accounts in any directory and personal Microsoft accounts
2. Authentication > Add a platform > Mobile and desktop applications:
   http://localhost
3. od-link config set client-id YOUR-CLIENT-ID, then: od-link login
Or let the Azure CLI do 1 and 2; it prints the id:
az ad app create --display-name od-link --query appId --output tsv \\
  --sign-in-audience AzureADandPersonalMicrosoftAccount \\
  --public-client-redirect-uris http://localhost \\
  --is-fallback-public-client true --requested-access-token-version 2
A personal account without a directory cannot register apps: make a free
Entra directory first, or use an id of your organisation.
To see it all without an account: od-link demo`

/** The error of a person who has no registration yet, with the way to one. */
export function noClientId(): OdLinkError {
  return new OdLinkError(
    'usage',
    'No app registration is known yet: od-link needs a client id of your own.',
    {
      hint: stepsToRegister,
    },
  )
}
