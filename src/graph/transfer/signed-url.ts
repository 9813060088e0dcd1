import { OdLinkError } from '../../errors.ts'
import { NetworkError } from '../../http/errors.ts'
import { exchange, isLoopback } from '../../http/index.ts'
import type { HttpResponse, Streams } from '../../http/transport.ts'
import { placeOf } from '../api/address.ts'

/*
 * URLs that grant access by themselves: Graph gives them for the bytes of a file, and no token is sent there.
 * https://learn.microsoft.com/en-us/graph/api/driveitem-get-content
 */

/** Other names that some resolvers use for this machine. */
const thisMachine = /^(.*\.)?localhost\.?$|^0\.0\.0\.0$|^\[::\]$|^\[::ffff:7f/

/**
 * @param base for a relative URL.
 * @throws OdLinkError (service) unless it is https, or, for a Graph on this machine, http on this machine.
 */
export function readSigned(text: unknown, graphOrigin: string, base?: string): URL {
  const url = typeof text === 'string' && URL.canParse(text, base) ? new URL(text, base) : undefined
  const isLocal = url && (isLoopback(url.hostname) || thisMachine.test(url.hostname))
  const isSandbox = isLoopback(new URL(graphOrigin).hostname)
  const isSafe =
    url?.protocol === 'https:' ? isSandbox || !isLocal : url?.protocol === 'http:' && isLocal && isSandbox
  if (url && isSafe && !url.username && !url.password) return url
  throw new OdLinkError('service', 'The URL of the content cannot be trusted.', {
    reason: 'foreign-address',
    next: [`Nothing was sent there: ${placeOf(text, base)}`],
  })
}

/**
 * One request there, with the headers given and none of ours.
 * @returns the answer, or the failure after which nobody knows whether the work was done.
 * @throws NetworkError when nothing was sent.
 */
export async function askSigned(
  method: 'GET' | 'PUT' | 'DELETE',
  url: URL,
  {
    headers = {},
    streams,
    timeoutMs = 60_000,
  }: {
    headers?: Record<string, string>
    streams?: Streams
    timeoutMs?: number
  } = {},
): Promise<HttpResponse | NetworkError> {
  try {
    return await exchange({
      method,
      url,
      headers,
      timeoutMs,
      isSigned: true,
      ...(streams ? { streams } : {}),
    })
  } catch (error) {
    if (!(error instanceof NetworkError) || !error.sent) throw error
    return error
  }
}
