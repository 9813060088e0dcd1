import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { buffer as whole } from 'node:stream/consumers'
import { type Json, newKey, type OwnKey, signedText } from './id-token.ts'
import { write } from './json-text.ts'

/** The kinds of requests; the answers of each have their own fields. */
export type Kind =
  | 'discovery'
  | 'keys'
  | 'authorize'
  | 'token by code'
  | 'token by refresh'
  | 'device code'
  | 'device poll'
  | 'me'
  | 'drive'
  | 'create'
  | 'look'
  | 'list'
  | 'batch'
  | 'content'
  | 'session'
  | 'piece'
  | 'bytes'
  | 'change'
  | 'removal'
  | 'sharing link'
  | 'address'

export interface Exchange {
  kind: Kind
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
}

/** The genuine answer, to be changed in place. */
export interface Answer {
  status: number
  headers: Record<string, string>
  /** The body if it is JSON; otherwise undefined. */
  json: Json
  /** The claims of its id_token, which is signed again after they changed. */
  claims: Json
  /** Creates the id_token from the claims in another way. */
  token?: (claims: Json, own: OwnKey) => string
  /** Replaces the whole body. */
  body?: string | Buffer
  text: string
}

/** Takes over the connection, byte by byte. */
export type Speech = (socket: Socket) => void

/** Changes an answer, or returns a replacement. */
export type Tamper = (answer: Answer, exchange: Exchange) => Speech | undefined

/** The tampering of one run. */
export interface Plot {
  /** The kinds of answers to tamper with. */
  kinds: readonly Kind[]
  tamper: Tamper
  /** Makes od-link send the request in question; applied first, to every answer. */
  bend?: Tamper | undefined
}

/** A server in place of Microsoft's: it proxies the sandbox, changes answers, and has its own signing key. */
export interface Tamperer {
  origin: string
  plot: Plot | undefined
  /** The requests since the last `forget`, with the genuine answers. */
  seen: { exchange: Exchange; answer: Answer }[]
  /** Tokens, codes and secrets seen in the traffic. */
  secrets: Set<string>
  own: OwnKey
  forget: () => void
  stop: () => Promise<void>
}

let shared: OwnKey | undefined

export async function startTamperer(sandboxOrigin: string, tls?: ServerOptions): Promise<Tamperer> {
  shared ??= newKey('hostile')
  const own = shared
  const sockets = new Set<Socket>()
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    serve(request, response).catch(() => response.destroy())
  }
  const server = tls ? createTlsServer(tls, handle) : createServer(handle)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as AddressInfo
  const tamperer: Tamperer = {
    origin: `${tls ? 'https' : 'http'}://localhost:${port}`,
    plot: undefined,
    seen: [],
    secrets: new Set(),
    own,
    forget() {
      tamperer.plot = undefined
      tamperer.seen = []
      tamperer.secrets.clear()
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
  return tamperer

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/', headers } = request
    const sent = await whole(request)
    const body = sent.toString()
    const exchange: Exchange = { kind: kindOf(method, path, body), method, path, headers, body }
    const answer = await trueAnswer(exchange, sent)
    tamperer.seen.push({ exchange, answer: structuredClone(answer) })
    note(exchange, answer)
    const { plot } = tamperer
    const speech =
      plot?.bend?.(answer, exchange) ??
      (plot?.kinds.includes(exchange.kind) ? plot.tamper(answer, exchange) : undefined)
    const socket = response.socket as Socket
    if (speech) speech(socket)
    else socket.end(bytesOf(answer, own))
  }

  async function trueAnswer({ kind, method, path, headers }: Exchange, sent: Buffer): Promise<Answer> {
    const passedOn = [
      ...(['authorization', 'content-type', 'client-request-id', 'prefer'] as const),
      ...(['content-range', 'range', 'if-match'] as const),
    ]
    const answer = await fetch(`${sandboxOrigin}${withTrueAddress(path)}`, {
      method,
      redirect: 'manual',
      headers: Object.fromEntries(
        passedOn.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])),
      ),
      ...(sent.length > 0 ? { body: new Uint8Array(sent) } : {}),
    })
    const text = leadingHere(await answer.text())
    const json = parsed(text)
    if (kind === 'keys')
      json.keys.unshift({ ...json.keys[0], x5c: undefined, x5t: undefined, ...own.publicJwk })
    const payload = typeof json?.id_token === 'string' ? json.id_token.split('.')[1] : undefined
    const kept = [...answer.headers].filter(
      ([name]) => !/^(content-length|transfer-encoding|connection|keep-alive)$/.test(name),
    )
    return {
      status: answer.status,
      headers: Object.fromEntries(kept.map(([name, value]) => [name, leadingHere(value)])),
      json: json && JSON.parse(JSON.stringify(json)),
      claims: payload && parsed(Buffer.from(payload, 'base64url').toString()),
      text,
    }
  }

  /** An address that a person copied names this server; the sandbox knows its own. */
  function withTrueAddress(path: string): string {
    return path.replace(/(?<=\/shares\/u!)[\w-]+/, (token) => {
      const address = Buffer.from(token, 'base64url').toString()
      return Buffer.from(address.replace(tamperer.origin, sandboxOrigin)).toString('base64url')
    })
  }

  /** The URLs of uploads and downloads lead to this server as well. */
  function leadingHere(text: string): string {
    return ['/upload/', '/download/'].reduce(
      (changed, path) => changed.replaceAll(`${sandboxOrigin}${path}`, `${tamperer.origin}${path}`),
      text,
    )
  }

  function note({ headers, body }: Exchange, { json }: Answer): void {
    const sent = new URLSearchParams(body.includes('grant_type=') ? body : '')
    const fields = ['code', 'code_verifier', 'refresh_token', 'device_code', 'client_secret']
    const given = ['access_token', 'refresh_token', 'id_token', 'device_code'].map((name) => json?.[name])
    const all = [
      headers.authorization?.slice('Bearer '.length),
      ...fields.map((name) => sent.get(name)),
      ...given,
    ]
    for (const secret of all) if (typeof secret === 'string' && secret) tamperer.secrets.add(secret)
  }
}

