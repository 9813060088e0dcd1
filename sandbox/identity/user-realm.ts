import type { Incoming, Reply } from '../server/messages.ts'
import type { World } from '../state/world.ts'
import { identityJson } from './replies.ts'

/**
 * `GET /common/userrealm/{username}?api-version=1.0`: whether a federation of its own signs an account in. Clients ask before
 * they send a password. Source: msal-python, oauth2cli and application.py.
 */
export function userRealm(world: World, incoming: Incoming): Reply {
  const name = decodeURIComponent(incoming.path.slice(incoming.path.lastIndexOf('/') + 1))
  const account = world.account(name)
  return identityJson(incoming, 200, {
    ver: '1.0',
    account_type: account?.kind === 'work' ? 'Managed' : 'Unknown',
    ...(account?.kind === 'work'
      ? { domain_name: account.domain, cloud_instance_name: world.origins.cloud.instance }
      : {}),
  })
}
