import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { securityHeaders } from './result-page.ts'

/**
 * An HTTP server for one short conversation with a browser, among strangers who may send anything: few sockets,
 * short waits, small requests, and the same strict headers on every answer.
 */
export interface GuardedServers {
  /** Makes one more server (one an address); all share the limit on sockets. */
  newServer: () => Server
  /** Keeps the socket of this request open although newer ones want its place. */
  hold: (request: IncomingMessage) => void
  /** Ends every socket at once. */
  cutOff: () => void
}

const maxSockets = 32
/** A newcomer has this long to be heard before it may have to make room. */
const graceMs = 100
/** Beyond this many, even that moment is too much to give. */
const maxNewcomers = 1_000
const headersMs = 4_000
const requestMs = 8_000
const maxHeaderBytes = 16 * 1024

/** @param handle answers what is HTTP; everything else is refused before. */
export function guardServers(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
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
        // Judged by the handler, so that this answer too carries our headers.
        requireHostHeader: false,
      })
      server.on('connection', admit)
      server.on('request', handle)
      server.on('checkContinue', handle)
      server.on('checkExpectation', (_, response: ServerResponse) => answer(response, 417))
      server.on('connect', (_, socket: Socket) => endRaw(socket, 405))
      server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) =>
        endRaw(socket, statusOf(error)),
      )
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
   * A newcomer is never turned away, or strangers could keep the browser out: the oldest make room, once they had
   * their moment. (Node accepts a whole crowd before it reads a byte, so nobody is judged before it was heard.)
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

  /** Ends the oldest sockets above the limit, but none that is younger than the grace (in milliseconds). */
  function trim(limit: number, grace: number): void {
    const now = Date.now()
    const tooMany = Math.max(0, sockets.size - limit)
    const candidates = [...sockets].filter(([, { held, since }]) => !held && now - since >= grace)
    for (const [socket] of candidates.slice(0, tooMany)) socket.destroy()
  }
}

/** Answers and ends the connection. Without a page, the status alone is the text: nothing sent is ever echoed. */
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

/** The same answer where Node has no response object: what came was no HTTP, or not all of it. */
function endRaw(socket: Socket, status: number): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const body = `${STATUS_CODES[status]}\n`
  const headers = Object.entries({
    ...securityHeaders,
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(body.length),
    connection: 'close',
  })
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`, () => socket.destroy())
}
