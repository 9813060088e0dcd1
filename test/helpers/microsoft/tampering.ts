import { createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** One answer of a batch. */
export interface Part {
  id: string
  status: number
  headers: Record<string, string>
  body?: unknown
}

/** What is done to the answers of a batch on their way back; nothing means that they are left as they are. */
export type Tamper = (parts: Part[]) => Part[] | undefined

/** Stands before a sandbox and passes everything on, but for what is done to the answers of batches. */
export async function startTampering(origin: string, tamper: Tamper) {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', origin)
    const headers = { ...request.headers, host: url.host }
    const body = await buffer(request)
    const onward = forward(url, { method: request.method, headers }, async (answer) => {
      const whole = await buffer(answer)
      const parts =
        url.pathname === '/v1.0/$batch' && answer.statusCode === 200 && JSON.parse(String(whole)).responses
      const changed = parts ? tamper(parts) : undefined
      const { 'transfer-encoding': _, 'content-length': __, ...kept } = answer.headers
      response.writeHead(answer.statusCode ?? 500, kept)
      response.end(changed ? JSON.stringify({ responses: changed }) : whole)
    })
    onward.on('error', () => response.destroy())
    onward.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
