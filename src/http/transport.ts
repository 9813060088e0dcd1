/* One exchange on the wire, as Node's own client does it. */

import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { fromOutside } from '../text/sanitize.ts'
import { type Stage, WireFailure } from './errors.ts'

const usualMostBytes = 8 * 1024 * 1024

export interface WireRequest {
  method: string
  url: URL
  headers: Record<string, string | number>
  body?: string
  streams?: Streams
  /** How large an answer may be that is read into memory. Default 8 MB. */
  mostBytes?: number
  limitMs: number
  freshConnection?: boolean
  withTlsIssuer?: boolean
  /** The authorities to believe, as PEM; without them Node's own. */
  ca: string[] | undefined
}

export interface HttpResponse {
  status: number
  headers: IncomingHttpHeaders
  body: string
  /** The organisation (else the name) that issued the server's certificate, where it was asked for. */
  tlsIssuer?: string
}

/** Bodies that need not fit into memory. `alive` begins the time limit anew, which so becomes one of silence. */
export interface Streams {
  /** Sends the body and ends the request. Called for every attempt. */
  send?: (outgoing: ClientRequest, alive: () => void) => void
  /** Takes the body of the answer; what it returns is the response's `body`. */
  take?: (response: IncomingMessage, alive: () => void) => Promise<string>
}

/** Open connections, to be used again. Node's global agent would ask a proxy even for loopback (NODE_USE_ENV_PROXY). */
const agents: Record<string, Agent> = {}

/**
 * Loads Node's client as soon as nothing else is to be done: while the keychain is looking for a token, say. That of
 * `https:` is built upon it.
 */
export function loadClientMeanwhile(): void {
  setImmediate(() => void import('node:http'))
}

/**
 * Sends one request and reads the whole answer.
 * @param proxyAgent leads through a proxy.
 * @throws WireFailure when no complete answer came within the limit.
 */
export async function sendOnWire(request: WireRequest, proxyAgent: Agent | undefined): Promise<HttpResponse> {
  const { url } = request
  const { request: open, Agent } =
    url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  agents[url.protocol] ??= new Agent({ keepAlive: true, scheduling: 'lifo', timeout: 5_000 })
  const options: RequestOptions & { ca?: string[]; autoSelectFamilyAttemptTimeout?: number } = {
    method: request.method,
    headers: request.headers,
    agent: proxyAgent ?? (request.freshConnection ? false : agents[url.protocol]),
    // Node gives each address of a name 250 ms, which a slow network never makes (nodejs/node#54359).
    autoSelectFamilyAttemptTimeout: 1_000,
    ...(request.ca ? { ca: request.ca } : {}),
  }
  const { mostBytes = usualMostBytes } = request
  const { send, take = (response: IncomingMessage) => readBody(response, mostBytes) } = request.streams ?? {}
  return new Promise((resolve, reject) => {
    let stage: Stage = 'connecting'
    const outgoing = open(url, options)
    const fail = (error: Error) => {
      clearTimeout(limit)
      const code = (error as NodeJS.ErrnoException).code ?? 'ECONNRESET'
      reject(error instanceof WireFailure ? error : new WireFailure(code, stage, error))
    }
    // Rejected here, not by the destroyed request: while a proxy is silent, that one has no socket to tell it by.
    const limit = setTimeout(() => {
      fail(new WireFailure('ETIMEDOUT', stage))
      outgoing.destroy()
    }, request.limitMs)
    const alive = () => void limit.refresh()
    outgoing.on('proxyConnect', ({ statusCode, headers }: ProxyAnswer) => {
      if (statusCode === 200) {
        stage = 'tunnelled'
        return
      }
      const asked = headers?.['proxy-authenticate']
      fail(new WireFailure(`EPROXY${statusCode}`, stage, undefined, [asked ?? ''].flat().join(', ')))
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
    outgoing.on('response', (response) => {
      stage = 'sent'
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
 * By events: an iterator over the stream would take longer to set up than the answer to a `mkdir` takes to read. Not by
 * `data`: of a million chunks of a byte each would be an object, and `read` brings all that have come in one.
 */
function readBody(response: IncomingMessage, mostBytes: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  return new Promise((resolve, reject) => {
    response.on('readable', () => {
      for (let chunk: Buffer = response.read(); chunk; chunk = response.read()) {
        size += chunk.length
        if (size > mostBytes) return reject(new WireFailure('ETOOBIG', 'sent'))
        chunks.push(chunk)
      }
    })
    response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    response.on('error', reject)
    // An answer that ends by itself has come to its end before.
    response.on('close', () => reject(new WireFailure('ECONNRESET', 'sent')))
  })
}

function issuerOf({ socket }: IncomingMessage): string | undefined {
  const certificate = 'getPeerCertificate' in socket ? (socket as TLSSocket).getPeerCertificate() : undefined
  const { O: organisation, CN: name } = certificate?.issuer ?? {}
  return fromOutside([organisation ?? name].flat()[0], 100) || undefined
}
