import { readForm } from '../server/forms.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import { clientRefusals } from '../state/client-refusals.ts'
import { refusals } from '../state/identity-refusals.ts'
import type { World } from '../state/world.ts'
import { identityJson } from './replies.ts'

/** Microsoft's clouds by the names of their sign-in hosts. Source: msal-common, AuthorityMetadata.ts. */
const clouds = [
  {
    preferred_network: 'login.microsoftonline.com',
    preferred_cache: 'login.windows.net',
    aliases: ['login.microsoftonline.com', 'login.windows.net', 'login.microsoft.com', 'sts.windows.net'],
  },
  {
    preferred_network: 'login.partner.microsoftonline.cn',
    preferred_cache: 'login.partner.microsoftonline.cn',
    aliases: ['login.partner.microsoftonline.cn', 'login.chinacloudapi.cn'],
  },
  {
    preferred_network: 'login.microsoftonline.us',
    preferred_cache: 'login.microsoftonline.us',
    aliases: ['login.microsoftonline.us', 'login.usgovcloudapi.net'],
  },
]

/**
 * `GET /common/discovery/instance?api-version=1.1&authorization_endpoint=…`: whether a host belongs to the
 * platform, and its aliases. MSAL calls it before it trusts an authority; the sandbox is its own cloud.
 * Source: MicrosoftDocs/microsoft-authentication-library-dotnet, custom-authority-aliases.
 */
export function instanceDiscovery(world: World, incoming: Incoming): Reply {
  const query = readForm(incoming.query)
  const version = query.get('api-version')
  if (!version) throw refusals.missingParameter('api-version')
  if (version !== '1.0' && version !== '1.1') throw refusals.invalidParameter('api-version')
  const endpoint = query.get('authorization_endpoint')
  if (!endpoint) throw refusals.missingParameter('authorization_endpoint')
  const asked = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  const own = { preferred_network: host(world), preferred_cache: host(world), aliases: aliases(world) }
  const metadata = [...clouds, own]
  const found = metadata.find((cloud) => asked && cloud.aliases.includes(asked.host))
  if (
    !asked ||
    !found ||
    (found === own ? asked.origin !== originOf(world, asked) : asked.protocol !== 'https:')
  )
    throw clientRefusals.instanceUnknown()
  const tenant = asked.pathname.split('/')[1] || 'common'
  return identityJson(incoming, 200, {
    tenant_discovery_endpoint: `${asked.origin}/${tenant}/v2.0/.well-known/openid-configuration`,
    'api-version': version,
    metadata,
  })
}

const host = ({ origins }: World) => new URL(origins.authority).host

/** Without names of its own the sandbox is reachable by each name of the loopback interface. */
function aliases({ origins }: World): string[] {
  const { host: authority, hostname, port } = new URL(origins.authority)
  if (hostname !== 'localhost') return [authority]
  return ['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${port}`)
}

/** Whether a URL is the sandbox's own, by any of its names and with its scheme. */
function originOf({ origins }: World, asked: URL): string {
  return `${new URL(origins.authority).protocol}//${asked.host}`
}
