import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OdLinkError } from '../errors.ts'
import type { ListenAddress } from '../registration/redirect-uri.ts'

/** No free port of loopback could be had: a sign-in that needs none is the way left. */
export class NoLoopback extends Error {}

/**
 * Listens on loopback alone: 127.0.0.1 and ::1 at the same port when the name is `localhost`, which is either by
 * the browser's choice. A machine without IPv6 has no ::1, and needs none.
 * @param newServer makes one server, not yet listening.
 * @throws OdLinkError (usage) when the wanted port cannot be had, NoLoopback when none can.
 */
export async function bindLoopback(
  newServer: () => Server,
  { host, port: wanted }: ListenAddress,
): Promise<{ port: number; servers: Server[] }> {
  for (let attempt = 1; ; attempt += 1) {
    const first = newServer()
    const servers = [first]
    try {
      await listen(first, host === 'localhost' ? '127.0.0.1' : host, wanted ?? 0)
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
      if (wanted === undefined) throw new NoLoopback(code)
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

function cannotListen(port: number, code: string | undefined): OdLinkError {
  if (code === 'EADDRINUSE') {
    const find = process.platform === 'win32' ? `netstat -ano | findstr :${port}` : `lsof -i :${port}`
    return new OdLinkError('usage', `Port ${port} of the redirect URI is taken by another program.`, {
      hint: [
        `Find it: ${find}   (or choose another: with --listen behind a web server, else leave the port out of --redirect-uri, if the registration allows any)`,
        withoutPort,
      ].join('\n'),
    })
  }
  return new OdLinkError('usage', `od-link cannot listen on port ${port} (${code}).`, {
    hint: ['Choose another port with --redirect-uri, one above 1023.', withoutPort].join('\n'),
  })
}

const withoutPort = 'Or sign in by a code, which needs no port: od-link login --device'
