import type { Challenge } from '../state/pkce.ts'
import type { Platform, Registration } from '../state/registrations.ts'
import type { Tenant } from '../state/tenants.ts'
import type { Version } from './version-1.ts'

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
  version: Version
  /** What the answer is to hold: `code`, `id_token`, `token`. */
  responseTypes: Set<string>
  scopes: Set<string>
  challenge?: Challenge
}
