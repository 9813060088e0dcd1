import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'

/**
 * A server in place of Microsoft's, for tests that inspect requests or send answers that the sandbox would
 * not.
 */
export interface TestServer {
  port: number
  /** `http://localhost:PORT` or `https://localhost:PORT` */
  origin: string
  seen: Request[]
  /** How many connections were opened. */
  connections: () => number
  stop: () => Promise<void>
}

export interface Request {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: string
}

export interface Answer {
  status: number
  headers?: Record<string, string>
  body?: unknown
}

export async function startServer(
  answer: (request: Request) => Answer | Promise<Answer>,
  tls?: ServerOptions,
): Promise<TestServer> {
  const seen: Request[] = []
  let connections = 0
  const server = tls ? createTlsServer(tls) : createServer()
  server.on('connection', () => {
    connections += 1
  })
  server.on('request', async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const { method = '', url = '', headers } = incoming
    const request = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') }
    seen.push(request)
    const { status, headers: more, body } = await answer(request)
    response.writeHead(status, { 'content-type': 'application/json', ...more })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    origin: `${tls ? 'https' : 'http'}://localhost:${port}`,
    seen,
    connections: () => connections,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** A drive's answer to creating a folder: 201 for any request. */
export function madeFolder({ body }: Request): Answer {
  const { name } = JSON.parse(body)
  return { status: 201, body: { id: '01ABC', name, webUrl: `https://drive.example/${name}`, folder: {} } }
}

/** A closed port of this machine. */
export async function closedPort(): Promise<number> {
  const server = await startServer(() => ({ status: 500 }))
  await server.stop()
  return server.port
}
