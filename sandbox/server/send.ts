import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Reply } from './messages.ts'
import { header, type Incoming } from './messages.ts'

/** Sends a whole answer; `now` is the sandbox's clock, skew included: clients compare their own with it. */
export function send(response: ServerResponse, reply: Reply, now: number): void {
  const { status, headers, body = '' } = dated(reply, now)
  if (status === 204 || status === 304) {
    response.writeHead(status, headers)
    response.end()
    return
  }
  const length = headers['transfer-encoding'] ? {} : { 'content-length': Buffer.byteLength(body) }
  response.writeHead(status, { ...headers, ...length })
  response.end(body)
}

/** Sends half of the body as if it were the whole. */
export function sendTruncated(response: ServerResponse, reply: Reply, now: number): void {
  const { status, headers } = dated(reply, now)
  const half = halfOf(reply)
  response.writeHead(status, { ...withoutChunks(headers), 'content-length': half.length })
  response.end(half)
}

/** Announces the whole body, sends half of it and then nothing more. */
export function sendHalf(response: ServerResponse, reply: Reply, now: number): void {
  const { status, headers } = dated(reply, now)
  response.writeHead(status, {
    ...withoutChunks(headers),
    'content-length': Buffer.byteLength(reply.body ?? ''),
  })
  response.write(halfOf(reply))
}

function dated(reply: Reply, now: number) {
  return {
    ...reply,
    headers: { date: new Date(now).toUTCString(), ...reply.headers } as Record<string, string | string[]>,
  }
}

function halfOf({ body = '' }: Reply): Buffer {
  const whole = Buffer.from(body)
  return whole.subarray(0, Math.ceil(whole.length / 2))
}

function withoutChunks(headers: Record<string, string | string[]>): Record<string, string | string[]> {
  const { 'transfer-encoding': _, ...rest } = headers
  return rest
}

/**
 * Compresses an answer with gzip when the client accepts it, errors included. Source: msgraph-sdk-design,
 * middleware/DecompressionHandler.
 */
export function compressed(incoming: Incoming, reply: Reply): Reply {
  const { body = '', headers } = reply
  if (body.length === 0 || !acceptsGzip(header(incoming, 'accept-encoding') ?? '')) return reply
  return { ...reply, headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipSync(body) }
}

/** RFC 9110, 12.5.3: a weight of 0 is a refusal. */
function acceptsGzip(accepted: string): boolean {
  return accepted.split(',').some((one) => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$)|\s*$)/i.test(one))
}
