import { refusals } from './identity-refusals.ts'
import { type Account, type AccountKind, personalTenantId } from './users.ts'

/** The tenant segment of an authority, and who may sign in there. */
export interface Tenant {
  /** `common`, `organizations` or a GUID: all spellings of a tenant have the same key. */
  key: string
  /** As the client wrote it. */
  segment: string
  kinds: AccountKind[]
  /** The GUID, when the segment names a single directory. */
  id?: string
}

/**
 * Finds the tenant that a path segment names: an alias, a GUID or a verified domain.
 * Source: entra-docs, identity-platform/v2-protocols-oidc.
 * @throws IdentityError 90002 for a tenant that does not exist.
 */
export function findTenant(segment: string, accounts: Account[]): Tenant {
  const name = segment.toLowerCase()
  if (name === 'common') return { key: name, segment, kinds: ['work', 'personal'] }
  if (name === 'organizations') return { key: name, segment, kinds: ['work'] }
  if (name === 'consumers' || name === personalTenantId) {
    return { key: personalTenantId, segment, kinds: ['personal'], id: personalTenantId }
  }
  const member = accounts.find(
    ({ kind, tenantId, domain }) => kind === 'work' && (tenantId === name || domain === name),
  )
  if (!member) throw refusals.tenantUnknown(segment)
  return { key: member.tenantId, segment, kinds: ['work'], id: member.tenantId }
}

/** Whether an account can sign in at a tenant. */
export function admits(tenant: Tenant, account: Account): boolean {
  return tenant.kinds.includes(account.kind) && (tenant.id === undefined || tenant.id === account.tenantId)
}
