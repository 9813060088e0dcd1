import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What is answered to the last piece. */
export const item = { id: '01', name: 'file' }

type Answer = { status: number; headers?: Record<string, string>; body?: object | string }

/** What Microsoft opens for an upload, as a server: it answers as the test says, or as Microsoft would. */
export interface Session {
  url: string
  seen: { method: string; headers: IncomingHttpHeaders }[]
  /** One for each request with this method; without one the truth. `cut` is a connection that breaks. */
  answers: Partial<Record<string, (Answer | 'the truth' | 'cut' | 'silence')[]>>
  /** What has arrived in its place. */
  kept: Buffer
  /** After so many requests nobody listens any more. */
  most: number
  comeBack: () => void
  stop: () => Promise<void>
}

/** @param size of the whole file. */
export async function openSession(size: number): Promise<Session> {
  const standing = () => ({ nextExpectedRanges: [`${session.kept.length}-${size - 1}`] })
  const truth = (method: string, headers: IncomingHttpHeaders, body: Buffer): Answer => {
    if (method === 'DELETE') return { status: 204 }
    if (method === 'GET') return { status: 200, body: standing() }
    if (!headers['content-range']?.startsWith(`bytes ${session.kept.length}-`)) return { status: 416 }
    session.kept = Buffer.concat([session.kept, body])
    if (session.kept.length === size) return { status: 201, body: item }
    return { status: 202, body: standing() }
  }
  const server = createServer(async (request, response) => {
    const { method = '', headers } = request
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    session.seen.push({ method, headers })
    const told = session.answers[method]?.shift() ?? 'the truth'
    if (told === 'cut') return void request.socket.destroy()
    if (told === 'silence') return
    if (session.seen.length === session.most) {
      response.setHeader('connection', 'close')
      server.close()
    }
    const answer = told === 'the truth' ? truth(method, headers, Buffer.concat(chunks)) : told
    const text = typeof answer.body === 'object' ? JSON.stringify(answer.body) : answer.body
    response.writeHead(answer.status, answer.headers).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const session: Session = {
    url: `http://127.0.0.1:${port}/upload`,
    seen: [],
    answers: {},
    kept: Buffer.alloc(0),
    most: Number.POSITIVE_INFINITY,
    comeBack: () => void server.listen(port, '127.0.0.1'),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return session
}
