import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { securityHeaders } from './result-page.ts'

/**
 * An HTTP server for one short conversation with a browser, while anyone may connect and send anything: few sockets, short
 * timeouts, small requests, and the same strict headers on every response.
 */
export interface GuardedServers {
  /** Creates one more server (one per address); all share the limit on sockets. */
  newServer: () => Server
  /** Keeps the socket of this request open even when newer ones need the room. */
  hold: (request: IncomingMessage) => void
  /** Closes every socket at once. */
  cutOff: () => void
}

const maxSockets = 32
/** A new connection has at least this long to send its request before it may have to make room. */
const graceMs = 100
/** Beyond this many, the oldest have to make room at once. */
const maxNewcomers = 1_000
const headersMs = 4_000
const requestMs = 8_000
/** Cookies do not know ports: a browser sends all that other programs ever set for localhost. PostHog/wizard#1253 */
const maxHeaderBytes = 256 * 1024
/** The first byte of a TLS handshake (RFC 8446 section 5.1). */
const tlsHandshake = 0x16

/** Why a browser does not reach the listener, as far as the listener can tell. */
export type Obstacle = 'https' | 'large-headers'

/**
 * @param handle responds to valid HTTP requests; everything else has been refused before.
 * @param onObstacle called for what a browser may have sent by mistake.
 */
export function guardServers(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  onObstacle: (obstacle: Obstacle) => void = () => {},
): GuardedServers {
  const sockets = new Map<Socket, { held: boolean; since: number }>()
  let trimPlanned = false

  return {
    newServer() {
      const server = createServer({
        headersTimeout: headersMs,
        requestTimeout: requestMs,
        connectionsCheckingInterval: 500,
        maxHeaderSize: maxHeaderBytes,
        // The handler checks it, so that this refusal has our headers as well.
        requireHostHeader: false,
      })
      server.on('connection', admit)
      server.on('request', handle)
      server.on('checkContinue', handle)
      server.on('checkExpectation', (_, response: ServerResponse) => answer(response, 417))
      server.on('connect', (_, socket: Socket) => endRaw(socket, 405))
      server.on('clientError', (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Socket) => {
        const status = statusOf(error)
        if (error.rawPacket?.[0] === tlsHandshake) onObstacle('https')
        if (status === 431) onObstacle('large-headers')
        endRaw(socket, status, status === 431 ? tooManyCookies : undefined)
      })
      return server
    },
    hold(request) {
      const state = sockets.get(request.socket)
      if (state) state.held = true
    },
    cutOff() {
      for (const socket of sockets.keys()) socket.destroy()
    },
  }

  /**
   * A new connection is never refused, otherwise others could keep the browser out: the oldest make room, once they have
   * had their time. (Node accepts a whole crowd before it reads a byte, so none is closed before it could send anything.)
   */
  function admit(socket: Socket): void {
    sockets.set(socket, { held: false, since: Date.now() })
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    if (sockets.size > maxNewcomers) trim(maxNewcomers, 0)
    else planTrim()
  }

  function planTrim(): void {
    if (trimPlanned || sockets.size <= maxSockets) return
    trimPlanned = true
    setTimeout(() => {
      trimPlanned = false
      trim(maxSockets, graceMs)
      planTrim()
    }, graceMs)
  }

  /** Closes the oldest sockets above the limit, but none younger than the grace period (in milliseconds). */
  function trim(limit: number, grace: number): void {
    const now = Date.now()
    const tooMany = Math.max(0, sockets.size - limit)
    const candidates = [...sockets].filter(([, { held, since }]) => !held && now - since >= grace)
    for (const [socket] of candidates.slice(0, tooMany)) socket.destroy()
  }
}

/** Responds and closes the connection. Without a page the text is only the status: nothing received is ever echoed. */
export function answer(
  response: ServerResponse,
  status: number,
  { html, headers = {} }: { html?: string; headers?: Record<string, string> } = {},
): void {
  const body = html ?? `${STATUS_CODES[status]}\n`
  response.writeHead(status, {
    ...securityHeaders,
    'content-type': html === undefined ? 'text/plain; charset=utf-8' : 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
    ...headers,
  })
  response.end(body)
}

function statusOf(error: NodeJS.ErrnoException): number {
  if (error.code === 'HPE_HEADER_OVERFLOW') return 431
  return error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
}

const tooManyCookies = `The browser sent more than ${maxHeaderBytes / 1024} KB of cookies for localhost.
Open the sign-in URL in a private window, or delete the cookies of localhost.
`

/** The same where Node has no response object: what came was not HTTP, or not a complete request. */
function endRaw(socket: Socket, status: number, text?: string): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const body = text ?? `${STATUS_CODES[status]}\n`
  const headers = Object.entries({
    ...securityHeaders,
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(body.length),
    connection: 'close',
  })
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`, () => socket.destroy())
}
