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
      const failure = error as ListenError
      // A port that is free in one family may be in use or reserved in the other; any other one will do.
      if (wanted === undefined && (failure.code === 'EADDRINUSE' || isReserved(failure)) && attempt < 20)
        continue
      if (wanted === undefined) throw new NoLoopback(failure.code)
      throw cannotListen(wanted, failure)
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

/** Node names the address that could not be listened on. */
type ListenError = NodeJS.ErrnoException & { address?: string }

/**
 * Windows has no privileged ports, but refuses those in a range that it reserves: Hyper-V, and with it WSL and Docker, takes
 * some at each start. It also refuses a port that a program or a driver holds with exclusive access (WSAEACCES in
 * https://learn.microsoft.com/windows/win32/winsock/windows-sockets-error-codes-2).
 */
function isReserved({ code }: ListenError): boolean {
  return code === 'EACCES' && process.platform === 'win32'
}

function cannotListen(port: number, error: ListenError): OdLinkError {
  const { code } = error
  if (code === 'EADDRINUSE') {
    const find = process.platform === 'win32' ? `netstat -ano | findstr :${port}` : `lsof -i :${port}`
    return new OdLinkError('usage', `Port ${port} of the redirect URI is in use by another program.`, {
      reason: 'port-in-use',
      next: [`Find the program: ${find}`, ...anotherPort],
    })
  }
  if (isReserved(error)) {
    const family = error.address === '::1' ? 'ipv6' : 'ipv4'
    return new OdLinkError(
      'usage',
      `Windows does not allow od-link to listen on port ${port} of the redirect URI (${code}). The port is probably reserved for Hyper-V, WSL or Docker.`,
      {
        reason: 'port-in-use',
        next: [
          `Show the reserved ranges: netsh interface ${family} show excludedportrange protocol=tcp`,
          ...anotherPort,
        ],
      },
    )
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

const anotherPort: NextStep[] = [
  'Or use another port: with --listen behind a web server, otherwise in',
  '--redirect-uri (without a port there, any free one is used).',
  withoutPort,
]
