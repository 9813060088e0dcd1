import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { OdLinkError } from '../errors.ts'
import type { ListenAddress } from '../registration/redirect-uri.ts'
import type { NextStep } from '../text/next-step.ts'

/** No loopback port is available; only a sign-in that needs none is left. */
export class NoLoopback extends Error {}

/**
 * Listens only on loopback: on 127.0.0.1 and ::1 at the same port when the name is `localhost`, since the browser chooses
 * which of them it is. A machine without IPv6 has no ::1, and needs none.
 * @param newServer creates one server, not yet listening.
 * @throws OdLinkError (usage) when the wanted port is not available, NoLoopback when none is.
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
      // A port that is free in one family may be in use in the other; any other one will do.
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
    return new OdLinkError('usage', `Port ${port} of the redirect URI is in use by another program.`, {
      reason: 'port-in-use',
      next: [
        `Find the program: ${find}`,
        'Or use another port: with --listen behind a web server, otherwise in',
        '--redirect-uri (without a port there, any free one is used).',
        withoutPort,
      ],
    })
  }
  return new OdLinkError('usage', `od-link cannot listen on port ${port} (${code}).`, {
    reason: 'invalid-value',
    next: ['Choose another port with --redirect-uri, above 1023.', withoutPort],
  })
}

const withoutPort: NextStep = {
  intro: 'Or use a device code, which needs no port:',
  verb: 'login',
  flags: { device: true },
}
