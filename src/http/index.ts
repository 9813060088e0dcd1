/*
 * The only place that opens a connection to a server. It uses Node's own client, not fetch: one exchange with one time limit
 * and one size limit. It never follows a redirect, so a token cannot get to another host.
 */

import type { IncomingHttpHeaders } from 'node:http'
import { version } from '../../package.json'
import { OdLinkError } from '../errors.ts'
import { notices } from '../notices.ts'
import { monotonicMs } from '../system/clock.ts'
import { compareClocks } from './clock-skew.ts'
import type { HttpProxy } from './proxy.ts'
import { proxyVariables } from './proxy-variables.ts'
import { type HttpResponse, type Streams, sendRequest } from './transport.ts'

export { clockSkewMs } from './clock-skew.ts'

/** In the format that Microsoft asks clients of SharePoint-backed drives to use, because other traffic is throttled first. */
const userAgent = `NONISV|od-link|od-link/${version}`

const defaultTimeoutMs = 30_000

export interface HttpRequest {
  method: string
  url: URL
  headers?: Record<string, string>
  body?: string
  /** Instead of `body`, and of reading the whole response into memory. */
  streams?: Streams
  /** The largest response to read into memory. Default 8 MB. */
  mostBytes?: number
  /** The URL itself grants access, so notices show only its host. */
  isSigned?: boolean
  /** For the whole exchange, from the DNS lookup to the last byte; for streams, the longest pause. Default 30 s. */
  timeoutMs?: number
  /** Opens a new connection, as Microsoft asks for after a 503. */
  freshConnection?: boolean
  /** Adds the issuer of the server's certificate to the response; behind a proxy that intercepts TLS, that is the company. */
  withTlsIssuer?: boolean
}

/**
 * Sends one request and reads the whole response, whatever its status. Every request has od-link's user agent and a new
 * `client-request-id` (Microsoft's support asks for it).
 * @throws NetworkError when no complete response arrived within the time limit, and whatever a stream threw.
 */
export async function exchange(request: HttpRequest): Promise<HttpResponse> {
  const sentAt = Date.now()
  // The monotonic clock, because a limit must hold even if the wall clock is set.
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
  let trusted: string[] | undefined
  const attempt = async () => {
    trusted = authorities
    proxy = await proxyFor(request)
    const limitMs = (request.timeoutMs ?? defaultTimeoutMs) - elapsed()
    return sendRequest({ ...request, headers: headersOf(request), ca: authorities, limitMs }, proxy?.agent)
  }
  try {
    const response = await attempt().catch(async (error) => {
      if (!(await systemTrustHelps(error, trusted))) throw error
      return attempt()
    })
    note(String(response.status), response.headers)
    // Without TLS, anybody on the way may have written the date.
    const { protocol, hostname } = request.url
    if (protocol === 'https:' || isLoopback(hostname)) compareClocks(response.headers, sentAt, Date.now())
    return response
  } catch (error) {
    const { code, cause } = error as NodeJS.ErrnoException
    note(code ?? 'failed')
    // An error of the stream itself, such as a full disk, is not a network error.
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

/** Trusted CAs, set once Node's own were not enough; then for the rest of the process. */
let authorities: string[] | undefined

/**
 * Whether the system's certificate store, which takes a while to read, may fix this failure. Nothing of the request has been
 * sent by then, so it can be sent again.
 */
async function systemTrustHelps(
  error: NodeJS.ErrnoException,
  trusted: string[] | undefined,
): Promise<boolean> {
  if (trusted) return false
  const { unknownAuthority, withSystemAuthorities } = await import('./certificates.ts')
  if (!unknownAuthority.test(error.code ?? '')) return false
  // Another request may have read it meanwhile.
  authorities ??= await withSystemAuthorities()
  return authorities !== undefined
}

/** The ID that Microsoft's support asks for: Graph's `request-id`, or the identity platform's trace ID. */
export function requestIdOf(headers: IncomingHttpHeaders | undefined): string | undefined {
  return guidIn(headers?.['request-id'] ?? headers?.['x-ms-request-id'])
}

/** The value of a field that should be a GUID, such as a request ID; anything else from a server is not repeated. */
export function guidIn(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\da-f-]{1,64}$/i.test(value) ? value : undefined
}

/** The `Date` of a response as the server wrote it, if it is valid. */
export function dateOf({ date }: IncomingHttpHeaders): string | undefined {
  return date !== undefined && date.length < 64 && !Number.isNaN(Date.parse(date)) ? date : undefined
}

/**
 * A new GUID. It identifies a request in Microsoft's logs and protects nothing, so node:crypto, which takes 3 ms to load, is not
 * needed.
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
    // Graph refuses a POST without a length with 411.
    ...(request.body === undefined ? {} : { 'content-length': Buffer.byteLength(request.body) }),
  }
}

/** The proxy from the usual variables, if one applies; its module is loaded only then. */
async function proxyFor({ url, freshConnection }: HttpRequest): Promise<HttpProxy | undefined> {
  if (isLoopback(url.hostname) || !mayHaveProxy()) return undefined
  return (await import('./proxy.ts')).findProxy(url, authorities, freshConnection)
}

function mayHaveProxy(): boolean {
  return proxyVariables().some(([name]) => /^(https|all)_/i.test(name))
}

/**
 * Prepares for the first request while nothing else is to do, such as while the keychain is read: a part in each turn of the
 * event loop, so that what has come from there is handled in between.
 * @param isPlain whether the server will be reached without TLS, so that what that takes is not loaded.
 */
export function prepareMeanwhile(isPlain: boolean): void {
  const parts: (() => Promise<unknown>)[] = [
    () => import('node:http'),
    ...(isPlain ? [] : [() => import('node:https')]),
    ...(isPlain || !mayHaveProxy() ? [] : [() => import('./proxy.ts')]),
    () => import('node:dns'),
    async () => {
      const { isIP } = await import('node:net')
      // Every connection asks first whether it has a name or an address. Node 20 has an expression for that, which takes V8
      // 5 ms to make, and at its second use 1.5 ms to compile.
      for (const name of ['first', 'second']) isIP(name)
    },
  ]
  const next = () => {
    void parts.shift()?.()
    if (parts.length > 0) setImmediate(next)
  }
  setImmediate(next)
}

/** Whether a host name is this machine. It is never proxied, and the only host where plain http is accepted. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
