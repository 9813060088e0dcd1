import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { RunOptions } from '../../test/helpers/program/od-link.ts'

/**
 * A route to the sandbox that can be blocked at any moment. od-link resolves `localhost` with a hosts file
 * that only it sees (in a mount namespace) and that the test rewrites: the name then leads to a closed port,
 * a network without a route, a black hole, or nowhere.
 */
export interface Way {
  origin: string
  /** The command that starts od-link in that namespace. */
  options: RunOptions
  /** Makes the name resolve to an address, or to none. */
  lead: (address: string | null) => void
  /**
   * The same, after the next request with this text in `METHOD /path` has been forwarded; restored after a
   * while.
   */
  leadAfter: (match: string, address: string | null, backAfterMs?: number) => void
  stop: () => Promise<void>
}

export const open = '127.0.0.1'

export async function openWay(sandboxOrigin: string): Promise<Way> {
  const dir = mkdtempSync(join(tmpdir(), 'od-link-way-'))
  const lead = (address: string | null) =>
    writeFileSync(join(dir, 'hosts'), address === null ? '\n' : `${address} localhost\n`)
  lead(open)
  writeFileSync(join(dir, 'nsswitch'), 'hosts: files\n')
  let closing: { match: string; close: () => void } | undefined
  const front = createServer((incoming, response) => {
    const isLast = closing && `${incoming.method} ${incoming.url}`.includes(closing.match)
    passOn(incoming, response, sandboxOrigin, () => {
      if (isLast) closing?.close()
    })
  })
  front.listen(0, open)
  await once(front, 'listening')
  const { port } = front.address() as AddressInfo
  const hole = await digBlackHole('127.0.0.8', port)
  const script =
    'mount --bind "$1/hosts" /etc/hosts && mount --bind "$1/nsswitch" /etc/nsswitch.conf && shift && exec "$@"'
  return {
    origin: `http://localhost:${port}`,
    options: { through: ['unshare', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', dir] },
    lead,
    leadAfter: (match, address, backAfterMs) => {
      const close = () => {
        closing = undefined
        lead(address)
        if (backAfterMs !== undefined) setTimeout(() => lead(open), backAfterMs)
      }
      closing = { match, close }
    },
    stop: async () => {
      front.close()
      front.closeAllConnections()
      await hole.fill()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** @param before called before the answer is sent; the next request uses a new connection. */
function passOn(
  incoming: IncomingMessage,
  response: ServerResponse,
  origin: string,
  before: () => void,
): void {
  const url = new URL(incoming.url ?? '/', origin)
  const headers = { ...incoming.headers, host: url.host }
  const onward = forward(url, { method: incoming.method, headers, agent: false }, (answer) => {
    before()
    response.writeHead(answer.statusCode ?? 502, { ...answer.headers, connection: 'close' })
    answer.pipe(response)
  })
  onward.on('error', () => {
    before()
    response.destroy()
  })
  incoming.pipe(onward)
}

/** Listens but accepts no connection: once its queue is full, the kernel ignores further attempts. */
async function digBlackHole(address: string, port: number): Promise<{ fill: () => Promise<void> }> {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads')
    require('node:net').createServer().listen({ port: ${port}, host: '${address}', backlog: 1 }, () => {
      parentPort.postMessage('listening')
      setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
    })`,
    { eval: true },
  )
  await once(worker, 'message')
  const queued: Socket[] = Array.from({ length: 4 }, () =>
    connect({ port, host: address }).on('error', () => {}),
  )
  await Promise.race(queued.slice(0, 2).map((socket) => once(socket, 'connect')))
  return {
    fill: async () => {
      for (const socket of queued) socket.destroy()
      await worker.terminate()
    },
  }
}
