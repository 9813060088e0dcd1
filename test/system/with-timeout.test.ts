import { describe, expect, it } from 'vitest'
import { withTimeout } from '../../src/system/with-timeout.ts'
import { useOwnSettings } from '../helpers/program/own-settings.ts'

const own = useOwnSettings()

describe('a call of a store', () => {
  it('brings its result, or what it throws', async () => {
    const never = () => new Error('late')
    expect(await withTimeout(1_000, 'a', async () => 7, never)).toBe(7)
    await expect(withTimeout(1_000, 'a', async () => Promise.reject(new Error('no')), never)).rejects.toThrow(
      'no',
    )
    expect(own.waiting).toEqual([])
  })

  it('that hangs is told of after a second, once a command, and ends', async () => {
    const hangs = () =>
      withTimeout(
        1_100,
        'Waiting for it …',
        () => new Promise(() => {}),
        () => new Error('late'),
      )
    for (const outcome of await Promise.allSettled([hangs(), hangs(), hangs()]))
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: expect.objectContaining({ message: 'late' }),
      })
    expect(own.waiting).toEqual(['Waiting for it …'])
  })
})
