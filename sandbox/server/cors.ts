import { header, type Incoming, type Reply } from './messages.ts'

/** What scripts on other sites may read of an answer, besides the usual headers. Source: recorded answers of Graph. */
const exposed = [
  ...['ETag', 'Location', 'Retry-After', 'Content-Range', 'WWW-Authenticate', 'Preference-Applied'],
  ...['request-id', 'client-request-id', 'x-ms-request-id', 'x-ms-ests-server'],
].join(', ')

/**
 * The answer to a preflight request: any site may send any request, since none is authorized by a cookie (Fetch standard,
 * "CORS-preflight request").
 * @returns undefined for a request that is none.
 */
export function preflightReply(incoming: Incoming): Reply | undefined {
  const method = header(incoming, 'access-control-request-method')
  if (incoming.method !== 'OPTIONS' || method === undefined) return undefined
  const asked = header(incoming, 'access-control-request-headers')
  return {
    status: 200,
    headers: {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS',
      ...(asked === undefined ? {} : { 'access-control-allow-headers': asked }),
      'access-control-max-age': '600',
    },
  }
}

/** Lets a script on another site read the answer. */
export function forOtherSites(incoming: Incoming, reply: Reply): Reply {
  if (header(incoming, 'origin') === undefined) return reply
  const headers = { 'access-control-allow-origin': '*', 'access-control-expose-headers': exposed }
  return { ...reply, headers: { ...reply.headers, ...headers } }
}
