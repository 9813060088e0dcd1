import { createHash, createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

// biome-ignore lint/suspicious/noExplicitAny: answers are changed field by field.
type Json = any

/** How the answers of the sandbox are changed on their way. */
export interface Mischief {
  /** Changes the claims of the id_token, which is then signed with the key that this server publishes. */
  claims?: (claims: Json) => void
  /** Makes the id_token of the claims in its own way. */
  token?: (claims: Json, own: OwnKey) => string
  /** Changes the answer of the token endpoint, after its id_token was signed. */
  answer?: (body: Json) => void
  /** Takes the place of the whole answer of the token endpoint. */
  raw?: { status: number; headers: Record<string, string>; body: string }
  discovery?: (body: Json) => void
  keys?: (body: Json) => void
}

export interface OwnKey {
  privateKey: KeyObject
  publicJwk: Json
  kid: string
}

export interface HostileAuthority {
  origin: string
  mischief: Mischief
  /** The paths that were asked for, and the bodies of POSTs. */
  seen: { path: string; body: string }[]
  stop: () => Promise<void>
}

/** A login host that looks like the sandbox and signs with a key of its own. */
export async function startHostileAuthority(sandbox: { origin: string }): Promise<HostileAuthority> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const own: OwnKey = { privateKey, publicJwk: publicKey.export({ format: 'jwk' }), kid: 'hostile' }
  const server = createServer((request, response) => {
    serve(request, response).catch((error) => response.writeHead(500).end(String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const authority: HostileAuthority = {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    mischief: {},
    seen: [],
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
  return authority

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    const path = request.url ?? '/'
    authority.seen.push({ path, body })
    const { mischief } = authority
    const isToken = path.endsWith('/oauth2/v2.0/token')
    if (isToken && mischief.raw) {
      response.writeHead(mischief.raw.status, mischief.raw.headers).end(mischief.raw.body)
      return
    }
    const answer = await fetch(`${sandbox.origin}${path}`, {
      method: request.method ?? 'GET',
      redirect: 'manual',
      headers: {
        'content-type': request.headers['content-type'] ?? '',
        'client-request-id': String(request.headers['client-request-id'] ?? ''),
      },
      ...(body ? { body } : {}),
    })
    const text = await answer.text()
    const location = answer.headers.get('location')
    const headers = {
      'content-type': answer.headers.get('content-type') ?? 'text/plain',
      ...(location ? { location } : {}),
    }
    response.writeHead(answer.status, headers).end(answer.ok ? changed(path, text, isToken) : text)
  }

  function changed(path: string, text: string, isToken: boolean): string {
    const { mischief } = authority
    if (isToken) return JSON.stringify(changedAnswer(JSON.parse(text), mischief))
    if (path.includes('/.well-known/')) {
      const body = JSON.parse(text)
      mischief.discovery?.(body)
      return JSON.stringify(body)
    }
    if (!path.includes('/discovery/v2.0/keys')) return text
    const body = { keys: [{ ...own.publicJwk, use: 'sig', kid: own.kid }] }
    mischief.keys?.(body)
    return JSON.stringify(body)
  }

  function changedAnswer(body: Json, { claims: change, token, answer }: Mischief): Json {
    const claims = JSON.parse(Buffer.from(body.id_token.split('.')[1], 'base64url').toString())
    change?.(claims)
    body.id_token = token ? token(claims, own) : signed(claims, own)
    answer?.(body)
    return body
  }
}

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** As Microsoft signs: RS256. */
export function signed(claims: Json, { privateKey, kid }: OwnKey, header: object = {}): string {
  const input = `${encoded({ typ: 'JWT', alg: 'RS256', kid, ...header })}.${encoded(claims)}`
  return `${input}.${createSign('sha256').update(input).sign(privateKey, 'base64url')}`
}

/** Not signed at all. */
export function unsigned(claims: Json): string {
  return `${encoded({ typ: 'JWT', alg: 'none' })}.${encoded(claims)}.`
}

/** Signed with the published key as if it were a shared secret. */
export function signedWithPublicKey(claims: Json, { publicJwk, kid }: OwnKey): string {
  const input = `${encoded({ typ: 'JWT', alg: 'HS256', kid })}.${encoded(claims)}`
  return `${input}.${createHmac('sha256', JSON.stringify(publicJwk)).update(input).digest('base64url')}`
}

/** Signed by somebody else, under the name of the published key. */
export function signedByAnother(claims: Json, { kid }: OwnKey): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return signed(claims, { privateKey, publicJwk: {}, kid })
}

/** The name of a key that nobody published. */
export const unknownKid = createHash('sha256').update('nobody').digest('base64url')
