import { header, type Incoming, type Reply } from './messages.ts'

/** The value of a cookie that came with a request (RFC 6265, 5.4). */
export function readCookie(incoming: Incoming, name: string): string | undefined {
  for (const pair of (header(incoming, 'cookie') ?? '').split(';')) {
    const equals = pair.indexOf('=')
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
  }
  return undefined
}

export interface Cookie {
  name: string
  value: string
  /** Sent over https only. */
  secure: boolean
  /** Default: until the browser is closed. */
  maxAgeSeconds?: number
}

/** Adds a cookie that scripts cannot read and that forms on other sites cannot send. */
export function withCookie(reply: Reply, { name, value, secure, maxAgeSeconds }: Cookie): Reply {
  const attributes = ['Path=/', 'HttpOnly', 'SameSite=Lax']
  if (secure) attributes.push('Secure')
  if (maxAgeSeconds !== undefined) attributes.push(`Max-Age=${maxAgeSeconds}`)
  const before = reply.headers?.['set-cookie'] ?? []
  const cookies = [
    ...(Array.isArray(before) ? before : [before]),
    [`${name}=${value}`, ...attributes].join('; '),
  ]
  return { ...reply, headers: { ...reply.headers, 'set-cookie': cookies } }
}
