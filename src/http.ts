import type { Agent, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { version } from '../package.json'
import { compareClocks } from './clock.ts'
import { networkError, WireFailure } from './network-error.ts'
import { notices } from './notices.ts'
import type { HttpProxy } from './proxy.ts'

export { clockSkewMs } from './clock.ts'

/**
 * The only place that opens a connection. Node's own client rather than a fetch: one exchange, one time limit,
 * one bound on the size, no redirect ever followed, so a token cannot travel to a host it was not sent to.
 */

/** Decorated as Microsoft asks of clients of SharePoint-backed drives: such traffic is throttled last. */
const userAgent = `NONISV|od-link|od-link/${version}`

const defaultTimeoutMs = 30_000
const maxBodyBytes = 8 * 1024 * 1024

export interface HttpRequest {
  method: string
  url: URL
  headers?: Record<string, string>
  body?: string
  /** The whole exchange, from the look-up of the name to the last byte. Default 30 s. */
  timeoutMs?: number
  /** Do not reuse an open connection: Microsoft asks for a new one after a 503. */
  freshConnection?: boolean
  /** Tell who vouches for the server's certificate. */
  withTlsIssuer?: boolean
}

export interface HttpResponse {
  status: number
  headers: IncomingHttpHeaders
  body: string
  /** The organisation (else the name) of the certificate's issuer, where it was asked for and TLS was spoken. */
  tlsIssuer?: string | undefined
}

/**
 * Sends one request and reads the whole answer, whatever its status. Every request carries od-link's user agent
 * and a fresh `client-request-id` (Microsoft's support asks for it).
 * @throws NetworkError when no complete answer came within the time limit.
 */
export async function exchange(request: HttpRequest): Promise<HttpResponse> {
  const started = Date.now()
  const note = (outcome: string, headers?: IncomingHttpHeaders) =>
    notices.request({
      method: request.method,
      url: request.url,
      outcome,
      milliseconds: Date.now() - started,
      requestId: requestIdOf(headers),
    })
  let proxy: HttpProxy | undefined
  try {
    proxy = await proxyFor(request)
    const response = await send(request, proxy?.agent ?? (request.freshConnection ? false : undefined))
    note(String(response.status), response.headers)
    compareClocks(response.headers, started, Date.now())
    return response
  } catch (error) {
    note((error as NodeJS.ErrnoException).code ?? 'failed')
    throw networkError(error as Error, {
      url: request.url,
      proxyHost: proxy?.host,
      limitMs: limitOf(request),
    })
  }
}

/** The id that Microsoft's support asks for: Graph's `request-id`, or the identity platform's trace id. */
export function requestIdOf(headers: IncomingHttpHeaders | undefined): string | undefined {
  const id = headers?.['request-id'] ?? headers?.['x-ms-request-id']
  return typeof id === 'string' ? id : undefined
}

async function send(request: HttpRequest, agent: Agent | false | undefined): Promise<HttpResponse> {
  const { request: open } =
    request.url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  const options: RequestOptions = { method: request.method, headers: headersOf(request) }
  if (agent !== undefined) options.agent = agent
  return new Promise((resolve, reject) => {
    let sent = false
    const outgoing = open(request.url, options)
    const fail = (error: Error) => {
      clearTimeout(limit)
      const code = (error as NodeJS.ErrnoException).code ?? 'ECONNRESET'
      reject(error instanceof WireFailure ? error : new WireFailure(code, sent, error))
    }
    // Rejected here, not by the destroyed request: while a proxy is silent, that one has no socket to tell it by.
    const limit = setTimeout(() => {
      fail(new WireFailure('ETIMEDOUT', sent, undefined))
      outgoing.destroy()
    }, limitOf(request))
    outgoing.on('proxyConnect', ({ statusCode }: { statusCode: number }) => {
      if (statusCode === 200) return
      fail(new WireFailure(`EPROXY${statusCode}`, false, undefined))
      outgoing.destroy()
    })
    outgoing.on('socket', (socket) => {
      if (outgoing.reusedSocket) sent = true
      else
        socket.once(request.url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
          sent = true
        })
    })
    outgoing.on('error', fail)
    outgoing.on('response', (response) => {
      sent = true
      const tlsIssuer = request.withTlsIssuer ? issuerOf(response.socket) : undefined
      readBody(response)
        .then((body) =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body, tlsIssuer }),
        )
        .catch((error) => {
          outgoing.destroy()
          fail(error)
        })
        .finally(() => clearTimeout(limit))
    })
    outgoing.end(request.body)
  })
}

/**
 * A fresh GUID. It names a request in Microsoft's logs and guards nothing, so it does without node:crypto, which
 * takes 3 ms to load.
 */
function newRequestId(): string {
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join('')
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`
}

function limitOf({ timeoutMs = defaultTimeoutMs }: HttpRequest): number {
  return timeoutMs
}

function headersOf(request: HttpRequest): Record<string, string | number> {
  return {
    accept: 'application/json',
    'user-agent': userAgent,
    'client-request-id': newRequestId(),
    ...request.headers,
    // A creation without a length is refused with 411.
    ...(request.body === undefined ? {} : { 'content-length': Buffer.byteLength(request.body) }),
  }
}

function issuerOf(socket: Socket | TLSSocket): string | undefined {
  if (!('getPeerCertificate' in socket)) return undefined
  const { O: organisation, CN: name } = socket.getPeerCertificate().issuer ?? {}
  return [organisation ?? name].flat()[0]
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBodyBytes) throw new WireFailure('ETOOBIG', true, undefined)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The proxy of the usual variables, if one applies; the module for it is loaded only then. */
async function proxyFor({ url }: HttpRequest): Promise<HttpProxy | undefined> {
  const variables = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY']
  if (isLoopback(url.hostname) || !variables.some((name) => process.env[name])) return undefined
  return (await import('./proxy.ts')).findProxy(url)
}

/** Whether a host name is this machine: never proxied, and the only place where plain http is accepted. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
