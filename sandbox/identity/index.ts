import { MalformedForm } from '../server/forms.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import { IdentityError } from '../state/identity-error.ts'
import { refusals } from '../state/identity-refusals.ts'
import type { LogEntry } from '../state/log.ts'
import { findTenant, type Tenant } from '../state/tenants.ts'
import type { World } from '../state/world.ts'
import { adminConsent } from './admin-consent.ts'
import { authorize } from './authorize.ts'
import { deviceCode } from './device-code.ts'
import { keySet, openidConfiguration } from './discovery.ts'
import { instanceDiscovery } from './instance-discovery.ts'
import { login } from './login.ts'
import { logout } from './logout.ts'
import { errorPage, nativeClientPage } from './pages.ts'
import { errorReply } from './replies.ts'
import { token } from './token.ts'
import { userRealm } from './user-realm.ts'
import type { Version } from './version-1.ts'

interface Endpoint {
  kind: LogEntry['kind']
  answer: (world: World, incoming: Incoming, tenant: Tenant, version: Version) => Reply | Promise<Reply>
  /** A person reads the answer. */
  forPeople?: true
  /** Of the protocol; default: 2. */
  version?: Version
}

/** The endpoints by their path below the authority. */
const endpoints: Record<string, Endpoint> = {
  'oauth2/v2.0/authorize': { kind: 'authorize', answer: authorize, forPeople: true },
  'oauth2/authorize': { kind: 'authorize', answer: authorize, forPeople: true, version: 1 },
  'oauth2/v2.0/token': { kind: 'token', answer: token },
  'oauth2/token': { kind: 'token', answer: token, version: 1 },
  'oauth2/v2.0/devicecode': { kind: 'devicecode', answer: deviceCode },
  'oauth2/devicecode': { kind: 'devicecode', answer: deviceCode, version: 1 },
  'oauth2/v2.0/logout': { kind: 'page', answer: logout, forPeople: true },
  'oauth2/logout': { kind: 'page', answer: logout, forPeople: true },
  'v2.0/adminconsent': { kind: 'page', answer: adminConsent, forPeople: true },
  adminconsent: { kind: 'page', answer: adminConsent, forPeople: true, version: 1 },
  'oauth2/nativeclient': { kind: 'page', answer: nativeClientPage, forPeople: true },
  login: { kind: 'page', answer: login, forPeople: true },
  'discovery/instance': { kind: 'discovery', answer: instanceDiscovery },
  'v2.0/.well-known/openid-configuration': { kind: 'discovery', answer: openidConfiguration },
  '.well-known/openid-configuration': { kind: 'discovery', answer: openidConfiguration, version: 1 },
  'discovery/keys': { kind: 'keys', answer: keySet, version: 1 },
  'discovery/v2.0/keys': { kind: 'keys', answer: keySet },
}

/**
 * The endpoints of personal accounts at `login.live.com`, and what they are below the authority `consumers`. Programs older than
 * version 2.0 have them built in. Source: onedrive-api-docs, getting-started/msa-oauth.
 */
const ofPersonalAccounts: Record<string, string> = {
  '/oauth20_authorize.srf': 'oauth2/v2.0/authorize',
  '/oauth20_token.srf': 'oauth2/v2.0/token',
  '/oauth20_logout.srf': 'oauth2/v2.0/logout',
}

/** The endpoint of the identity platform at a path, ignoring case. */
export function identityEndpoint(path: string): (Endpoint & { segment: string }) | undefined {
  const whole = path.toLowerCase()
  if (Object.hasOwn(ofPersonalAccounts, whole))
    return identityEndpoint(`/consumers/${ofPersonalAccounts[whole]}`)
  const [, segment, asked] = /^\/([^/]+)\/(.+)$/.exec(path) ?? []
  const rest = asked?.toLowerCase()
  if (segment !== undefined && rest?.startsWith('userrealm/'))
    return { segment, kind: 'discovery', answer: userRealm }
  const endpoint = rest !== undefined && Object.hasOwn(endpoints, rest) ? endpoints[rest] : undefined
  return endpoint && segment !== undefined ? { segment, ...endpoint } : undefined
}

/** Answers a request to the identity platform; errors are JSON, or a page when a person reads the answer. */
export async function answerIdentity(
  world: World,
  incoming: Incoming,
  { segment, answer, forPeople, version = 2 }: NonNullable<ReturnType<typeof identityEndpoint>>,
): Promise<Reply> {
  try {
    await world.keys
    return await answer(world, incoming, findTenant(decode(segment), world.accounts), version)
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
