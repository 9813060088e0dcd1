import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { handOn, readText } from '../../../src/graph/api/call.ts'

describe('a body', () => {
  const body = (...chunks: string[]) =>
    Readable.from(chunks.map((chunk) => Buffer.from(chunk))) as IncomingMessage

  it('that should be small is read up to its limit', async () => {
    let chunks = 0
    const alive = () => {
      chunks += 1
    }
    const most = 2 * 1024 * 1024
    expect(await readText(body('é', 'b'), alive, 3)).toBe('éb')
    expect(chunks).toBe(2)
    expect(await readText(body('a'.repeat(most)), alive, most)).toHaveLength(most)
    await expect(readText(body('a'.repeat(most), 'b'), alive, most)).rejects.toMatchObject({
      kind: 'service',
      message: 'The response is larger than 2.0 MB.',
      hint: 'Request less at once: $top=200, and $select=id,name',
    })
  })

  it('is passed on chunk by chunk; while the receiver is slow, the server does not count as silent', async () => {
    let [sent, alive] = [0, 0]
    const live = () => {
      alive += 1
    }
    const write = () => {
      sent += 1
    }
    await handOn(body('a', 'b'), live, { write })
    expect([sent, alive]).toEqual([2, 2])
    await handOn(body('a'), live, { write: () => new Promise((resolve) => setTimeout(resolve, 1_300)) })
    expect(alive).toBe(4)
  })

  it('has been written when it ends, and when it breaks off', async () => {
    const breaking = Readable.from(
      (async function* () {
        yield Buffer.from('a')
        throw new Error('broken off')
      })(),
    ) as IncomingMessage
    for (const [response, outcome] of [[body('a'), 'done'] as const, [breaking, 'broken off'] as const]) {
      let isSettled = false
      const settle = async () => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        isSettled = true
      }
      const ended = handOn(response, () => {}, { write() {}, settle }).then(
        () => 'done',
        ({ message }) => message,
      )
      expect([await ended, isSettled]).toEqual([outcome, true])
    }
    const full = handOn(body('a'), () => {}, { write() {}, settle: () => Promise.reject(new Error('full')) })
    await expect(full).rejects.toThrow('full')
  })
})
