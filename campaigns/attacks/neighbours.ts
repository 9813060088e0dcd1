/* Another user of the machine, who tries to take the port of the redirect URI. */

import { closedPort } from '../../test/helpers/network/server.ts'
import { odLink } from '../../test/helpers/program/od-link.ts'
import { asAnother } from '../../test/helpers/system/another-user.ts'
import type { Attack } from './attack.ts'

const addresses = {
  '127.0.0.1': 'IPv4',
  '::1': 'IPv6',
  '0.0.0.0': 'every IPv4 address',
  '::': 'every address',
}

/**
 * Listens with every option that shares a port, prints `taken` or the error, and runs until its input ends.
 */
const squatter = `use Socket qw(:DEFAULT inet_pton pack_sockaddr_in6);
my ($host, $port) = @ARGV;
my $six = $host =~ /:/;
socket(my $s, $six ? AF_INET6 : AF_INET, SOCK_STREAM, 0) or die $!;
setsockopt($s, SOL_SOCKET, $_, 1) for SO_REUSEADDR, SO_REUSEPORT;
my $address = inet_pton($six ? AF_INET6 : AF_INET, $host);
$| = 1;
if (bind($s, $six ? pack_sockaddr_in6($port, $address) : pack_sockaddr_in($port, $address)) && listen($s, 9)) {
  print "taken\\n"; <STDIN>;
} else { print "$!\\n" }`

export const neighbours: Attack[] = Object.entries(addresses).flatMap(([host, what]): Attack[] => [
  {
    group: 'another user of the machine',
    name: `takes the port of ${what} that od-link listens on`,
    needs: ['another user'],
    async act({ login: { known }, until }) {
      const { said, end } = await squat(host, known.port)
      until(end)
      if (said !== 'Address already in use')
        throw new Error(`the other user could listen there, too: ${said}`)
      return []
    },
  },
  {
    group: 'another user of the machine',
    name: `has taken the port of ${what} that the redirect URI names`,
    needs: ['another user', 'sandbox'],
    async act({ target, until }) {
      const port = await closedPort()
      const { said, end } = await squat(host, port)
      until(end)
      if (said !== 'taken') throw new Error(`the port was not taken: ${said}`)
      const env = { ...target.sandbox?.env, OD_LINK_STORE: 'file', OD_LINK_BROWSER: 'false' }
      const { code, stdout, stderr } = await odLink(['login', '--redirect-uri', `http://localhost:${port}`], {
        env,
      })
      const warned =
        code === 2 && stdout === '' && stderr.includes(`Port ${port} of the redirect URI is in use`)
      if (!warned || stderr.includes('authorize'))
        throw new Error(`it did not stop at once: ${code} ${stderr}`)
      return []
    },
  },
])

async function squat(host: string, port: number): Promise<{ said: string; end: () => Promise<unknown> }> {
  const { child, ended } = asAnother('perl', ['-e', squatter, host, String(port)])
  const said = await new Promise<string>((resolve) => {
    child.stdout?.once('data', (bytes) => resolve(String(bytes).trim()))
    child.once('close', () => resolve('nothing'))
  })
  return {
    said,
    end: () => {
      child.stdin?.end()
      return ended
    },
  }
}
