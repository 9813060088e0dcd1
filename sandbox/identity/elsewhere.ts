import { header, type Incoming, type Reply } from '../server/messages.ts'
import { refusals } from '../state/identity-refusals.ts'
import type { World } from '../state/world.ts'
import { errorPage } from './pages.ts'
import { errorReply } from './replies.ts'

/*
 * What Microsoft has at sign-in and the sandbox does not. Sources: entra-docs, identity-platform/single-sign-on-saml-protocol
 * and federation-metadata; microsoft-365-docs, enterprise/urls-and-ip-address-ranges; msal-python, wstrust_request.py;
 * onedrive-api-docs, getting-started/msa-oauth.
 */

/** By their path below the authority, in lower case. */
const ofTenants: Record<string, string> = {
  saml2: 'SAML protocol',
  wsfed: 'WS-Federation protocol',
  'federationmetadata/2007-06/federationmetadata.xml': 'federation metadata',
  'winauth/trust/2005/usernamemixed': 'WS-Trust',
  'winauth/trust/2005/windowstransport': 'WS-Trust',
  getcredentialtype: 'discovery of credentials (GetCredentialType)',
  'oauth2/v2.0/logoutsession': 'logout of other sessions',
  'oauth2/logoutsession': 'logout of other sessions',
  'sas/beginauth': 'second factors',
  'sas/endauth': 'second factors',
  'sas/processauth': 'second factors',
  kmsi: '“Stay signed in?” page',
  reprocess: 'pages between sign-in and consent',
}

/** At the root, in lower case: `login.live.com` and what older programs use. */
const atRoot: Record<string, string> = {
  'oauth20_connect.srf': 'device codes of login.live.com',
  'oauth20_remoteconnect.srf': 'device codes of login.live.com',
  'login.srf': 'sign-in page of Windows Live',
  'logout.srf': 'logout of Windows Live',
  'getuserrealm.srf': 'discovery of realms for browsers',
  'rst2.srf': 'WS-Trust',
  'extsts.srf': 'WS-Trust',
  'ppsecure/post.srf': 'sign-in page of Windows Live',
}

/** What an address would be at Microsoft; undefined where Microsoft has nothing either. */
export function lackingEndpoint(path: string): string | undefined {
  const whole = path.slice(1).replace(/\/$/, '').toLowerCase()
  const below = whole.slice(whole.indexOf('/') + 1)
  if (Object.hasOwn(atRoot, whole)) return atRoot[whole]
  return whole.includes('/') && Object.hasOwn(ofTenants, below) ? ofTenants[below] : undefined
}

/** Says so: on a page for a browser, and in JSON for a program. */
export function answerLacking(world: World, incoming: Incoming, what: string): Reply {
  const refusal = refusals.addressNotInSandbox(what)
  const isForPerson = /\btext\/html\b/i.test(header(incoming, 'accept') ?? '')
  return isForPerson ? errorPage(world, incoming, refusal, 501) : errorReply(refusal, incoming, world)
}
