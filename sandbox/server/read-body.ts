import type { IncomingMessage } from 'node:http'

const largestBody = 4 * 1024 * 1024

/** The body of a request, or nothing when it is larger than that: the rest is then read and thrown away. */
export function readBody(request: IncomingMessage, largest = largestBody): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= largest) chunks.push(chunk)
      else {
        chunks = []
        resolve(undefined)
      }
    })
    request.on('end', () => resolve(Buffer.concat(chunks)))
    request.on('error', reject)
  })
}
