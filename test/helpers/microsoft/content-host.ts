import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** The host with the bytes of files, as Microsoft has it: not that of Graph, and no token may reach it. */
export interface ContentHost {
  origin: string
  /** Each request, without its body. */
  seen: { method: string; url: string; headers: IncomingMessage['headers'] }[]
  /** The file to download: so many bytes, generated from a seed. Another seed is another version. */
  content: { size: number; seed: number; etag?: string | undefined }
  /** The connection is cut after so many bytes of an answer's body, or of a request's: one for each request. */
  cuts: (number | undefined)[]
  /** Sent instead of the real answers, one for each request; undefined is the real one. */
  answers: ({ status: number; headers?: Record<string, string>; body?: string | Buffer } | undefined)[]
  /** Whether it supports Range, and If-Range. */
  heeds: { range: boolean; ifRange: boolean }
  /** How long each chunk of 64 KiB takes. */
  delayMs: number
  /** What was uploaded. */
  received: { bytes: number; sha256: () => string; cancelled: boolean }
  stop: () => Promise<void>
}

const chunkSize = 64 * 1024

/** Bytes that need no memory: each chunk is generated from its position and the seed. */
export function chunkAt(seed: number, index: number): Buffer {
  return Buffer.alloc(chunkSize, createHash('sha256').update(`${seed} ${index}`).digest())
}

export function sha256Of(seed: number, size: number): string {
  const hash = createHash('sha256')
  for (let at = 0; at < size; at += chunkSize)
    hash.update(chunkAt(seed, at / chunkSize).subarray(0, size - at))
  return hash.digest('hex')
}

export async function startContentHost(): Promise<ContentHost> {
  const hash = createHash('sha256')
  const host: ContentHost = {
    origin: '',
    seen: [],
    content: { size: 0, seed: 1, etag: '"{A},1"' },
    cuts: [],
    answers: [],
    heeds: { range: true, ifRange: true },
    delayMs: 0,
    received: { bytes: 0, sha256: () => hash.copy().digest('hex'), cancelled: false },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    host.seen.push({ method, url, headers })
    const cut = host.cuts.shift()
    const told = host.answers.shift()
    if (told) {
      request.resume()
      response.writeHead(told.status, told.headers).end(told.body)
    } else if (method === 'PUT') take(host, hash, request, response, cut).catch(() => {})
    else if (url.startsWith('/upload')) standing(host, method, response)
    else void give(host, request, response, cut)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return host
}

async function give(host: ContentHost, request: IncomingMessage, response: ServerResponse, cut?: number) {
  const { content, heeds } = host
  const { size, seed, etag } = content
  const { range, 'if-range': ifRange } = request.headers
  const isOther = heeds.ifRange && ifRange !== undefined && ifRange !== etag
  const first = heeds.range && !isOther ? Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0) : 0
  if (first > 0 && first >= size) {
    response.writeHead(416, { 'content-range': `bytes */${size}` }).end()
    return
  }
  response.writeHead(first > 0 ? 206 : 200, {
    ...(etag ? { etag } : {}),
    'content-type': 'application/octet-stream',
    'content-length': size - first,
    ...(first > 0 ? { 'content-range': `bytes ${first}-${size - 1}/${size}` } : {}),
  })
  let sent = 0
  for (let at = first; at < size; ) {
    const chunk = chunkAt(seed, Math.floor(at / chunkSize)).subarray(
      at % chunkSize,
      (at % chunkSize) + size - at,
    )
    if (cut !== undefined && sent + chunk.length > cut) {
      response.write(chunk.subarray(0, cut - sent), () => response.destroy())
      return
    }
    if (!response.write(chunk)) await caughtUp(response)
    if (response.destroyed) return
    if (host.delayMs > 0) await wait(host.delayMs)
    sent += chunk.length
    at += chunk.length
  }
  response.end()
}

function caughtUp(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}

async function take(
  host: ContentHost,
  hash: ReturnType<typeof createHash>,
  request: IncomingMessage,
  response: ServerResponse,
  cut?: number,
) {
  const [, first, , total] = (
    /^bytes (\d+)-(\d+)\/(\d+)$/.exec(request.headers['content-range'] ?? '') ?? []
  ).map(Number)
  const { received } = host
  let piece = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if (first === received.bytes) {
      hash.update(chunk)
      piece += chunk.length
    }
    if (host.delayMs > 0) await wait(host.delayMs)
    // What arrived of the piece is kept; Microsoft does not promise otherwise.
    if (cut !== undefined && piece > cut) {
      received.bytes += piece
      request.destroy()
      return
    }
  }
  if (first !== received.bytes) {
    response.writeHead(416).end('{"error":{"code":"invalidRange"}}')
    return
  }
  received.bytes += piece
  const isWhole = received.bytes === total
  response.writeHead(isWhole ? 201 : 202, { 'content-type': 'application/json' })
  response.end(JSON.stringify(isWhole ? { id: '01', name: 'large', size: total } : ranges(host)))
}

function standing(host: ContentHost, method: string, response: ServerResponse): void {
  if (method === 'DELETE') {
    host.received.cancelled = true
    response.writeHead(204).end()
  } else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(ranges(host)))
}

function ranges({ received }: ContentHost): object {
  return { expirationDateTime: '2099-01-01T00:00:00Z', nextExpectedRanges: [`${received.bytes}-`] }
}
