import { clientSecretFor } from '../accounts/client-secret.ts'
import { checkStoreName } from '../accounts/stores/index.ts'
import { OdLinkError } from '../errors.ts'
import { findCloud } from '../identity/clouds.ts'
import type { Registration } from '../identity/link.ts'
import { defaultRedirectUri } from '../identity/portal.ts'
import { setting } from '../settings/index.ts'
import type { SettingName } from '../settings/names.ts'
import { noClientIdIn } from './client-id.ts'
import { parseListen, type Redirect, readRedirect } from './redirect-uri.ts'

/** What a person brings to a sign-in: the app registration, and where it is used. */
export interface SignInConfig {
  registration: Registration
  loginOrigin: string
  graphOrigin: string
  redirect: Redirect
  /** Scopes, separated by spaces. */
  scope: string
}

export interface RegistrationFlags {
  clientId?: string | undefined
  tenant?: string | undefined
  redirectUri?: string | undefined
  listen?: string | undefined
  scope?: string | undefined
  cloud?: string | undefined
  clientSecret?: string | undefined
}

/** Always asked for: who signed in, and a refresh token. */
const baseScopes = ['openid', 'profile', 'offline_access']
/** Asked for unless the person says otherwise. */
export const defaultScopes = 'User.Read Files.ReadWrite.All'

/**
 * Reads the registration: flags win over the environment, the environment over settings. The secret comes from
 * the caller, `OD_LINK_CLIENT_SECRET` or the store; the variable is taken out of the environment, so that no child process
 * (a browser!) inherits it.
 * @throws OdLinkError (usage) with the way to a registration when there is no client id.
 */
export async function readRegistration(flags: RegistrationFlags): Promise<SignInConfig> {
  const secretVariable = process.env.OD_LINK_CLIENT_SECRET
  delete process.env.OD_LINK_CLIENT_SECRET
  const clientId = flags.clientId ?? setting('client-id')
  if (!clientId) throw noClientId()
  checkClientId(clientId)
  const cloud = findCloud(flags.cloud ?? setting('cloud') ?? 'global')
  const tenant = flags.tenant ?? setting('tenant') ?? cloud.tenant
  checkTenant(tenant)
  const redirect = readRedirect(
    flags.redirectUri ?? setting('redirect-uri') ?? defaultRedirectUri,
    flags.listen ?? setting('listen'),
  )
  const scope = completeScope(flags.scope ?? setting('scope') ?? defaultScopes)
  const clientSecret = flags.clientSecret || secretVariable || (await clientSecretFor(clientId))
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
  else if (name === 'redirect-uri') readRedirect(value, '127.0.0.1:1')
  else if (name === 'listen') parseListen(value)
  else if (name === 'scope') completeScope(value)
  else if (name === 'store') checkStoreName(value)
}

function checkClientId(clientId: string): void {
  if (/^[\w.-]{1,128}$/.test(clientId)) return
  throw new OdLinkError('usage', noClientIdIn(clientId), {
    hint: 'It is the Application (client) ID of the Overview page, such as 11111111-2222-3333-4444-555555555555.',
  })
}

function checkTenant(tenant: string): void {
  if (/^[\w.-]{1,253}$/.test(tenant)) return
  throw new OdLinkError('usage', `"${tenant}" is not a tenant.`, {
    hint: 'It is common, organizations, consumers, a domain such as contoso.com, or the directory id.',
  })
}

function completeScope(scope: string): string {
  const scopes = scope.split(/[\s,]+/).filter(Boolean)
  const odd = scopes.some((word) => !/^[\w.:/-]{1,200}$/.test(word))
  if (odd) {
    throw new OdLinkError('usage', 'What is given as scope is no list of scopes.', {
      hint: 'For your own drive: --scope Files.ReadWrite',
    })
  }
  return [...new Set([...baseScopes, ...scopes])].join(' ')
}

/** The error of a person who has no registration yet, with the way to one. */
export function noClientId(): OdLinkError {
  return new OdLinkError(
    'usage',
    'No app registration is known yet: od-link needs a client id of your own.',
    {
      hint: 'od-link setup\n(it leads you to one, for free and in five minutes)\nTo see it all without an account: od-link demo',
    },
  )
}
