import { OdLinkError } from '../errors.ts'
import { exchange, requestIdOf } from '../http.ts'
import { type IdentityErrorBody, identityFailure } from './failure.ts'

/**
 * An authority, `https://<login host>/<tenant>`, with what a sign-in needs to know of it. The endpoints are at the
 * places that Microsoft documents, below the authority: a discovery answer cannot send a code or a secret to
 * another host. Discovery is asked for one thing, the issuer.
 * https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc
 */
export interface Authority {
  authorizationEndpoint: string
  tokenEndpoint: string
  jwksUri: string
  /** May hold `{tenantid}`, which the tenant of the id_token fills in. */
  issuer: string
}

/** The tenant of all personal Microsoft accounts. */
export const consumersTenant = '9188040d-6c67-4c5b-b112-36a304b66dad'

/**
 * Looks an authority up before anyone is sent there: an unknown tenant and a missing network show at once.
 * @throws OdLinkError (sign-in) for an unknown tenant, (network) or (service) when there is no usable answer.
 */
export async function findAuthority(
  loginOrigin: string,
  tenant: string,
  clientId: string,
): Promise<Authority> {
  const base = `${loginOrigin}/${encodeURIComponent(tenant)}`
  const url = new URL(`${base}/v2.0/.well-known/openid-configuration`)
  const answer = await exchange({ method: 'GET', url, timeoutMs: 20_000 })
  const metadata = parse(answer.body)
  if (answer.status >= 500 || answer.status === 429) {
    throw new OdLinkError('service', `Microsoft's sign-in service is in trouble (HTTP ${answer.status}).`, {
      hint: 'Try again in some minutes.',
      requestId: requestIdOf(answer.headers),
    })
  }
  if (typeof metadata?.error === 'string') {
    throw identityFailure(metadata as unknown as IdentityErrorBody, {
      loginOrigin,
      tenant,
      clientId,
      scope: '',
    })
  }
  if (answer.status !== 200 || typeof metadata?.issuer !== 'string') {
    throw new OdLinkError(
      'service',
      `${url.host} does not answer like Microsoft's sign-in service (HTTP ${answer.status}).`,
      {
        hint: 'Check OD_LINK_CLOUD, OD_LINK_AUTHORITY_HOST, and whether a proxy or a sign-in page of the network is in between.',
      },
    )
  }
  return {
    authorizationEndpoint: `${base}/oauth2/v2.0/authorize`,
    tokenEndpoint: `${base}/oauth2/v2.0/token`,
    jwksUri: `${base}/discovery/v2.0/keys`,
    issuer: metadata.issuer,
  }
}

/** The issuer with the tenant filled in: what `iss` of an id_token must be. */
export function issuerOf(authority: Authority, tenantId: string): string {
  return authority.issuer.replace('{tenantid}', tenantId)
}

/** Whether an `iss` parameter of the redirect (RFC 9207) names this authority. */
export function isIssuer(authority: Authority, issuer: string): boolean {
  const [before = '', after] = authority.issuer.split('{tenantid}')
  if (after === undefined) return issuer === before
  return (
    issuer.startsWith(before) &&
    issuer.endsWith(after) &&
    /^[\w.-]+$/.test(issuer.slice(before.length, -after.length || undefined))
  )
}

function parse(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
