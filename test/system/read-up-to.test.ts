import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { readUpTo } from '../../src/system/read-up-to.ts'

describe('a stream that is read up to a limit', () => {
  const stream = (...chunks: string[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)))

  it('is returned as a whole when it is not longer', async () => {
    let chunks = 0
    const alive = () => {
      chunks += 1
    }
    expect(String(await readUpTo(stream('é', 'b'), 3, alive))).toBe('éb')
    expect(chunks).toBe(2)
    expect(await readUpTo(stream(), 0)).toEqual(Buffer.alloc(0))
  })

  it('is undefined as soon as it is longer, and is read no further', async () => {
    let read = 0
    async function* endless() {
      for (;;) {
        read += 1
        yield Buffer.from('abc')
      }
    }
    expect(await readUpTo(endless(), 8)).toBeUndefined()
    expect(read).toBe(3)
    expect(await readUpTo(stream('a'), 0)).toBeUndefined()
  })

  it('fails with its error', async () => {
    const broken = new Error('broken')
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from('a')
        throw broken
      })(),
    )
    await expect(readUpTo(failing, 8)).rejects.toBe(broken)
  })
})
