import { readParameters } from '../server/forms.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import { clientRefusals } from '../state/client-refusals.ts'
import { refusals } from '../state/identity-refusals.ts'
import { findRedirectUri } from '../state/registrations.ts'
import { admits, type Tenant } from '../state/tenants.ts'
import type { Account } from '../state/users.ts'
import { withVisit } from '../state/visits.ts'
import type { World } from '../state/world.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import { findRegistration } from './client.ts'
import { proceed } from './login.ts'
import { errorPage } from './pages.ts'
import { answerByRedirect, errorFields, sourceOf } from './response-modes.ts'
import { permissions, readScopes, scopesFor } from './scopes.ts'
import { decide } from './sign-in.ts'
import { tenantOfVersion1, type Version } from './version-1.ts'

/**
 * `GET /{tenant}/v2.0/adminconsent`, and `/adminconsent` of v1.0: one person consents for a whole directory. Everybody in the
 * sandbox may. The answer has `admin_consent=True` even where it is a refusal. Source: entra-docs,
 * identity-platform/v2-admin-consent.
 */
export function adminConsent(world: World, incoming: Incoming, asked: Tenant, version: Version): Reply {
  if (incoming.method !== 'GET') throw refusals.postOnly(incoming.method)
  const tenant = tenantOfVersion1(asked)
  const parameters = readParameters(incoming)
  const registration = findRegistration(world, parameters.get('client_id'), tenant)
  const redirectUri = parameters.get('redirect_uri') ?? registration.redirectUris[0]?.uri
  if (redirectUri === undefined) throw refusals.noReplyAddress()
  const registered = findRedirectUri(registration, redirectUri)
  if (!registered) throw refusals.redirectUriUnknown(redirectUri, registration.clientId)
  const { platform } = registered
  const request: AuthorizationRequest = { parameters, tenant, registration, redirectUri, platform }
  const scope = version === 1 ? '.default' : (parameters.get('scope') ?? '.default')
  const scopes = readScopes(world, scope, 'keep')
  const back = (fields: Map<string, string>) =>
    answerByRedirect(request, new Map([['admin_consent', 'True'], ...fields]))

  const accept = (now: Incoming, account: Account) => {
    now.entry.username = account.username
    const granted = scopesFor(world, account, registration, scopes)
    for (const member of world.accounts)
      if (member.tenantId === account.tenantId) world.grants.consent(member, registration, granted)
    const named = version === 1 ? [] : ([['scope', permissions(granted).join(' ')]] as const)
    return back(new Map([['tenant', account.tenantId], ...named]))
  }
  if (world.settings.signIn === 'page' && !world.nextSignIn) {
    const visit = world.visits.begin(
      {
        ...{ tenant, registration, scopes, accept, consentAgain: true, returnsTo: sourceOf(redirectUri) },
        accounts: world.accounts.filter((account) => admits(tenant, account)),
        refuse: (now) => back(errorFields(clientRefusals.adminDeclined(), now, world)),
        fail: (now, error) => back(errorFields(error, now, world)),
      },
      world.now(),
    )
    return withVisit(world, incoming, proceed(world, incoming, visit), visit)
  }
  const decision = decide(world, request)
  if ('page' in decision) return errorPage(world, incoming, decision.page, 200)
  return 'fields' in decision ? back(decision.fields) : accept(incoming, decision.account)
}
