import type { IncomingMessage } from 'node:http'
import { OdLinkError } from '../../errors.ts'
import { NetworkError } from '../../http/errors.ts'
import type { Graph, GraphAnswer } from '../request.ts'
import { type Address, pathOf } from './address.ts'
import { apiFailure } from './errors.ts'
import type { Source } from './upload-source.ts'

/** One request as the person wants it. */
export interface ApiRequest {
  method: string
  address: Address
  headers: Record<string, string>
  body?: object | undefined
  /** Bytes in place of a body. */
  source?: Source | undefined
}

/** Takes the body of a success, piece by piece. */
export interface Receiver {
  write: (chunk: Buffer) => Promise<void> | void
  /** Whether what it was given cannot be taken back, so that the request cannot be repeated. */
  readonly isCommitted: boolean
}

export interface Takers {
  /** An answer of 2xx has begun. @param token what was sent, which a server may repeat. */
  receive: (head: IncomingMessage, token: string) => Receiver
  /** Any other has come; there may be another one after it. */
  refused?: (head: IncomingMessage, body: string, token: string) => void
}

/** Where the bytes of a file lie elsewhere. */
export const redirects = new Set([301, 302, 303, 307, 308])

const mostOfARefusal = 8 * 1024 * 1024

/**
 * Sends a request and hands on the body of its success as it comes.
 * @throws OdLinkError of the kind that the refusal's status means; of a redirect too, since no token is taken there.
 */
export async function call(graph: Graph, request: ApiRequest, takers: Takers): Promise<void> {
  const answer = await ask(graph, request, takers)
  if (redirects.has(answer.status)) throw apiFailure(answer, nameOf(request))
}

/** The same, for those who know what to do about a redirect. @returns an answer of 2xx or 3xx. */
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
            const text = await readText(response, alive, mostOfARefusal)
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
  // Gone after an attempt whose answer was lost: that was the work of that attempt.
  if (method === 'DELETE' && answer.status === 404 && answer.repeated) return answer
  throw apiFailure(answer, nameOf(request))
}

/** `GET /me/drive` */
export function nameOf({ method, address }: ApiRequest): string {
  return `${method} ${address.path}`
}

/** Reads a body that is meant to be small. @throws OdLinkError (service) when it is not. */
export async function readText(response: IncomingMessage, alive: () => void, most: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    alive()
    size += chunk.length
    if (size > most) {
      throw new OdLinkError('service', `The answer is larger than ${most / 1024 / 1024} MiB.`, {
        hint: 'Ask for less at once: $top=200, and $select=id,name',
      })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** Hands a body on. While whoever takes it is slow, the server is not to blame for the silence. */
export async function handOn(
  response: IncomingMessage,
  alive: () => void,
  receiver: Pick<Receiver, 'write'>,
): Promise<void> {
  for await (const chunk of response as AsyncIterable<Buffer>) {
    alive()
    const written = receiver.write(chunk)
    if (!written) continue
    const waiting = setInterval(alive, 1_000)
    await written.finally(() => clearInterval(waiting))
  }
}

/** What is not repeated by itself may have been done, and a person has to look. */
function unsure(error: OdLinkError, method: string): OdLinkError {
  return error.with({
    hint: `It may have been done all the same, so the ${method} was not repeated: look before you send it again.`,
  })
}

/** Methods that do the same when they are done twice (RFC 9110 section 9.2.2). */
const idempotent = new Set(['GET', 'HEAD', 'PUT', 'DELETE'])

/**
 * Whether a request may be sent again by itself after passing trouble. What may not be done twice is sent again only
 * where the server says that it did not even begin: 429, and 503 with Retry-After, which are how Graph turns away what
 * it has no time for. After any other answer, or none, it may have been done.
 * https://learn.microsoft.com/en-us/graph/throttling
 */
export function mayRepeat(method: string, path: string, outcome: GraphAnswer | NetworkError): boolean {
  // A second upload under `rename` would be a second file.
  if (idempotent.has(method) && !/conflictBehavior=rename/i.test(path)) return true
  if (outcome instanceof NetworkError) return false
  return outcome.status === 429 || (outcome.status === 503 && outcome.headers['retry-after'] !== undefined)
}
