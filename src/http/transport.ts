/* One HTTP exchange with Node's own client. */

import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { fromOutside } from '../text/sanitize.ts'
import { silenceUntrueWarning } from './certificate-check.ts'
import { type Stage, TransportError } from './errors.ts'

const defaultMostBytes = 8 * 1024 * 1024

export interface TransportRequest {
  method: string
  url: URL
  headers: Record<string, string | number>
  body?: string
  streams?: Streams
  /** The largest response to read into memory. Default 8 MB. */
  mostBytes?: number
  limitMs: number
  freshConnection?: boolean
  withTlsIssuer?: boolean
  /** Trusted CAs as PEM; by default Node's own. */
  ca: string[] | undefined
}

export interface HttpResponse {
  status: number
  headers: IncomingHttpHeaders
  body: string
  /** The organisation (or the name) that issued the server's certificate, if it was requested. */
  tlsIssuer?: string
}

/** Bodies that need not fit into memory. `alive` restarts the time limit, so that it becomes a limit on pauses. */
export interface Streams {
  /** Sends the body and ends the request. Called for every attempt. */
  send?: (outgoing: ClientRequest, alive: () => void) => void
  /** Reads the body of the response; what it returns becomes the response's `body`. */
  take?: (response: IncomingMessage, alive: () => void) => Promise<string>
}

/** How connections are kept for the next request. */
export const reuse = { keepAlive: true, scheduling: 'lifo', timeout: 5_000 } as const

/** Open connections, for reuse. Node's global agent would use a proxy even for loopback (NODE_USE_ENV_PROXY). */
const agents: Record<string, Agent> = {}

/**
 * Sends one request and reads the whole response.
 * @param proxyAgent for a connection through a proxy.
 * @throws TransportError when no complete response arrived within the limit.
 */
export async function sendRequest(
  request: TransportRequest,
  proxyAgent: Agent | undefined,
): Promise<HttpResponse> {
  const { url } = request
  silenceUntrueWarning()
  const { request: open, Agent } =
    url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  agents[url.protocol] ??= new Agent(reuse)
  const options: RequestOptions & {
    ca?: string[]
    autoSelectFamilyAttemptTimeout?: number
    rejectUnauthorized: boolean
  } = {
    method: request.method,
    headers: request.headers,
    agent: proxyAgent ?? (request.freshConnection ? false : agents[url.protocol]),
    // Node allows each address of a name 250 ms, which is too short for slow networks (nodejs/node#54359).
    autoSelectFamilyAttemptTimeout: 1_000,
    ...(request.ca ? { ca: request.ca } : {}),
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
  }
  const { mostBytes = defaultMostBytes } = request
  const { send, take = (response: IncomingMessage) => readBody(response, mostBytes) } = request.streams ?? {}
  return new Promise((resolve, reject) => {
    let stage: Stage = 'connecting'
    const outgoing = open(url, options)
    const fail = (error: Error) => {
      clearTimeout(limit)
      const code = (error as NodeJS.ErrnoException).code ?? 'ECONNRESET'
      reject(error instanceof TransportError ? error : new TransportError(code, stage, error))
    }
    // Rejected here, not by destroying the request: while a proxy does not respond, the request has no socket to fail.
    const limit = setTimeout(() => {
      fail(new TransportError('ETIMEDOUT', stage))
      outgoing.destroy()
    }, request.limitMs)
    const alive = () => void limit.refresh()
    outgoing.on('proxyConnect', ({ statusCode, headers }: ProxyAnswer) => {
      if (statusCode === 200) {
        stage = 'tunnelled'
        return
      }
      const asked = headers?.['proxy-authenticate']
      fail(new TransportError(`EPROXY${statusCode}`, stage, undefined, [asked ?? ''].flat().join(', ')))
      outgoing.destroy()
    })
    outgoing.on('socket', (socket) => {
      if (outgoing.reusedSocket) stage = 'sent'
      else
        socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
          stage = 'sent'
        })
    })
    outgoing.on('error', fail)
    // Node's client closes a connection that the server takes for another protocol (101), and says nothing.
    const closed = () => fail(new TransportError('ECONNRESET', stage))
    outgoing.on('close', closed)
    outgoing.on('response', (response) => {
      stage = 'sent'
      outgoing.off('close', closed)
      // From now on the response fails as well, and whoever takes it ends its work first, such as writing to a disk.
      outgoing.off('error', fail).on('error', () => {})
      const tlsIssuer = request.withTlsIssuer ? issuerOf(response) : undefined
      take(response, alive)
        .then((body) =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body,
            ...(tlsIssuer ? { tlsIssuer } : {}),
          }),
        )
        .catch((error) => {
          outgoing.destroy()
          fail(error)
        })
        .finally(() => clearTimeout(limit))
    })
    if (send) send(outgoing, alive)
    else outgoing.end(request.body)
  })
}

interface ProxyAnswer {
  statusCode: number
  headers?: Record<string, string | string[] | undefined>
}

/**
 * Uses events, because an iterator over the stream takes longer to set up than the response to a `mkdir` takes to read. Not
 * `data` events, because a million chunks of one byte would be a million objects; `read` returns all that has arrived at once.
 */
function readBody(response: IncomingMessage, mostBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  return new Promise((resolve, reject) => {
    response.on('readable', () => {
      for (let chunk: Buffer = response.read(); chunk; chunk = response.read()) {
        size += chunk.length
        if (size > mostBytes) return reject(new TransportError('ETOOBIG', 'sent'))
        chunks.push(chunk)
      }
    })
    response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    response.on('error', reject)
    // After a complete response this has no effect, because 'end' came before.
    response.on('close', () => reject(new TransportError('ECONNRESET', 'sent')))
  })
}

function issuerOf({ socket }: IncomingMessage): string | undefined {
  const certificate = 'getPeerCertificate' in socket ? (socket as TLSSocket).getPeerCertificate() : undefined
  const { O: organisation, CN: name } = certificate?.issuer ?? {}
  return fromOutside([organisation ?? name].flat()[0], 100) || undefined
}
