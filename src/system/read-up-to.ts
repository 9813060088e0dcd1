/**
 * Reads a stream to its end.
 * @param most in bytes.
 * @param alive called for each chunk.
 * @returns undefined as soon as it is longer.
 */
export async function readUpTo(
  stream: AsyncIterable<Buffer>,
  most: number,
  alive?: () => void,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    alive?.()
    size += chunk.length
    if (size > most) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
