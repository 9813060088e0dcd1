import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { interactionPolicy, Provider } from 'oidc-provider'

export const person = {
  tenantId: '3f1c9e2a-0b7d-4c58-8f6a-1d2e3c4b5a69',
  objectId: '77aa10de-5c3b-4e2f-9a81-60b4c2d7e9f0',
  username: 'mary@analytical.example',
  name: 'Mary Somerville',
}
export const clientId = 'an-independent-client'

export interface IndependentAuthority {
  origin: string
  issuer: string
  /** Every request, by method and path. */
  seen: string[]
  /** What the provider found wrong. */
  errors: string[]
  stop: () => Promise<void>
}

/**
 * An authorization server that nobody of this project wrote, at Microsoft's addresses: public client with PKCE,
 * a sign-in page that signs in by itself, opaque access tokens of a minute, refresh tokens that work once.
 */
export async function startIndependentAuthority(): Promise<IndependentAuthority> {
  const seen: string[] = []
  const errors: string[] = []
  let handle: (request: IncomingMessage, response: ServerResponse) => Promise<void> = async () => {}
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url?.split('?')[0]}`)
    handle(request, response).catch((error) => {
      errors.push(String(error))
      response.writeHead(500).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const issuer = `${origin}/${person.tenantId}/v2.0`
  const provider = newProvider(issuer)
  for (const event of ['server_error', 'authorization.error', 'grant.error']) {
    provider.on(event, (_, error) =>
      errors.push(`${event}: ${error} ${(error as { error_detail?: string }).error_detail ?? ''}`),
    )
  }
  const serve = provider.callback()
  const discovery = '/.well-known/openid-configuration'

  handle = async (request, response) => {
    const [path = ''] = (request.url ?? '').split('?')
    if (path.startsWith('/interaction/')) return interact(provider, request, response)
    if (path !== `/common/v2.0${discovery}`) return serve(request, response)
    // The issuer of "common" is a template, as Microsoft's is.
    const answer = await fetch(`${origin}${discovery}`)
    const metadata = (await answer.json()) as object
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ ...metadata, issuer: `${origin}/{tenantid}/v2.0` }))
  }
  return {
    origin,
    issuer,
    seen,
    errors,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function newProvider(issuer: string): Provider {
  const policy = interactionPolicy.base()
  policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0)
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://localhost'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
    ],
    routes: {
      authorization: '/common/oauth2/v2.0/authorize',
      token: '/common/oauth2/v2.0/token',
      jwks: '/common/discovery/v2.0/keys',
    },
    jwks: {
      keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'independent' }],
    },
    cookies: { keys: ['a key for the tests'] },
    pkce: { required: () => true },
    interactions: { policy, url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    features: { devInteractions: { enabled: false } },
    scopes: ['openid', 'offline_access', 'User.Read', 'Files.ReadWrite.All'],
    claims: { openid: ['sub', 'tid', 'oid'], profile: ['name', 'preferred_username'] },
    conformIdTokenClaims: false,
    findAccount: () => ({
      accountId: person.objectId,
      claims: () => ({
        sub: person.objectId,
        tid: person.tenantId,
        oid: person.objectId,
        name: person.name,
        preferred_username: person.username,
      }),
    }),
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    ttl: {
      AccessToken: 60,
      IdToken: 3600,
      RefreshToken: 86_400,
      Interaction: 600,
      Session: 3600,
      Grant: 86_400,
    },
  })
}

/** The person chooses the only account, signs in and agrees. */
async function interact(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response)
  if (prompt.name !== 'consent') {
    const result = { [prompt.name]: {}, login: { accountId: person.objectId } }
    return provider.interactionFinished(request, response, result)
  }
  const grant = new provider.Grant({
    accountId: session?.accountId ?? person.objectId,
    clientId: params.client_id,
  })
  grant.addOIDCScope('openid profile offline_access User.Read Files.ReadWrite.All')
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } })
}

/** Follows an address as a browser does to the last page: cookies, redirects, forms that send themselves. */
export async function browse(
  address: string | URL,
): Promise<{ address: string; status: number; page: string }> {
  const cookies = new Map<string, string>()
  let url = new URL(address)
  let form: URLSearchParams | undefined
  for (let step = 0; step < 15; step += 1) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const sent = form ? { method: 'POST', body: form } : {}
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie }, ...sent })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const location = answer.headers.get('location')
    const page = await answer.text()
    const action = /<form method="post" action="([^"]+)"/.exec(page)?.[1]
    if (!location && !action) return { address: url.href, status: answer.status, page }
    const fields = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)]
    form = location
      ? undefined
      : new URLSearchParams(fields.map(([, name = '', value = '']): [string, string] => [name, value]))
    url = new URL(location ?? action ?? '', url)
  }
  throw new Error('the sign-in goes round in circles')
}