function kindOf(method: string, path: string, body: string): Kind {
  const [place = ''] = path.split('?')
  if (place.includes('/.well-known/')) return 'discovery'
  if (place.endsWith('/discovery/v2.0/keys')) return 'keys'
  if (place.endsWith('/devicecode')) return 'device code'
  if (place.endsWith('/authorize')) return 'authorize'
  if (place.endsWith('/oauth2/v2.0/token')) {
    const grant = new URLSearchParams(body).get('grant_type')
    if (grant === 'refresh_token') return 'token by refresh'
    return grant === 'authorization_code' ? 'token by code' : 'device poll'
  }
  if (place === '/v1.0/$batch') return 'batch'
  if (place.startsWith('/upload/')) return 'piece'
  if (place.startsWith('/download/')) return 'bytes'
  if (place.startsWith('/v1.0/shares/')) return 'address'
  if (place.endsWith('/createUploadSession')) return 'session'
  if (place.endsWith('/createLink')) return 'sharing link'
  if (method === 'PUT') return 'content'
  if (method === 'PATCH') return 'change'
  if (method === 'DELETE') return 'removal'
  if (method === 'POST') return 'create'
  if (place === '/v1.0/me') return 'me'
  if (place === '/v1.0/me/drive') return 'drive'
  return place.endsWith('/children') ? 'list' : 'look'
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The raw answer; a header may contain any byte, one per character. */
export function bytesOf(answer: Answer, own: OwnKey): Buffer {
  const { status, headers, json, claims, token, text } = answer
  if (claims && json) {
    const made = token?.(claims, own) ?? signedText(Buffer.from(write(claims)).toString('base64url'), own)
    // Unless the token itself was tampered with.
    if (json.id_token === parsed(text)?.id_token) json.id_token = made
  }
  const body = Buffer.from(answer.body ?? (json === undefined ? text : write(json)))
  return Buffer.concat([headOf(status, { 'content-length': String(body.length), ...headers }), body])
}

/** Status line and headers; the connection is closed after the answer. */
export function headOf(status: number, headers: Record<string, string>): Buffer {
  const lines = Object.entries({ ...headers, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  return Buffer.from(`HTTP/1.1 ${status} Said\r\n${lines.join('')}\r\n`, 'latin1')
}
