import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { LogEntry } from '../state/log.ts'

/** One request, with its whole body. */
export interface Incoming {
  method: string
  /** As received, still percent-encoded and without the query: a URL parser would normalize it. */
  path: string
  /** As received, without the question mark. */
  query: string
  headers: IncomingHttpHeaders
  body: Buffer
  /** Graph's `request-id`, the identity platform's trace id. */
  id: string
  /** The client's own `client-request-id`, or a new one when it sent none. */
  clientRequestId: string
  /** Its entry in the log; handlers add what only they know. */
  entry: LogEntry
}

/** An answer that is not sent yet. */
export interface Reply {
  status: number
  headers?: Record<string, string | string[]>
  body?: string | Buffer
  /** Called once the whole answer was sent without any weather. */
  delivered?: () => void
}

/** A JSON answer of the control API; the fakes of Microsoft's services have their own shapes. */
export function json(status: number, value: unknown): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  }
}

/** A header as one string, if it was sent. */
export function header(incoming: Incoming, name: string): string | undefined {
  const value = incoming.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

/** The media type of the body, in lower case and without its parameters. */
export function mediaType(incoming: Incoming): string {
  return (header(incoming, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

const largestBody = 4 * 1024 * 1024

/**
 * The body of a request, or undefined when it is too large. The rest is then read and discarded: a connection that is closed
 * before would be reset, and the reset can overtake the answer (RFC 9112, section 9.6). A large one is written in place,
 * whether its length is announced or not, so that a file is held in memory once.
 */
export function readBody(request: IncomingMessage, largest = largestBody): Promise<Buffer | undefined> {
  const announced = Number(request.headers['content-length'])
  const whole = announced > 0 && announced <= largest ? Buffer.allocUnsafe(announced) : undefined
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = []
    let size = 0
    let grown: Grown | undefined
    if (announced > largest) resolve(undefined)
    request.on('data', (chunk: Buffer) => {
      const at = size
      size += chunk.length
      if (size > largest) {
        chunks = []
        grown = undefined
        resolve(undefined)
      } else if (whole) chunk.copy(whole, at)
      else if (size > largestBody) {
        grown ??= new Grown(largest, chunks.splice(0))
        grown.add(chunk)
      } else chunks.push(chunk)
    })
    request.on('end', () => resolve(whole ?? grown?.whole() ?? Buffer.concat(chunks)))
    request.on('error', reject)
  })
}

/** What TypeScript's library for ES2023 lacks of ES2024. */
type Resizable = ArrayBuffer & { resize: (length: number) => void }

/** Growing copies nothing, but what is grown by is filled with zeros at once. */
const step = 1024 * 1024

/** Bytes whose number is not known before: the memory for the most is reserved, and taken as they come. */
class Grown {
  readonly #bytes: Resizable
  readonly #most: number
  #size = 0

  constructor(most: number, first: Buffer[]) {
    this.#most = most
    const options = { maxByteLength: most }
    this.#bytes = Reflect.construct(ArrayBuffer, [0, options]) as Resizable
    for (const chunk of first) this.add(chunk)
  }

  add(chunk: Buffer): void {
    const size = this.#size + chunk.length
    if (size > this.#bytes.byteLength) this.#bytes.resize(Math.min(this.#most, size + step))
    Buffer.from(this.#bytes).set(chunk, this.#size)
    this.#size = size
  }

  whole(): Buffer {
    this.#bytes.resize(this.#size)
    return Buffer.from(this.#bytes, 0, this.#size)
  }
}
