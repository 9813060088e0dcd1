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

type Refusal = 'taken' | 'forbidden' | 'no such address'

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
  let refusal: Refusal = 'taken'
  for (let attempt = 0; attempt < attemptsForOnePort; attempt++) {
    const first = await bind('127.0.0.1', port, create)
    if (typeof first === 'string') refusal = first
    else {
      const bound = (first.address() as AddressInfo).port
      const second = await bind('::1', bound, create)
      if (second === 'no such address') return together(bound, [first])
      if (typeof second !== 'string') return together(bound, [first, second])
      // The port is free on IPv4 but not on IPv6: try another, unless the caller asked for this one.
      refusal = second
      await close(first)
    }
    if (port !== 0) break
  }
  if (refusal === 'forbidden') throw new PortForbidden(forbidden(port))
  throw new PortTaken(port === 0 ? 'No port is free on this machine.' : `Port ${port} is already in use.`)
}

/**
 * Windows has no ports for administrators only, but ranges that it reserves (WSAEACCES in
 * https://learn.microsoft.com/windows/win32/winsock/windows-sockets-error-codes-2).
 */
function forbidden(port: number): string {
  return process.platform === 'win32'
    ? `Windows does not allow programs to listen on port ${port}. It is probably reserved for Hyper-V, WSL or Docker.`
    : `This user may not listen on port ${port}.`
}

function together(port: number, servers: Server[]): Listener {
  return { port, close: async () => void (await Promise.all(servers.map(close))) }
}

/** The server, or why there is none. */
function bind(host: '127.0.0.1' | '::1', port: number, create: () => Server): Promise<Server | Refusal> {
  return new Promise((resolve, reject) => {
    const server = create()
    server.once('error', (error: NodeJS.ErrnoException) => {
      const { code, message } = error
      if (code === 'EADDRINUSE') resolve('taken')
      else if (code === 'EACCES') resolve('forbidden')
      else if (host === '::1' && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT')) {
        resolve('no such address')
      } else reject(new Error(`Port ${port} is not available on ${host} (${code ?? message}).`))
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
