/* A plain HTTP client for the sandbox: it knows the protocol and uses nothing of od-link. */

import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { afterEach } from 'vitest'
import { type Registration, type Sandbox, type SandboxOptions, startSandbox } from '../../../sandbox/index.ts'

export const ada = 'ada@contoso.example'
export const grace = 'grace@outlook.example'
export const redirectUri = 'http://localhost:8765'
export const scope = 'openid profile offline_access User.Read Files.ReadWrite.All'

const running: Sandbox[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()))
})

/** Starts a sandbox that ends with the test. */
export async function sandbox(options?: SandboxOptions): Promise<Sandbox> {
  const started = await startSandbox(options)
  running.push(started)
  return started
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field.
export type Json = any

export interface Answer {
  status: number
  headers: Headers
  text: string
  json: Json
}

export async function call(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init })
  const text = await response.text()
  let json: Json
  try {
    json = JSON.parse(text)
  } catch {}
  return { status: response.status, headers: response.headers, text, json }
}

export function control(to: Sandbox, method: string, name: string, body?: unknown): Promise<Answer> {
  return call(`${to.origin}/control/${name}`, {
    method,
    headers: { authorization: `Bearer ${to.controlToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

export function pkce(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

type Fields = Record<string, string | undefined>

export function form(fields: Fields): URLSearchParams {
  return new URLSearchParams(
    Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )
}

/** Opens the authorize page. A field that is `undefined` omits the default one. */
export function authorize(to: Sandbox, fields: Fields = {}, tenant = 'common'): Promise<Answer> {
  const query = form({
    client_id: to.clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    state: 'a-state',
    ...fields,
  })
  return call(`${to.origin}/${tenant}/oauth2/v2.0/authorize?${query}`)
}

/** The parameters of the redirect. */
export function redirected(answer: Answer): URLSearchParams {
  return new URL(answer.headers.get('location') ?? '').searchParams
}

export function token(to: Sandbox, fields: Fields, tenant = 'common', headers = {}): Promise<Answer> {
  return call(`${to.origin}/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    headers: { 'client-request-id': randomUUID(), ...headers },
    body: form({ client_id: to.clientId, ...fields }),
  })
}

export async function code(to: Sandbox, fields: Fields = {}, tenant = 'common'): Promise<string> {
  return redirected(await authorize(to, fields, tenant)).get('code') ?? ''
}

/** Redeems a code; the given fields replace the default ones. */
export async function redeem(to: Sandbox, fields: Fields = {}, tenant = 'common'): Promise<Answer> {
  return token(to, { grant_type: 'authorization_code', redirect_uri: redirectUri, ...fields }, tenant)
}

export function refresh(to: Sandbox, refreshToken: string, fields: Fields = {}): Promise<Answer> {
  return token(to, { grant_type: 'refresh_token', refresh_token: refreshToken, ...fields })
}

/** A whole sign-in. @returns the body of the token answer. */
export async function signIn(to: Sandbox, username = ada, fields: Fields = {}): Promise<Json> {
  return (await redeem(to, { code: await code(to, { login_hint: username, ...fields }) })).json
}

export function graph(
  to: Sandbox,
  accessToken: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return call(path.startsWith('http') ? path : `${to.origin}/v1.0${path}`, {
    method,
    headers: {
      authorization: `Bearer ${accessToken}`,
      'client-request-id': randomUUID(),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
}

/** A sandbox, and requests to one user's drive. */
export async function drive(username = ada, options?: SandboxOptions) {
  const to = await sandbox(options)
  const { access_token: accessToken } = await signIn(to, username)
  return {
    to,
    accessToken,
    get: (path: string, headers?: Record<string, string>) =>
      graph(to, accessToken, 'GET', path, undefined, headers),
    remove: (path: string, headers?: Record<string, string>) =>
      graph(to, accessToken, 'DELETE', path, undefined, headers),
    put: (path: string, content: string) =>
      graph(to, accessToken, 'PUT', path, content, { 'content-type': 'text/plain' }),
    make: (path: string, name: string, conflict: string | null = 'fail') =>
      graph(to, accessToken, 'POST', path, {
        name,
        folder: {},
        '@microsoft.graph.conflictBehavior': conflict ?? undefined,
      }),
    post: (path: string, body: unknown, headers?: Record<string, string>) =>
      graph(to, accessToken, 'POST', path, body, headers),
  }
}

/** The bytes behind a URL that needs no token. */
export async function download(url: string, headers: Record<string, string> = {}) {
  const answer = await fetch(url, { headers })
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) }
}

/** The AADSTS number of an answer: in its JSON, its redirect or its page. */
export function aadstsNumber(answer: Answer): number | undefined {
  if (answer.json?.error_codes) return answer.json.error_codes[0]
  const location = answer.headers.get('location')
  const found = /AADSTS(\d+)/.exec(location ? decodeURIComponent(location) : answer.text)?.[1]
  return found === undefined ? undefined : Number(found)
}

/** An app registration of a public client for everybody, unless told otherwise. */
export function newRegistration(more: Partial<Registration>): Registration {
  return {
    clientId: randomUUID(),
    name: 'Another app',
    redirectUris: [{ uri: 'http://localhost', platform: 'public' }],
    audience: 'AzureADandPersonalMicrosoftAccount',
    ...more,
  }
}

/** Asks for a device code. */
export function startDeviceFlow(to: Sandbox, clientId: string, tenant = 'common'): Promise<Answer> {
  return call(`${to.origin}/${tenant}/oauth2/v2.0/devicecode`, {
    method: 'POST',
    body: form({ client_id: clientId, scope: 'openid Files.Read' }),
  })
}
