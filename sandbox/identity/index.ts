import { MalformedForm } from '../server/forms.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import { IdentityError } from '../state/identity-error.ts'
import { refusals } from '../state/identity-refusals.ts'
import type { LogEntry } from '../state/log.ts'
import { findTenant, type Tenant } from '../state/tenants.ts'
import type { World } from '../state/world.ts'
import { authorize } from './authorize.ts'
import { deviceCode } from './device-code.ts'
import { keySet, openidConfiguration } from './discovery.ts'
import { instanceDiscovery } from './instance-discovery.ts'
import { login } from './login.ts'
import { logout } from './logout.ts'
import { errorPage, nativeClientPage } from './pages.ts'
import { errorReply } from './replies.ts'
import { token } from './token.ts'

type Endpoint = (world: World, incoming: Incoming, tenant: Tenant) => Reply | Promise<Reply>

/** The endpoints: path below the authority, handler, and whether a person reads the answer. */
const endpoints: Record<string, { kind: LogEntry['kind']; answer: Endpoint; forPeople?: true }> = {
  'oauth2/v2.0/authorize': { kind: 'authorize', answer: authorize, forPeople: true },
  'oauth2/v2.0/token': { kind: 'token', answer: token },
  'oauth2/v2.0/devicecode': { kind: 'devicecode', answer: deviceCode },
  'oauth2/v2.0/logout': { kind: 'page', answer: logout, forPeople: true },
  'oauth2/nativeclient': { kind: 'page', answer: nativeClientPage, forPeople: true },
  login: { kind: 'page', answer: login, forPeople: true },
  'discovery/instance': { kind: 'discovery', answer: instanceDiscovery },
  'v2.0/.well-known/openid-configuration': { kind: 'discovery', answer: openidConfiguration },
  'discovery/v2.0/keys': { kind: 'keys', answer: keySet },
}

/** The endpoint of the identity platform at a path, ignoring case. */
export function identityEndpoint(path: string) {
  const [, segment, asked] = /^\/([^/]+)\/(.+)$/.exec(path) ?? []
  const rest = asked?.toLowerCase()
  const endpoint = rest !== undefined && Object.hasOwn(endpoints, rest) ? endpoints[rest] : undefined
  return endpoint && segment !== undefined ? { segment, ...endpoint } : undefined
}

/** Answers a request to the identity platform; errors are JSON, or a page when a person reads the answer. */
export async function answerIdentity(
  world: World,
  incoming: Incoming,
  { segment, answer, forPeople }: NonNullable<ReturnType<typeof identityEndpoint>>,
): Promise<Reply> {
  try {
    return await answer(world, incoming, findTenant(decode(segment), world.accounts))
  } catch (error) {
    const refusal = error instanceof MalformedForm ? refusals.malformedRequest(error.message) : error
    if (!(refusal instanceof IdentityError)) throw error
    return forPeople ? errorPage(world, incoming, refusal) : errorReply(refusal, incoming, world)
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new MalformedForm('a broken percent-encoding')
  }
}
