import { clientRefusals } from '../state/client-refusals.ts'
import { refusals } from '../state/identity-refusals.ts'
import type { Audience, Registration } from '../state/registrations.ts'
import type { Tenant } from '../state/tenants.ts'
import type { Account, AccountKind } from '../state/users.ts'

const kinds: Record<Audience, AccountKind[]> = {
  AzureADMyOrg: ['work'],
  AzureADMultipleOrgs: ['work'],
  AzureADandPersonalMicrosoftAccount: ['work', 'personal'],
  PersonalMicrosoftAccount: ['personal'],
}

/**
 * Checks that an application may be used at an authority. Source: entra-docs, reference-error-codes.
 * @throws IdentityError 9002331, 9002332, 50194 or 700016
 */
export function checkAuthority(registration: Registration, tenant: Tenant): void {
  const allowed = kinds[registration.audience]
  if (!allowed.includes('work') && tenant.kinds.includes('work'))
    throw clientRefusals.personalOnly(registration)
  if (!allowed.includes('personal') && !tenant.kinds.includes('work'))
    throw clientRefusals.workOnly(registration)
  if (registration.audience !== 'AzureADMyOrg') return
  if (tenant.id === undefined) throw clientRefusals.singleTenant(registration, tenant)
  if (tenant.id !== registration.tenant?.toLowerCase())
    throw refusals.clientUnknown(registration.clientId, tenant.segment)
}

/** Whether this account may use an application. */
export function mayUse(registration: Registration, account: Account): boolean {
  return kinds[registration.audience].includes(account.kind)
}
