/*
 * The only place that opens a connection. Node's own client rather than a fetch: one exchange, one time limit,
 * one bound on the size, no redirect ever followed, so a token cannot travel to a host it was not sent to.
 */

import type { IncomingHttpHeaders } from 'node:http'
import { version } from '../../package.json'
import { OdLinkError } from '../errors.ts'
import { notices } from '../notices.ts'
import { monotonicMs } from '../system/clock.ts'
import { compareClocks } from './clock-skew.ts'
import type { HttpProxy } from './proxy.ts'
import { type HttpResponse, type Streams, sendOnWire } from './transport.ts'

export { clockSkewMs } from './clock-skew.ts'

/** Decorated as Microsoft asks of clients of SharePoint-backed drives: such traffic is throttled last. */
const userAgent = `NONISV|od-link|od-link/${version}`

const defaultTimeoutMs = 30_000

export interface HttpRequest {
  method: string
  url: URL
  headers?: Record<string, string>
  body?: string
  /** In place of `body`, and of reading the whole answer into memory. */
  streams?: Streams
  /** How large an answer may be that is read into memory. Default 8 MB. */
  mostBytes?: number
  /** The address is a permission by itself, so its host alone is told. */
  isSigned?: boolean
  /** The whole exchange, from the look-up of the name to the last byte; of streams, the longest silence. Default 30 s. */
  timeoutMs?: number
  /** Do not reuse an open connection: Microsoft asks for a new one after a 503. */
  freshConnection?: boolean
  /** Say in the answer who vouches for the server: behind a proxy that opens TLS, that is the company. */
  withTlsIssuer?: boolean
}

/**
 * Sends one request and reads the whole answer, whatever its status. Every request carries od-link's user agent
 * and a fresh `client-request-id` (Microsoft's support asks for it).
 * @throws NetworkError when no complete answer came within the time limit, and what a stream threw.
 */
export async function exchange(request: HttpRequest): Promise<HttpResponse> {
  const sentAt = Date.now()
  // By the clock that nobody sets: a limit must hold when the other one jumps.
  const began = monotonicMs()
  const elapsed = () => Math.round(monotonicMs() - began)
  const note = (outcome: string, headers?: IncomingHttpHeaders) =>
    notices.request({
      method: request.method,
      url: request.isSigned ? new URL(request.url.origin) : request.url,
      outcome,
      milliseconds: elapsed(),
      requestId: requestIdOf(headers),
    })
  let proxy: HttpProxy | undefined
  let believed: string[] | undefined
  const attempt = async () => {
    believed = authorities
    proxy = await proxyFor(request.url)
    const limitMs = (request.timeoutMs ?? defaultTimeoutMs) - elapsed()
    return sendOnWire({ ...request, headers: headersOf(request), ca: authorities, limitMs }, proxy?.agent)
  }
  try {
    const response = await attempt().catch(async (error) => {
      if (!(await asksSystemAbout(error, believed))) throw error
      return attempt()
    })
    note(String(response.status), response.headers)
    // A date that anybody on the way may have written says nothing.
    const { protocol, hostname } = request.url
    if (protocol === 'https:' || isLoopback(hostname)) compareClocks(response.headers, sentAt, Date.now())
    return response
  } catch (error) {
    const { code, cause } = error as NodeJS.ErrnoException
    note(code ?? 'failed')
    // What a stream itself has to say, such as of a full disk, is no trouble of the network.
    if (cause instanceof OdLinkError) throw cause
    const { networkError } = await import('./error-messages.ts')
    throw networkError(error as Error, {
      url: request.url,
      isLoopback: isLoopback(request.url.hostname),
      proxy,
      systemAsked: authorities !== undefined,
      waitedMs: elapsed(),
    })
  }
}

/** Whom TLS believes, once Node's own authorities were not enough; then for the rest of the process. */
let authorities: string[] | undefined

/**
 * Whether the system's certificate store, which takes a while to read, may mend this failure. Nothing of the
 * request has been sent by then, so it can be tried again.
 */
async function asksSystemAbout(
  error: NodeJS.ErrnoException,
  believed: string[] | undefined,
): Promise<boolean> {
  if (believed) return false
  const { unknownAuthority, withSystemAuthorities } = await import('./certificates.ts')
  if (!unknownAuthority.test(error.code ?? '')) return false
  // Another request may have asked meanwhile.
  authorities ??= await withSystemAuthorities()
  return authorities !== undefined
}

/** The id that Microsoft's support asks for: Graph's `request-id`, or the identity platform's trace id. */
export function requestIdOf(headers: IncomingHttpHeaders | undefined): string | undefined {
  return guidIn(headers?.['request-id'] ?? headers?.['x-ms-request-id'])
}

/** A field that should hold a GUID, as ids of requests do; what a server puts there and is none is not repeated. */
export function guidIn(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\da-f-]{1,64}$/i.test(value) ? value : undefined
}

/** The `Date` of an answer as the server wrote it, where it is one. */
export function dateOf({ date }: IncomingHttpHeaders): string | undefined {
  return date !== undefined && date.length < 64 && !Number.isNaN(Date.parse(date)) ? date : undefined
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

/** The proxy of the usual variables, if one applies; the module for it is loaded only then. */
async function proxyFor(url: URL): Promise<HttpProxy | undefined> {
  const variables = ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY']
  if (isLoopback(url.hostname) || !variables.some((name) => process.env[name])) return undefined
  return (await import('./proxy.ts')).findProxy(url, authorities)
}

/** Whether a host name is this machine: never proxied, and the only place where plain http is accepted. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
