import type { Incoming } from '../server/messages.ts'
import type { Platform, Registration } from '../state/registrations.ts'
import type { Tenant } from '../state/tenants.ts'

/** A token request whose client is authenticated. */
export interface Redemption {
  incoming: Incoming
  form: Map<string, string>
  tenant: Tenant
  registration: Registration
  platform: Platform
}
