import type { Agent, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http'
import { version } from '../package.json'
import { OdLinkError } from './errors.ts'
import { notices } from './notices.ts'

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
}

export interface HttpResponse {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** No answer came. `sent` says whether the server may have seen the request, and so may have done the work. */
export class NetworkError extends OdLinkError {
  constructor(
    message: string,
    hint: string | undefined,
    readonly sent: boolean,
    cause: unknown,
  ) {
    super('network', message, { hint, cause })
  }
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
  try {
    const response = await send(request, await agentFor(request))
    note(String(response.status), response.headers)
    return response
  } catch (error) {
    const failure = error instanceof NetworkError ? error : explain(error as Error, request)
    if (failure !== error) note((error as NodeJS.ErrnoException).code ?? 'failed')
    throw failure
  }
}

/** The id that Microsoft's support asks for: Graph's `request-id`, or the identity platform's trace id. */
export function requestIdOf(headers: IncomingHttpHeaders | undefined): string | undefined {
  const id = headers?.['request-id'] ?? headers?.['x-ms-request-id']
  return typeof id === 'string' ? id : undefined
}

/** What went wrong on the wire, and whether the request had already left. */
class WireFailure extends Error {
  constructor(
    readonly code: string,
    readonly sent: boolean,
    cause: unknown,
  ) {
    super(code, { cause })
  }
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
    }, request.timeoutMs ?? defaultTimeoutMs)
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
      readBody(response)
        .then((body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
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

async function agentFor(request: HttpRequest): Promise<Agent | false | undefined> {
  const proxyVariables = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY']
  if (!isLoopback(request.url.hostname) && proxyVariables.some((name) => process.env[name])) {
    const { proxyAgent } = await import('./proxy.ts')
    const agent = proxyAgent(request.url)
    if (agent) return agent
  }
  return request.freshConnection ? false : undefined
}

/** Whether a host name is this machine: never proxied, and the only place where plain http is accepted. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

const certificateCodes =
  /^(CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|HOSTNAME_MISMATCH|EPROTO|ERR_SSL)/

function explain(error: Error, { url, timeoutMs = defaultTimeoutMs }: HttpRequest): NetworkError {
  const { code = error.message, sent = false } = error as Partial<WireFailure>
  const make = (message: string, hint?: string) => new NetworkError(message, hint, sent, error)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return make(
      `The name ${url.hostname} could not be looked up (${code}).`,
      'Check the network and the DNS server.',
    )
  }
  if (code === 'ECONNREFUSED') {
    return make(
      `${url.host} refuses the connection.`,
      'Check the network, a firewall, or the proxy variables.',
    )
  }
  if (certificateCodes.test(code)) {
    return make(
      `The TLS connection to ${url.host} cannot be trusted (${code}).`,
      'Behind a company proxy, name its certificate: NODE_EXTRA_CA_CERTS=/path/to/ca.pem',
    )
  }
  if (code === 'ETIMEDOUT') {
    return make(
      `${url.host} did not answer within ${Math.round(timeoutMs / 1000)} s.`,
      'Check the network and try again.',
    )
  }
  if (code === 'ETOOBIG') return make(`${url.host} sent more than od-link reads.`)
  if (code === 'EPROXY407') {
    return make(
      'The proxy asks for a user name and a password (407).',
      'Put them into the variable: HTTPS_PROXY=http://USER:PASSWORD@proxy.example:8080',
    )
  }
  if (code.startsWith('EPROXY')) {
    return make(
      `The proxy does not let od-link through to ${url.host} (${code.slice('EPROXY'.length)}).`,
      `Ask whoever runs the proxy, or go around it: NO_PROXY=${url.hostname}`,
    )
  }
  if (code === 'ERR_INVALID_URL') {
    return make(
      'HTTPS_PROXY (or HTTP_PROXY, ALL_PROXY) is not an address.',
      'HTTPS_PROXY=http://proxy.example:8080',
    )
  }
  return make(`The connection to ${url.host} failed (${code}).`, 'Check the network and try again.')
}
