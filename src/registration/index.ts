import { clientSecretFor } from '../accounts/client-secret.ts'
import { accountFlag, defaultAccount } from '../accounts/index.ts'
import { checkStoreName } from '../accounts/stores/index.ts'
import { OdLinkError } from '../errors.ts'
import { findCloud } from '../identity/clouds.ts'
import type { Registration } from '../identity/link.ts'
import { defaultRedirectUri } from '../identity/portal.ts'
import { variable } from '../settings/environment.ts'
import { setting } from '../settings/index.ts'
import type { SettingName } from '../settings/names.ts'
import { noClientIdIn } from './client-id.ts'
import { cloudInUse } from './cloud.ts'
import { parseListen, type Redirect, readRedirect } from './redirect-uri.ts'

/** What a sign-in needs to know: the app registration, and where it is used. */
export interface SignInConfig {
  registration: Registration
  loginOrigin: string
  graphOrigin: string
  redirect: Redirect
  /** Scopes, separated by spaces. */
  scope: string
}

/** An app registration as it is asked for; what is missing comes from the environment, the settings or the defaults. */
export interface RegistrationRequest {
  clientId?: string | undefined
  tenant?: string | undefined
  redirectUri?: string | undefined
  listen?: string | undefined
  scope?: string | undefined
  cloud?: string | undefined
  /** The origins of an existing link, unless a cloud is requested. */
  origins?: { login: string; graph: string } | undefined
  /** Null for a public client, which has none, whatever is in the environment or the store. */
  clientSecret?: string | null | undefined
}

/** Always requested: who signed in, and a refresh token. */
const baseScopes = ['openid', 'profile', 'offline_access']
/** Requested unless the person chooses others. */
export const defaultScopes = 'User.Read Files.ReadWrite.All'

/**
 * Completes a registration: what is requested wins over the environment, the environment over the settings. The secret
 * comes from the request, from `OD_LINK_CLIENT_SECRET` or from the store.
 * @throws OdLinkError (usage) with the way to a registration when there is no client ID.
 */
export async function readRegistration(request: RegistrationRequest): Promise<SignInConfig> {
  const clientId = request.clientId ?? setting('client-id')
  if (!clientId) throw noClientId()
  checkClientId(clientId)
  const named = request.cloud ?? (request.origins ? undefined : setting('cloud')) ?? 'global'
  const cloud =
    request.origins && !request.cloud ? { ...findCloud(named), ...request.origins } : cloudInUse(named)
  const tenant = request.tenant ?? setting('tenant') ?? cloud.tenant
  checkTenant(tenant)
  const redirect = readRedirect(
    request.redirectUri ?? setting('redirect-uri') ?? defaultRedirectUri,
    request.listen ?? setting('listen'),
  )
  const scope = completeScope(request.scope ?? setting('scope') ?? defaultScopes)
  const clientSecret = await secretOf(request, clientId)
  return {
    registration: { clientId, tenant, ...(clientSecret ? { clientSecret } : {}) },
    loginOrigin: cloud.login,
    graphOrigin: cloud.graph,
    redirect,
    scope,
  }
}

async function secretOf(
  { clientSecret }: RegistrationRequest,
  clientId: string,
): Promise<string | undefined> {
  if (clientSecret === null) return undefined
  return clientSecret || variable('OD_LINK_CLIENT_SECRET') || (await clientSecretFor(clientId))
}

/** Checks a value before `config set` saves it. */
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
    reason: 'invalid-value',
    next: [
      'Use the Application (client) ID of the Overview page. It looks like this:',
      '11111111-2222-3333-4444-555555555555',
    ],
  })
}

function checkTenant(tenant: string): void {
  if (/^[\w.-]{1,253}$/.test(tenant)) return
  throw new OdLinkError('usage', `"${tenant}" is not a tenant.`, {
    reason: 'invalid-value',
    next: ['Use common, organizations, consumers, a domain such as contoso.com, or the directory ID.'],
  })
}

function completeScope(scope: string): string {
  const scopes = scope.split(/[\s,]+/).filter(Boolean)
  const odd = scopes.some((word) => !/^[\w.:/-]{1,200}$/.test(word))
  if (odd) {
    throw new OdLinkError('usage', 'The scope is not a list of scopes.', {
      reason: 'invalid-value',
      next: ['For your own drive: --scope Files.ReadWrite'],
    })
  }
  return [...new Set([...baseScopes, ...scopes])].join(' ')
}

/** The error when there is no registration yet, with the command that leads to one. An existing link has one of its own. */
export function noClientId(): OdLinkError {
  const linked = defaultAccount()
  return new OdLinkError('usage', 'No app registration yet. od-link needs a client ID of your own.', {
    reason: 'missing-client-id',
    next: [
      ...(linked
        ? [
            {
              intro: `To sign in ${linked.username} again, with the app of its link:`,
              verb: 'login',
              flags: { account: accountFlag(linked) },
            },
          ]
        : []),
      // Not to print something about an app that is still missing.
      { verb: 'setup', flags: { 'admin-link': undefined } },
      '(walks you through creating one; free, about 5 minutes)',
      { intro: 'To try od-link without an account:', verb: 'demo' },
    ],
  })
}
