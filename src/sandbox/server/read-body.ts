import type { IncomingMessage } from 'node:http'

const largestBody = 4 * 1024 * 1024

/** The body of a request, or nothing when it is larger than 4 MiB: the rest is then read and thrown away. */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= largestBody) chunks.push(chunk)
      else {
        chunks = []
        resolve(undefined)
      }
    })
    request.on('end', () => resolve(Buffer.concat(chunks)))
    request.on('error', reject)
  })
}
