import { createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { sendRequest } from '../../src/http/transport.ts'

const servers: ReturnType<typeof createServer>[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** A server that says something of its own to each connection. */
async function saying(speak: (socket: Socket) => void): Promise<URL> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => speak(socket))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return new URL(`http://127.0.0.1:${(server.address() as { port: number }).port}/`)
}

describe('an exchange', () => {
  it.each([
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n'],
    ['nothing', ''],
  ])('fails at once when the server changes to %s', async (_, said) => {
    const url = await saying((socket) => (said ? socket.write(said) : socket.destroy()))
    const began = Date.now()
    const streams = { take: async () => '' }
    const sent = sendRequest(
      { method: 'GET', url, headers: {}, streams, limitMs: 60_000, ca: undefined },
      undefined,
    )
    await expect(sent).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(Date.now() - began).toBeLessThan(20_000)
  })
})
