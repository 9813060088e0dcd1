import { clientRefusals } from '../state/client-refusals.ts'
import type { Grant } from '../state/grants.ts'
import { refusals } from '../state/identity-refusals.ts'
import { applicationIn, personalTenantId } from '../state/users.ts'
import type { World } from '../state/world.ts'
import type { Redemption } from './redemption.ts'
import { readScopes } from './scopes.ts'

/**
 * A token for an application without a person. It is for what the registration lists as application permissions, in one
 * directory; what is listed counts as consented to. Source: entra-docs, identity-platform/v2-oauth2-client-creds-grant-flow.
 */
export function redeemClientCredentials(
  world: World,
  { form, tenant, registration, platform }: Redemption,
): Grant {
  if (platform !== 'web') throw refusals.secretMissing()
  if (tenant.id === personalTenantId) throw refusals.grantTypeUnknown('client_credentials')
  if (tenant.id === undefined) throw clientRefusals.noTenant()
  const asked = form.get('scope')
  if (!asked) throw refusals.missingParameter('scope')
  if (!/^(\S*\/)?\.default$/.test(asked.trim())) throw clientRefusals.scopeNotDefault(asked)
  readScopes(world, asked)
  const scopes = new Set(registration.applicationPermissions)
  return { account: applicationIn(tenant.id, registration), registration, scopes, asked, platform }
}
