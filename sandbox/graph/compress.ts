import { gzipSync } from 'node:zlib'
import { header, type Incoming, type Reply } from '../server/messages.ts'

/** The answer as the client can take it: in gzip when it asked, an error like any other. Source: msgraph-sdk-design, middleware/DecompressionHandler. */
export function compressed(incoming: Incoming, reply: Reply): Reply {
  const { body = '', headers } = reply
  if (body.length === 0 || !acceptsGzip(header(incoming, 'accept-encoding') ?? '')) return reply
  return { ...reply, headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipSync(body) }
}

/** RFC 9110, 12.5.3: a weight of nothing is a refusal. */
function acceptsGzip(accepted: string): boolean {
  return accepted.split(',').some((one) => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$)|\s*$)/i.test(one))
}
