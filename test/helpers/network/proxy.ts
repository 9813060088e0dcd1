import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'

/** An HTTP proxy that tunnels (CONNECT), and resolves names that are not in DNS. */
export interface TestProxy {
  port: number
  /** The head of each request that it received. */
  seen: string[]
  stop: () => Promise<void>
}

/**
 * @param hosts the port on this machine for each name.
 * @param refusal what it answers instead of opening a tunnel; `nothing`: it reads the request and sends no
 * answer.
 * @param tls the key and certificate of a proxy with TLS.
 */
export async function startProxy(
  hosts: Record<string, number>,
  refusal?: string,
  tls?: TlsOptions,
): Promise<TestProxy> {
  const seen: string[] = []
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    return socket
  }
  const listener = (client: Socket) => {
    keep(client)
    let head = ''
    const read = (chunk: Buffer) => {
      head += chunk.toString('latin1')
      if (!head.includes('\r\n\r\n')) return
      client.off('data', read)
      seen.push(head)
      if (refusal === 'nothing') return
      if (refusal !== undefined) {
        client.end(refusal)
        return
      }
      const port = hosts[/^CONNECT ([^: ]+)/.exec(head)?.[1] ?? '']
      if (port === undefined) {
        client.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n')
        return
      }
      const target = keep(connect(port, 'localhost', () => client.write('HTTP/1.1 200 OK\r\n\r\n')))
      client.pipe(target).pipe(client)
    }
    client.on('data', read)
  }
  const server = tls ? createTlsServer(tls, listener) : createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
