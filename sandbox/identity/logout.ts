import { readParameters } from '../server/forms.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import { findRedirectUri } from '../state/registrations.ts'
import type { World } from '../state/world.ts'
import { signedOutPage } from './pages.ts'

/**
 * `GET` or `POST /{tenant}/oauth2/v2.0/logout`: signs out all accounts of the browser, or the one in
 * `logout_hint`, and redirects to a registered URI of a client. Tokens stay valid. Sources: entra-docs,
 * identity-platform/v2-protocols-oidc and refresh-tokens.
 */
export function logout(world: World, incoming: Incoming): Reply {
  const parameters = readParameters(incoming)
  world.sessions.signOut(world, incoming, world.account(parameters.get('logout_hint') ?? ''))
  // `/oauth20_logout.srf` calls it redirect_uri. Source: onedrive-api-docs, getting-started/msa-oauth.
  const back = parameters.get('post_logout_redirect_uri') ?? parameters.get('redirect_uri')
  if (!back || !world.registrations.some((one) => findRedirectUri(one, back))) return signedOutPage()
  const url = new URL(back)
  const state = parameters.get('state')
  if (state !== undefined) url.searchParams.set('state', state)
  return {
    status: 302,
    headers: { location: url.href, 'cache-control': 'no-store, no-cache', pragma: 'no-cache' },
  }
}
