import { readPostedForm } from '../server/forms.ts'
import { escapeHtml } from '../server/html.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import type { Registration } from '../state/registrations.ts'
import type { Account } from '../state/users.ts'
import type { World } from '../state/world.ts'
import { signInPage } from './layout.ts'
import { isOwnForm } from './login.ts'
import { describeScopes } from './permissions.ts'

/**
 * `/myapps`: the consent of each account that is signed in in this browser, and a button to remove it.
 * After that, refreshing fails, while access tokens stay valid until they expire, as with Microsoft. Source:
 * entra-docs, identity-platform/refresh-tokens.
 */
export function myApps(world: World, incoming: Incoming): Reply {
  const signedIn = world.sessions.of(world, incoming)
  if (incoming.method === 'GET') return appsPage(world, signedIn)
  if (incoming.method !== 'POST' || !isOwnForm(world, incoming)) return { status: 405 }
  const form = readPostedForm(incoming)
  // The session cookie authorizes this: forms from other sites come without it.
  const account = signedIn.find(({ username }) => username === form.get('account'))
  const app = world.registrations.find(({ clientId }) => clientId === form.get('app'))
  if (!account || !app)
    return appsPage(world, signedIn, 'Nothing was changed. That account is not signed in in this browser.')
  world.grants.withdraw(account, app)
  return appsPage(world, signedIn, `${app.name} can no longer access the data of ${account.username}.`)
}

function appsPage(world: World, signedIn: Account[], news?: string): Reply {
  const parts = signedIn.map((account) => {
    const apps = world.registrations.filter((app) => world.grants.consented(account, app).size > 0)
    return `<h2>${escapeHtml(account.username)}</h2>
${apps.length > 0 ? apps.map((app) => appForm(world, account, app)).join('\n') : '<p class="soft">No app has access to this account.</p>'}`
  })
  return signInPage({
    title: 'Your apps',
    formAction: ["'self'"],
    body: `<h1>Your apps</h1>
${news ? `<p role="status"><strong>${escapeHtml(news)}</strong></p>\n` : ''}${parts.join('\n') || '<p>No account is signed in in this browser.</p>'}`,
  })
}

function appForm(world: World, account: Account, app: Registration): string {
  const permissions = describeScopes(world.grants.consented(account, app))
  return `<form method="post" action="/myapps">
<p><strong>${escapeHtml(app.name)}</strong></p>
<ul class="permissions">
${permissions.map(({ title }) => `<li>${escapeHtml(title)}</li>`).join('\n')}
</ul>
<input type="hidden" name="account" value="${escapeHtml(account.username)}">
<input type="hidden" name="app" value="${app.clientId}">
<button>Remove access for ${escapeHtml(app.name)}</button>
</form>`
}
