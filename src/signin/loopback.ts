import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OdLinkError } from '../errors.ts'
import type { Redirect } from './registration.ts'

/**
 * Listens on loopback alone: 127.0.0.1 and ::1 at the same port when the name is `localhost`, which is either by
 * the browser's choice. A machine without IPv6 has no ::1, and needs none.
 * @param newServer makes one server, not yet listening.
 * @throws OdLinkError (usage) when the wanted port is taken.
 */
export async function bindLoopback(
  newServer: () => Server,
  { host, port: wanted }: Redirect,
): Promise<{ port: number; servers: Server[] }> {
  for (let attempt = 1; ; attempt += 1) {
    const first = newServer()
    const servers = [first]
    try {
      await listen(first, '127.0.0.1', wanted ?? 0)
      const { port } = first.address() as AddressInfo
      if (host === 'localhost') {
        const second = newServer()
        servers.push(second)
        await listen(second, '::1', port).catch(ignoreMissingIPv6)
      }
      return { port, servers }
    } catch (error) {
      for (const server of servers) server.close()
      const { code } = error as NodeJS.ErrnoException
      // The free port of one family was taken in the other: another one will do.
      if (code === 'EADDRINUSE' && wanted === undefined && attempt < 20) continue
      throw cannotListen(wanted, code)
    }
  }
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen({ host, port, exclusive: true, ipv6Only: true })
  await once(server, 'listening')
}

function ignoreMissingIPv6(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EADDRNOTAVAIL' && error.code !== 'EAFNOSUPPORT') throw error
}

function cannotListen(port: number | undefined, code: string | undefined): OdLinkError {
  if (code === 'EADDRINUSE') {
    return new OdLinkError('usage', `Port ${port} of the redirect URI is taken by another program.`, {
      hint:
        process.platform === 'win32'
          ? `Find it: netstat -ano | findstr :${port}   (or leave the port out of --redirect-uri, if the registration allows any)`
          : `Find it: lsof -i :${port}   (or leave the port out of --redirect-uri, if the registration allows any)`,
    })
  }
  return new OdLinkError(
    'usage',
    `od-link cannot listen on ${port ? `port ${port}` : 'loopback'} (${code}).`,
    {
      hint: 'Choose another port with --redirect-uri, one above 1023.',
    },
  )
}
