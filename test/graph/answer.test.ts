import { expect, it } from 'vitest'
import { graphAnswer } from '../../src/graph/answer.ts'

it('an answer has what was asked, and counts as the answer to a first attempt', () => {
  const asked = { method: 'GET', path: '/me/drive' }
  const json = { id: 'x' }
  // What else a response has, such as its text, stays behind.
  const response = { status: 200, headers: { date: 'now' }, json, body: 'text' }
  expect(graphAnswer(response, asked)).toEqual({
    status: 200,
    headers: { date: 'now' },
    json,
    asked,
    repeated: false,
  })
  expect(graphAnswer({ status: 204, headers: {}, json: undefined }, asked).json).toBeUndefined()
})
