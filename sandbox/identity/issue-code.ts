import { randomUUID } from 'node:crypto'
import type { Incoming, Reply } from '../server/messages.ts'
import type { Account } from '../state/users.ts'
import type { World } from '../state/world.ts'
import type { CheckedRequest } from './authorization-request.ts'
import { newCode } from './opaque.ts'
import { answerByRedirect } from './response-modes.ts'
import { scopesFor } from './scopes.ts'

/** "About a minute." Source: entra-docs, identity-platform/v2-oauth2-auth-code-flow, January 2026. */
const codeLifetime = 60_000

/** Sends the browser back to the client with a code for what this person granted. */
export function issueCode(
  world: World,
  incoming: Incoming,
  request: CheckedRequest,
  account: Account,
): Reply {
  const { parameters, tenant, registration, redirectUri, platform, scopes, challenge } = request
  incoming.entry.username = account.username
  const granted = scopesFor(world, account, registration, scopes)
  world.grants.consent(account, registration, granted)
  const code = newCode(account)
  const claims = parameters.get('claims')
  const nonce = parameters.get('nonce')
  world.grants.secrets.add(code)
  world.grants.codes.set(code, {
    account,
    registration,
    scopes: granted,
    asked: parameters.get('scope') ?? '',
    tenantKey: tenant.key,
    redirectUri,
    platform,
    expiresAt: world.now() + codeLifetime,
    redeemed: false,
    ...(challenge === undefined ? {} : { challenge }),
    ...(claims === undefined ? {} : { claims }),
    ...(nonce === undefined ? {} : { nonce }),
  })
  const fields = new Map([['code', code]])
  if (parameters.get('client_info') === '1') {
    const info = JSON.stringify({ uid: account.objectId, utid: account.tenantId })
    fields.set('client_info', Buffer.from(info).toString('base64url'))
  }
  return answerByRedirect(request, fields, randomUUID())
}
