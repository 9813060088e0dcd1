import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { ListenAddress } from '../registration/redirect-uri.ts'
import { answer } from './guarded-server.ts'

/**
 * A local URL that redirects the browser to the authorize page, once. It is opened instead of that page, because every user
 * of the machine can read the command line of a browser, and whoever knows the state could end the login, or complete it
 * with an account of their own. https://man7.org/linux/man-pages/man5/proc_pid_cmdline.5.html
 */
export interface StartAddress {
  readonly address: string
  /** Whether a request is for this URL, used up or not. */
  isFor: (request: IncomingMessage) => boolean
  sendOn: (request: IncomingMessage, response: ServerResponse) => void
}

/** @param listenHost where the listener is; behind a web server, the redirect URI names another host. */
export function newStartAddress(
  listenHost: ListenAddress['host'],
  port: number,
  authorizeUrl: string,
): StartAddress {
  const { origin, host } = new URL(`http://${listenHost === '::1' ? '[::1]' : listenHost}:${port}`)
  const target = `/start/${randomBytes(16).toString('base64url')}`
  let used = false
  return {
    address: `${origin}${target}`,
    isFor: ({ url, headers }) => url === target && headers.host === host,
    sendOn({ method, socket }, response) {
      if (used || method !== 'GET' || isOfAnotherUser(socket)) return answer(response, 404)
      used = true
      answer(response, 303, { headers: { location: authorizeUrl } })
    },
  }
}

/**
 * Whether the other end belongs to another user (except root), who may have read the URL in the list of processes and come
 * before the browser. Only Linux shows it, and not for another network namespace.
 */
function isOfAnotherUser({ remotePort, localPort }: Socket): boolean {
  const ownUid = process.getuid?.()
  if (process.platform !== 'linux' || ownUid === undefined) return false
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(linesOf).some((line) => {
    // https://docs.kernel.org/networking/proc_net_tcp.html: seen from the other end, its address is the local one.
    const [, local = '', remote = '', , , , , uid, , inode] = line.trim().split(/\s+/)
    if (portOf(local) !== remotePort || portOf(remote) !== localPort) return false
    // A socket that its process has closed counts as root's, but has no inode any more.
    return inode === '0' || ![0, ownUid].includes(Number(uid))
  })
}

function portOf(address: string): number {
  return Number.parseInt(address.split(':')[1] ?? '', 16)
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}
