import type { AccessToken } from '../state/grants.ts'
import { refusals } from '../state/identity-refusals.ts'
import type { Tenant } from '../state/tenants.ts'
import type { World } from '../state/world.ts'
import { permissions } from './scopes.ts'

/*
 * Version 1.0 of the protocol, as old programs and PowerShell modules speak it: for work accounts, with a `resource` in place
 * of scopes. Source: MicrosoftDocs/azure-docs, active-directory/azuread-dev/v1-protocols-oauth-code.
 */

export type Version = 1 | 2

/** What a request of version 1.0 gets: all that the registration lists, an ID token and a refresh token. */
export const scopesOfVersion1 = 'openid profile email offline_access .default'

/** Who may sign in with version 1.0. @throws IdentityError 500201 where only personal accounts could. */
export function tenantOfVersion1(tenant: Tenant): Tenant {
  const kinds = tenant.kinds.filter((kind) => kind === 'work')
  if (kinds.length === 0) throw refusals.versionForWork()
  return { ...tenant, kinds }
}

/** Rewrites the parameters of a token request as version 2.0 has them. */
export function asVersion2(form: Map<string, string>): void {
  if (form.get('grant_type') === 'client_credentials') form.set('scope', '.default')
  else form.delete('scope')
  const code = form.get('code')
  if (/device_code$/.test(form.get('grant_type') ?? '') && code) form.set('device_code', code)
}

/** A token answer of version 1.0: its numbers are strings. */
export function bodyOfVersion1(
  { origins }: World,
  { token_type, expires_in, ext_expires_in, access_token, refresh_token, id_token }: Record<string, unknown>,
  token: AccessToken,
): Record<string, unknown> {
  return {
    token_type,
    ...(token.account.isApplication ? {} : { scope: permissions(token.scopes).join(' ') }),
    expires_in: String(expires_in),
    ext_expires_in: String(ext_expires_in),
    expires_on: String(Math.floor(token.expiresAt / 1000)),
    not_before: String(Math.floor(token.issuedAt / 1000) - 300),
    resource: origins.graph,
    access_token,
    ...(refresh_token === undefined ? {} : { refresh_token }),
    ...(id_token === undefined ? {} : { id_token }),
  }
}
