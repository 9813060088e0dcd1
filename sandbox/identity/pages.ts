import { escapeHtml } from '../server/html.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import { type IdentityError, timestamp } from '../state/identity-error.ts'
import type { World } from '../state/world.ts'
import { signInPage } from './layout.ts'

/** The error page of a sign-in that cannot return to the client. */
export function errorPage(world: World, incoming: Incoming, error: IdentityError, status = 400): Reply {
  const number = error.code === undefined ? '' : `AADSTS${error.code}: `
  return signInPage({
    status,
    title: 'Sign in to your account',
    body: `<h1>Sign in</h1>
<p>Sorry, but we’re having trouble signing you in.</p>
<p class="alarm" role="alert">${escapeHtml(number + error.text)}</p>
<h2>Troubleshooting details</h2>
<dl>
<dt>Request Id</dt><dd>${escapeHtml(incoming.id)}</dd>
<dt>Correlation Id</dt><dd>${escapeHtml(incoming.clientRequestId)}</dd>
<dt>Timestamp</dt><dd>${escapeHtml(timestamp(world.now()))}</dd>
<dt>Message</dt><dd>${escapeHtml(number)}${escapeHtml(error.error)}</dd>
</dl>`,
  })
}

/** The answer to a form whose visit has ended or was started in another browser, for example after Back. */
export function staleSignInPage(): Reply {
  return signInPage({
    status: 400,
    title: 'Sign-in expired',
    body: `<h1>Sign-in expired</h1>
<p role="alert">This sign-in has expired or was started in another browser.</p>
<p>Return to the app. If it still asks you to sign in, start again there.</p>`,
  })
}

/** The page after signing out. Tokens stay valid. Source: entra-docs, identity-platform/refresh-tokens. */
export function signedOutPage(): Reply {
  return signInPage({
    title: 'Signed out',
    body: '<h1>You signed out of your account</h1>\n<p>It’s a good idea to close all browser windows.</p>',
  })
}

/**
 * Where a redirect to `…/oauth2/nativeclient` ends. Microsoft's page is blank: whoever shows it reads its address. Source:
 * entra-docs, identity-platform/scenario-desktop-app-registration.
 */
export function nativeClientPage(): Reply {
  return signInPage({
    title: 'Copy this page’s URL',
    body: `<h1>Almost done</h1>
<p>If the app asks for it, copy the URL of this page from the address bar and paste it there.</p>
<p class="soft">At Microsoft this page is blank.</p>`,
  })
}

/** What the identity platform answers where it has nothing: no body at all. */
export function noSuchPage(_: World, incoming: Incoming): Reply {
  return { status: 404, headers: { 'cache-control': 'private', 'x-ms-request-id': incoming.id } }
}

/** `/error?code=N`, the `error_uri` of errors. */
export function lookUpPage(_: World, incoming: Incoming): Reply {
  const code = /(?:^|&)code=(\d{1,9})(?:&|$)/.exec(incoming.query)?.[1]
  return signInPage({
    title: 'Look up error',
    body: `<h1>${code === undefined ? 'Unknown error code' : `AADSTS${code}`}</h1>\n<p>Look up Microsoft’s error codes at login.microsoftonline.com/error.</p>`,
  })
}
