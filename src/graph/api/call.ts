import type { IncomingMessage } from 'node:http'
import { OdLinkError } from '../../errors.ts'
import { NetworkError } from '../../http/errors.ts'
import { readUpTo } from '../../system/read-up-to.ts'
import { byteSize } from '../../text/format.ts'
import type { GraphAnswer } from '../answer.ts'
import type { Graph } from '../request.ts'
import type { Source } from '../transfer/upload-source.ts'
import { type Address, pathOf } from './address.ts'
import { apiFailure } from './errors.ts'

/** One request as the person specified it. */
export interface ApiRequest {
  method: string
  address: Address
  headers: Record<string, string>
  body?: object | undefined
  /** Bytes instead of a body. */
  source?: Source | undefined
}

/** Receives the body of a success, chunk by chunk. */
export interface Receiver {
  write: (chunk: Buffer) => Promise<void> | void
  /** Waits until all of it is written. */
  settle?: (() => Promise<void>) | undefined
  /** Whether what it received cannot be undone, so that the request cannot be repeated. */
  readonly isCommitted: boolean
}

export interface Takers {
  /** An answer of 2xx has begun. @param token what was sent, which a server may repeat. */
  receive: (head: IncomingMessage, token: string) => Receiver
  /** Any other answer has come; another one may follow. */
  refused?: (head: IncomingMessage, body: string, token: string) => void
}

/** The bytes of a file are at another URL. */
export const redirects = new Set([301, 302, 303, 307, 308])

const longestRefusal = 8 * 1024 * 1024

/**
 * Sends a request and passes on the body of its success as it arrives.
 * @throws OdLinkError for a refusal, and for a redirect, because no token is sent there.
 */
export async function call(graph: Graph, request: ApiRequest, takers: Takers): Promise<void> {
  const answer = await ask(graph, request, takers)
  if (redirects.has(answer.status)) throw apiFailure(answer, nameOf(request))
}

/** The same for callers that handle redirects. @returns an answer of 2xx or 3xx. */
export async function ask(graph: Graph, request: ApiRequest, takers: Takers): Promise<GraphAnswer> {
  const { method, address, headers, body, source } = request
  const path = pathOf(address)
  let receiver: Receiver | undefined
  let isUnsure = false
  const answer = await graph
    .send({
      method,
      version: address.version,
      path,
      ...(body ? { body } : {}),
      headers: { ...(source ? { 'content-length': String(source.size) } : {}), ...headers },
      streams: {
        ...(source ? { send: (outgoing, alive) => source.send(outgoing, 0, source.size, alive) } : {}),
        take: async (response, alive, token) => {
          receiver = undefined
          const { statusCode = 0 } = response
          if (statusCode >= 300) {
            const text = await readText(response, alive, longestRefusal)
            takers.refused?.(response, text, token)
            return text
          }
          receiver = takers.receive(response, token)
          await handOn(response, alive, receiver)
          return ''
        },
      },
      mayRepeat: (outcome) => {
        const may = mayRepeat(method, path, outcome)
        isUnsure = !may
        return may && !receiver?.isCommitted
      },
    })
    .catch((error: unknown) => {
      throw isUnsure && error instanceof OdLinkError ? unsure(error, method) : error
    })
  if (answer.status < 400) return answer
  // It no longer exists after an attempt whose answer was lost, so that attempt deleted it.
  if (method === 'DELETE' && answer.status === 404 && answer.repeated) return answer
  throw apiFailure(answer, nameOf(request))
}

/** `GET /me/drive` */
export function nameOf({ method, address }: ApiRequest): string {
  return `${method} ${address.path}`
}

/** Reads a body that should be small. @param most in bytes. @throws OdLinkError (service) when it is larger. */
export async function readText(response: IncomingMessage, alive: () => void, most: number): Promise<string> {
  const body = await readUpTo(response, most, alive)
  if (body) return body.toString('utf8')
  throw new OdLinkError('service', `The response is larger than ${byteSize(most)}.`, {
    reason: 'unreadable-answer',
    next: ['Request less at once: $top=200, and $select=id,name'],
  })
}

/** Passes a body on. While the receiver is slow, the server is not silent. */
export async function handOn(
  response: IncomingMessage,
  alive: () => void,
  receiver: Pick<Receiver, 'write' | 'settle'>,
): Promise<void> {
  let isWriting = false
  const whileWriting = setInterval(() => isWriting && alive(), 1_000)
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      alive()
      isWriting = true
      await receiver.write(chunk)
      isWriting = false
    }
  } finally {
    isWriting = true
    // Whatever ended it: the next attempt goes on where this one stopped.
    await Promise.resolve(receiver.settle?.()).finally(() => clearInterval(whileWriting))
  }
}

/** A request that is not repeated may have been done, and a person has to check. */
function unsure(error: OdLinkError, method: string): OdLinkError {
  return error.with({
    next: [`It may have worked anyway, so the ${method} was not repeated. Check before you send it again.`],
  })
}

/** Methods that have the same effect when they are sent twice (RFC 9110 section 9.2.2). */
const idempotent = new Set(['GET', 'HEAD', 'PUT', 'DELETE'])

/**
 * Whether a request may be sent again after a transient failure. One that must not be done twice is sent again only if the
 * server says that it did not start: 429, and 503 with Retry-After. After any other answer, or none, it may have been done.
 * https://learn.microsoft.com/en-us/graph/throttling
 */
export function mayRepeat(method: string, path: string, outcome: GraphAnswer | NetworkError): boolean {
  // A second upload under `rename` would be a second file.
  if (idempotent.has(method) && !/conflictBehavior=rename/i.test(path)) return true
  if (outcome instanceof NetworkError) return false
  return outcome.status === 429 || (outcome.status === 503 && outcome.headers['retry-after'] !== undefined)
}
