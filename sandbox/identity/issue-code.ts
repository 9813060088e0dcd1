import { randomUUID } from 'node:crypto'
import type { Incoming, Reply } from '../server/messages.ts'
import type { Grant } from '../state/grants.ts'
import type { Account } from '../state/users.ts'
import type { World } from '../state/world.ts'
import type { CheckedRequest } from './authorization-request.ts'
import { newCode } from './opaque.ts'
import { answerByRedirect } from './response-modes.ts'
import { permissions, scopesFor } from './scopes.ts'
import { issueTokens, newIdToken } from './tokens.ts'

/** "About a minute." Source: entra-docs, identity-platform/v2-oauth2-auth-code-flow, January 2026. */
const codeLifetime = 60_000

/** Sends the browser back to the client with what it asked for: a code for what this person granted, or tokens at once. */
export function issueCode(
  world: World,
  incoming: Incoming,
  request: CheckedRequest,
  account: Account,
): Reply {
  const { parameters, registration, platform, scopes, responseTypes } = request
  incoming.entry.username = account.username
  const granted = scopesFor(world, account, registration, scopes)
  world.grants.consent(account, registration, granted)
  const claims = parameters.get('claims')
  const grant: Grant = {
    ...{ account, registration, platform, scopes: granted, asked: parameters.get('scope') ?? '' },
    ...(claims === undefined ? {} : { claims }),
  }
  const fields = new Map<string, string>()
  if (responseTypes.has('code')) fields.set('code', codeFor(world, request, grant))
  addTokens(world, request, grant, fields)
  if (parameters.get('client_info') === '1') {
    const info = JSON.stringify({ uid: account.objectId, utid: account.tenantId })
    fields.set('client_info', Buffer.from(info).toString('base64url'))
  }
  return answerByRedirect(request, fields, randomUUID())
}

function codeFor(world: World, request: CheckedRequest, grant: Grant): string {
  const { parameters, tenant, redirectUri, challenge } = request
  const code = newCode(grant.account)
  const nonce = parameters.get('nonce')
  world.grants.secrets.add(code)
  world.grants.codes.set(code, {
    ...grant,
    tenantKey: tenant.key,
    redirectUri,
    expiresAt: world.now() + codeLifetime,
    redeemed: false,
    ...(challenge === undefined ? {} : { challenge }),
    ...(nonce === undefined ? {} : { nonce }),
  })
  return code
}

/** The implicit and hybrid flows: no refresh token comes this way (RFC 6749, 4.2). */
function addTokens(
  world: World,
  { parameters, responseTypes, version }: CheckedRequest,
  grant: Grant,
  fields: Map<string, string>,
): void {
  if (responseTypes.has('token')) {
    const access = { ...grant, scopes: new Set(permissions(grant.scopes)) }
    const { body } = issueTokens(world, access, world.readyKeys, { clientInfo: false, version })
    for (const name of ['access_token', 'token_type', 'expires_in', 'scope'])
      fields.set(name, String(body[name]))
  }
  if (!responseTypes.has('id_token')) return
  const [nonce, code, accessToken] = [parameters.get('nonce'), fields.get('code'), fields.get('access_token')]
  const idToken = newIdToken(world, grant, world.readyKeys, {
    version,
    ...(nonce === undefined ? {} : { nonce }),
    ...(code === undefined ? {} : { code }),
    ...(accessToken === undefined ? {} : { accessToken }),
  })
  world.grants.secrets.add(idToken)
  fields.set('id_token', idToken)
}
