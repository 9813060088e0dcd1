import { escapeHtml } from '../server/html.ts'
import type { Incoming, Reply } from '../server/messages.ts'
import type { IdentityError } from '../state/identity-error.ts'
import { refusals } from '../state/identity-refusals.ts'
import { normalised } from '../state/registrations.ts'
import type { World } from '../state/world.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import { signInPage } from './layout.ts'
import { describe } from './replies.ts'

type Fields = Map<string, string>

/** The response modes. Source: entra-docs, identity-platform/v2-oauth2-auth-code-flow. */
const modes = { query: inQuery, fragment: inFragment, form_post: inForm } satisfies Record<
  string,
  (redirectUri: string, fields: Fields) => Reply
>

type ResponseMode = keyof typeof modes

/**
 * The `response_mode` of a request; `query` is the default for a code, and refused for tokens, which would end up in logs.
 * An error about the mode itself must still be sent, so only strict reading refuses a mode.
 */
export function readResponseMode(parameters: Fields, reading: 'strict' | 'lenient'): ResponseMode {
  const hasTokens = /token/.test(parameters.get('response_type') ?? '')
  const usual = hasTokens ? 'fragment' : 'query'
  const mode = parameters.get('response_mode') ?? usual
  const isAllowed = Object.hasOwn(modes, mode) && !(hasTokens && mode === 'query')
  if (isAllowed) return mode as ResponseMode
  if (reading === 'lenient') return usual
  throw hasTokens ? refusals.responseModeForTokens(mode) : refusals.invalidParameter('response_mode')
}

/** Sends the fields of an answer, and the `state` of the request, back to the client. */
export function answerByRedirect(
  request: AuthorizationRequest,
  fields: Fields,
  sessionState?: string,
): Reply {
  const { parameters, redirectUri } = request
  const all = new Map(fields)
  const state = parameters.get('state')
  // HTML in a state is removed. Source: entra-docs, identity-platform/reference-breaking-changes.
  if (state !== undefined) all.set('state', state.replace(/<[^>]*>/g, ''))
  if (sessionState !== undefined) all.set('session_state', sessionState)
  return modes[readResponseMode(parameters, 'lenient')](normalised(redirectUri), all)
}

/** The fields of an authorization answer that report an error. */
export function errorFields(error: IdentityError, incoming: Incoming, world: World): Fields {
  const fields = new Map([
    ['error', error.error],
    ['error_description', describe(error, incoming, world.now())],
  ])
  if (error.code !== undefined) fields.set('error_uri', `${world.origins.authority}/error?code=${error.code}`)
  if (error.suberror !== undefined) fields.set('error_subcode', error.suberror)
  return fields
}

/** A redirect URI as a source in a content security policy, which ignores paths after a redirect. */
export function sourceOf(redirectUri: string): string {
  const { origin, protocol } = new URL(normalised(redirectUri))
  return origin === 'null' ? protocol : origin
}

function encode(fields: Fields): string {
  return [...fields].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
}

function redirect(location: string): Reply {
  return { status: 302, headers: { location, 'cache-control': 'no-store, no-cache', pragma: 'no-cache' } }
}

/**
 * The empty fragment stops the browser from carrying over the fragment of an earlier page. Source: reply-url.
 */
function inQuery(redirectUri: string, fields: Fields): Reply {
  return redirect(`${redirectUri}?${encode(fields)}#`)
}

function inFragment(redirectUri: string, fields: Fields): Reply {
  return redirect(`${redirectUri}#${encode(fields)}`)
}

/**
 * A form that submits itself, with a button for browsers without scripts (OAuth 2.0 Form Post Response Mode).
 */
function inForm(redirectUri: string, fields: Fields): Reply {
  const inputs = [...fields].map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  )
  return signInPage({
    title: 'Working…',
    formAction: [sourceOf(redirectUri)],
    body: `<h1>Signing you in</h1>
<form method="POST" action="${escapeHtml(redirectUri)}">
${inputs.join('\n')}
<p>If nothing happens, press Continue.</p>
<p class="buttons"><button type="submit">Continue</button></p>
</form>`,
    script: 'document.forms[0].submit()',
  })
}
