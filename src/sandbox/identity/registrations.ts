import type { AccountKind } from '../users.ts'

/** An application as its owner registered it. */
export interface Registration {
  clientId: string
  name: string
  /** "Mobile and desktop" is public, "Web" is confidential. Source: entra-docs, identity-platform/reply-url. */
  platform: 'public' | 'web'
  secret?: string
  redirectUris: string[]
  audience: AccountKind[]
}

export const publicClientId = '0d11c0de-5a9d-4b0c-9c1e-7f3a52d8e601'
export const webClientId = '0d11c0de-5a9d-4b0c-9c1e-7f3a52d8e602'

/** The table of registrations: a public client, and a confidential one that keeps a secret. */
export function registrations(secret: string): Registration[] {
  const audience: AccountKind[] = ['work', 'personal']
  return [
    {
      clientId: publicClientId,
      name: 'Sandbox CLI',
      platform: 'public',
      redirectUris: ['http://localhost'],
      audience,
    },
    {
      clientId: webClientId,
      name: 'Sandbox Web App',
      platform: 'web',
      secret,
      redirectUris: ['http://localhost:5000/post_onedrive'],
      audience,
    },
  ]
}

/**
 * Whether a redirect URI is one of the registered ones. The port is ignored for `localhost`; the path must match
 * in its case; a URI without a path and one with `/` alone are the same.
 * Source: entra-docs, identity-platform/reply-url.
 */
export function isRegistered(registration: Registration, redirectUri: string): boolean {
  const asked = comparable(redirectUri)
  return asked !== undefined && registration.redirectUris.some((uri) => comparable(uri) === asked)
}

/** The redirect URI as a browser is sent to it: one without a path returns with `/` added. */
export function normalised(redirectUri: string): string {
  return new URL(redirectUri).href
}

function comparable(uri: string): string | undefined {
  // A URI with a query, a fragment or a user name is never equal to a registered one.
  if (!URL.canParse(uri) || /[?#@\\\s]/.test(uri)) return undefined
  const url = new URL(uri)
  const port = url.hostname === 'localhost' ? '' : url.port
  // The path as it was written: the parser would resolve dot segments.
  const path = /^[a-z]+:\/\/[^/]*(.*)$/i.exec(uri)?.[1] ?? ''
  return `${url.protocol}//${url.hostname}:${port}${path === '' ? '/' : path}`
}
