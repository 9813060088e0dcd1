/**
 * A link: all that is needed to act for one person, saved as one item of the store. It includes the registration and the
 * origins it was linked with, so that `mkdir` from cron needs no variables and a changed variable never sends an old
 * token to a new host.
 */
export interface LinkRecord {
  version: 1
  /** `tid.oid`: the tenant's and the person's IDs, never an email address (those change and are reused). */
  id: string
  tenantId: string
  objectId: string
  kind: 'work' | 'personal'
  username: string
  displayName: string
  registration: Registration
  /** As registered, where it is not the default; and where to listen, if a web server forwards requests to it. */
  redirectUri?: string | undefined
  listen?: string | undefined
  /** Where tokens are renewed, at the origin of the authority at login. */
  tokenEndpoint: string
  /** The issuer that signed the id_token, with the tenant filled in. */
  issuer: string
  /** Origin of Graph, such as `https://graph.microsoft.com`. */
  graphOrigin: string
  /** The requested scopes, separated by spaces. */
  scope: string
  /** The scopes that the server granted, separated by spaces. */
  grantedScope: string
  accessToken: string
  /** Milliseconds since the epoch. */
  expiresAt: number
  refreshToken: string
  /** Milliseconds since the epoch. */
  linkedAt: number
  /** Milliseconds since the epoch: the last time that Microsoft issued tokens for this link. */
  lastRenewedAt: number
}

/** The app registration that a link was created with. */
export interface Registration {
  clientId: string
  clientSecret?: string | undefined
  tenant: string
}
