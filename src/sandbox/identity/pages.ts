import { escapeHtml, page } from '../server/html.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import type { World } from '../world.ts'
import { type IdentityError, timestamp } from './errors.ts'

/** The page on which a sign-in ends that never returns to the client. */
export function errorPage(world: World, incoming: Incoming, error: IdentityError, status = 400): Reply {
  const number = error.code === undefined ? '' : `AADSTS${error.code}: `
  return page({
    status,
    title: 'Sign in to your account',
    body: `<main>
<h1>Sign in</h1>
<p>Sorry, but we’re having trouble signing you in.</p>
<p role="alert">${escapeHtml(number + error.text)}</p>
<h2>Troubleshooting details</h2>
<dl>
<dt>Request Id</dt><dd>${escapeHtml(incoming.id)}</dd>
<dt>Correlation Id</dt><dd>${escapeHtml(incoming.clientRequestId)}</dd>
<dt>Timestamp</dt><dd>${escapeHtml(timestamp(world.now()))}</dd>
<dt>Message</dt><dd>${escapeHtml(number)}${escapeHtml(error.error)}</dd>
</dl>
</main>`,
    style: 'h2 { font-size: 1rem } dt { font-weight: 600 } dd { margin: 0 0 .5rem }',
  })
}

/** After a browser sign-out. It ends no token. Source: entra-docs, identity-platform/refresh-tokens. */
export function signedOutPage(): Reply {
  return page({
    title: 'Signed out',
    body: '<main>\n<h1>You signed out of your account</h1>\n<p>It’s a good idea to close all browser windows.</p>\n</main>',
  })
}

/** `/error?code=N`, where the `error_uri` of an error leads. */
export function lookUpPage(_: World, incoming: Incoming): Reply {
  const code = /(?:^|&)code=(\d{1,9})(?:&|$)/.exec(incoming.query)?.[1]
  return page({
    title: 'Look up error',
    body: `<main>\n<h1>${code === undefined ? 'No such error' : `AADSTS${code}`}</h1>\n<p>Microsoft explains its codes at login.microsoftonline.com/error.</p>\n</main>`,
  })
}
