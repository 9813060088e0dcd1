import { OdLinkError } from '../errors.ts'
import { clockCommand, clockProblem } from '../http/clock-skew.ts'
import { startPatience } from '../http/retry.ts'
import type { HttpResponse } from '../http/transport.ts'
import { notices } from '../notices.ts'
import { type JsonObject, parseJsonObject, textIn } from '../text/json.ts'
import { type FailureContext, type IdentityErrorBody, identityFailure } from './errors.ts'
import { askIdentity } from './protocol.ts'

/**
 * An authority, `https://<login host>/<tenant>`, with what a sign-in needs to know about it. The endpoints are those that
 * Microsoft documents, below the authority, and keys are trusted only from its own origin: a discovery response can
 * neither send a code or a secret to another host nor bring in another host's keys.
 * https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc
 */
export interface Authority {
  authorizationEndpoint: string
  tokenEndpoint: string
  deviceCodeEndpoint: string
  jwksUri: string
  /** May hold `{tenantid}`, which the tenant of the id_token fills in. */
  issuer: string
}

/** Microsoft's URLs are shorter. */
const longestAddress = 2_000

/** The tenant of all personal Microsoft accounts. */
export const consumersTenant = '9188040d-6c67-4c5b-b112-36a304b66dad'

/**
 * Looks an authority up before anyone is sent there: an unknown tenant or a missing network shows at once, and so does
 * a clock that is too wrong for the sign-in.
 * @throws OdLinkError (sign-in) for an unknown tenant, (network) or (service) when there is no usable answer.
 */
export async function findAuthority(
  loginOrigin: string,
  tenant: string,
  clientId: string,
): Promise<Authority> {
  const base = `${loginOrigin}/${encodeURIComponent(tenant)}`
  const url = discoveryUrl(loginOrigin, tenant, clientId)
  const answer = await askIdentity({ method: 'GET', url }, startPatience(30_000))
  const metadata = readMetadata(answer, { loginOrigin, tenant, clientId, scope: '' })
  const wrong = clockProblem()
  if (wrong) notices.warning(`${wrong}, so the sign-in may fail. To set it: ${clockCommand()}`)
  const named = textIn(metadata.jwks_uri, longestAddress)
  const keysAreOwn = URL.canParse(named) && new URL(named).origin === url.origin
  return {
    authorizationEndpoint: `${base}/oauth2/v2.0/authorize`,
    tokenEndpoint: `${base}/oauth2/v2.0/token`,
    deviceCodeEndpoint: `${base}/oauth2/v2.0/devicecode`,
    jwksUri: keysAreOwn ? named : `${base}/discovery/v2.0/keys`,
    issuer: metadata.issuer,
  }
}

/**
 * Where an authority describes itself.
 * @param clientId an app that has its own signing key publishes it only there; for others it changes nothing.
 *   https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-tokens
 */
export function discoveryUrl(loginOrigin: string, tenant: string, clientId?: string): URL {
  const url = new URL(`${loginOrigin}/${encodeURIComponent(tenant)}/v2.0/.well-known/openid-configuration`)
  if (clientId) url.searchParams.set('appid', clientId)
  return url
}

/**
 * Reads a discovery response.
 * @throws OdLinkError (sign-in) for an unknown tenant, (service) when this is not Microsoft's sign-in service.
 */
export function readMetadata(
  { status, body }: HttpResponse,
  context: FailureContext,
): JsonObject & { issuer: string } {
  const metadata = parseJsonObject(body)
  if (typeof metadata?.error === 'string') {
    throw identityFailure(metadata as unknown as IdentityErrorBody, context)
  }
  const issuer = metadata?.issuer
  if (status === 200 && typeof issuer === 'string' && issuer.length <= longestAddress)
    return { ...metadata, issuer }
  const { host } = new URL(context.loginOrigin)
  throw new OdLinkError(
    'service',
    `${host} does not respond like Microsoft's sign-in service (HTTP ${status}).`,
    {
      reason: 'unreadable-answer',
      next: [
        'Check the cloud and OD_LINK_AUTHORITY_HOST, and whether a proxy or the',
        "network's sign-in page is in between.",
      ],
    },
  )
}

/** The issuer with the tenant filled in: what `iss` of an id_token must be. */
export function issuerOf(authority: Authority, tenantId: string): string {
  return authority.issuer.replace('{tenantid}', tenantId)
}

/** Whether an issuer is this one, or this template filled in with some tenant. */
export function isFilledFrom(template: string, issuer: string): boolean {
  const [before = '', after] = template.split('{tenantid}')
  if (after === undefined) return issuer === before
  const tenant = issuer.slice(before.length, issuer.length - after.length)
  return issuer === before + tenant + after && /^[\w.-]+$/.test(tenant)
}
