import { OdLinkError } from '../../errors.ts'
import { adminConsentUrl, approvedScopes } from '../../identity/admin-letter.ts'
import { noClientId, readRegistration } from '../../registration/index.ts'
import { registeredUri } from '../../registration/redirect-uri.ts'
import { setting } from '../../settings/index.ts'
import { print, printJson, say } from '../../terminal/index.ts'
import type { Known } from './questions.ts'

/**
 * `od-link setup --admin-link`: the URL with which an administrator approves the app for the whole organisation, before
 * anybody is refused. The URL is data; what to do with it is a message.
 * @throws OdLinkError (usage) without a client ID, or where nobody administers the accounts.
 */
export async function showAdminLink(known: Known, json: boolean): Promise<void> {
  const { clientId, tenant, cloud, scope, redirectUri, listen } = known
  if (!(clientId ?? setting('client-id'))) {
    const { message, next } = noClientId()
    const withId = 'With the client ID of an app: od-link setup --admin-link --client-id ID'
    throw new OdLinkError('usage', message, { reason: 'missing-client-id', next: [...next, withId] })
  }
  const asked = { clientId, tenant, cloud, scope, redirectUri, listen, clientSecret: null }
  const config = await readRegistration(asked)
  const { registration, loginOrigin } = config
  if (registration.tenant === 'consumers') {
    throw new OdLinkError('usage', 'Personal accounts have no administrator, and need no approval.', {
      reason: 'invalid-value',
      next: [{ verb: 'login' }],
    })
  }
  const wanted = {
    loginOrigin,
    tenant: registration.tenant,
    clientId: registration.clientId,
    scope: config.scope,
    redirectUri: registeredUri(config.redirect),
  }
  const url = adminConsentUrl(wanted)
  if (json) return printJson({ url, scopes: config.scope.split(' ') })
  say('An administrator of your organisation can approve the app for everybody there:')
  print(url)
  say('The page after the approval fails to load. That is expected. It approves:')
  for (const line of approvedScopes(wanted.scope)) say(line)
}
