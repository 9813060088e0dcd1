import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { LogEntry } from '../state/log.ts'

/** One request, read whole. */
export interface Incoming {
  method: string
  /** As it came, still percent-encoded, without the query: what a URL parser would tidy up must stay visible. */
  path: string
  /** As it came, without the question mark. */
  query: string
  headers: IncomingHttpHeaders
  body: Buffer
  /** Graph's `request-id`, the identity platform's trace id. */
  id: string
  /** The client's own `client-request-id`, or a fresh one where it sent none. */
  clientRequestId: string
  /** What the log will say about it; a handler adds what only it can know. */
  entry: LogEntry
}

/** One answer, not yet sent. */
export interface Reply {
  status: number
  headers?: Record<string, string | string[]>
  body?: string | Buffer
  /** Called once the whole answer went out undisturbed. */
  delivered?: () => void
}

/** A JSON answer of the sandbox's own (control API); Microsoft's parts have their own shapes. */
export function json(status: number, value: unknown): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  }
}

/** A header as one string, or nothing. */
export function header(incoming: Incoming, name: string): string | undefined {
  const value = incoming.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

/** The media type of the body, in lower case and without its parameters. */
export function mediaType(incoming: Incoming): string {
  return (header(incoming, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

const largestBody = 4 * 1024 * 1024

/** The body of a request, or nothing when it is larger than that: the rest is then read and thrown away. */
export function readBody(request: IncomingMessage, largest = largestBody): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= largest) chunks.push(chunk)
      else {
        chunks = []
        resolve(undefined)
      }
    })
    request.on('end', () => resolve(Buffer.concat(chunks)))
    request.on('error', reject)
  })
}
