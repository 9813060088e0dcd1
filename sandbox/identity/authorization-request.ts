import type { Challenge } from '../state/pkce.ts'
import type { Platform, Registration } from '../state/registrations.ts'
import type { Tenant } from '../state/tenants.ts'

/** An authorization request whose client and redirect URI are verified. */
export interface AuthorizationRequest {
  parameters: Map<string, string>
  tenant: Tenant
  registration: Registration
  redirectUri: string
  platform: Platform
}

/** A valid authorization request: only the person's decision is missing. */
export interface CheckedRequest extends AuthorizationRequest {
  scopes: Set<string>
  challenge?: Challenge
}
