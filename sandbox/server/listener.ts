import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** The bound servers; `port` is the same on both addresses. */
export interface Listener {
  port: number
  close(): Promise<void>
}

/** The key and certificate of an https server, as PEM. */
export interface TlsOptions {
  key: string
  cert: string
}

/** Another program listens on the port, or no port is free. */
export class PortTaken extends Error {}

/** The machine does not let this user listen on the port. */
export class PortForbidden extends Error {}

type Server = ReturnType<typeof createServer> | ReturnType<typeof createTlsServer>

const attemptsForOnePort = 20

/**
 * Listens on 127.0.0.1 and ::1 with the same port, because `localhost` can resolve to either (RFC 6761),
 * and never on another interface. A machine without IPv6 gets only 127.0.0.1.
 * @throws PortTaken or PortForbidden, with a plain sentence.
 */
export async function listen(port: number, handler: RequestListener, tls?: TlsOptions): Promise<Listener> {
  const create = () =>
    tls
      ? createTlsServer({ ...tls, keepAliveTimeout: 65_000 }, handler)
      : createServer({ keepAliveTimeout: 65_000 }, handler)
  for (let attempt = 0; attempt < attemptsForOnePort; attempt++) {
    const first = await bind('127.0.0.1', port, create)
    if (!first) break
    const bound = (first.address() as AddressInfo).port
    const second = await bind('::1', bound, create)
    if (second) return together(bound, second === 'no such address' ? [first] : [first, second])
    // The port is free on IPv4 but taken on IPv6: try another, unless the caller asked for this one.
    await close(first)
    if (port !== 0) break
  }
  throw new PortTaken(port === 0 ? 'No port is free on this machine.' : `Port ${port} is already in use.`)
}

function together(port: number, servers: Server[]): Listener {
  return { port, close: async () => void (await Promise.all(servers.map(close))) }
}

/** The server; undefined when the port is taken, a string when the machine has no such address. */
function bind(host: '127.0.0.1', port: number, create: () => Server): Promise<Server | undefined>
function bind(
  host: '::1',
  port: number,
  create: () => Server,
): Promise<Server | 'no such address' | undefined>
function bind(host: string, port: number, create: () => Server) {
  return new Promise((resolve, reject) => {
    const server = create()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else if (host === '::1' && (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT')) {
        resolve('no such address')
      } else if (error.code === 'EACCES') {
        reject(new PortForbidden(`This user may not listen on port ${port}.`))
      } else reject(new Error(`Port ${port} is not available on ${host} (${error.code ?? error.message}).`))
    })
    server.listen({ host, port }, () => resolve(server))
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
