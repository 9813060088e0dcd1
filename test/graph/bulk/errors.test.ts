import { expect, it } from 'vitest'
import { tooLong } from '../../../src/graph/bulk/errors.ts'

it('a wait that is too long is told, with how to allow it', () => {
  expect(tooLong()).toMatchObject({
    kind: 'service',
    message: 'Microsoft let od-link wait longer than it may.',
    hint: expect.stringContaining('--max-wait 3600'),
  })
})
