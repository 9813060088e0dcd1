import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Json, newKey, type OwnKey, signed } from '../../../campaigns/hostile-servers/id-token.ts'

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

export interface HostileAuthority {
  origin: string
  mischief: Mischief
  /** The paths that were asked for, and the bodies of POSTs. */
  seen: { path: string; body: string }[]
  stop: () => Promise<void>
}

/** A login host that looks like the sandbox and signs with a key of its own. */
export async function startHostileAuthority(sandbox: { origin: string }): Promise<HostileAuthority> {
  const own = newKey('hostile')
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
    const body = { keys: [{ ...own.publicJwk }] }
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
