import { describe, expect, it } from 'vitest'
import { readAnswers } from '../../../src/graph/bulk/batch.ts'
import { answerOf } from '../../helpers/microsoft/fake-graph.ts'

describe('the answer to a batch', () => {
  const read = (count: number, responses: unknown, headers = {}) =>
    readAnswers(count, answerOf({ status: 200, json: { responses }, headers }))

  it('is read by the ids, whether they are numbers or texts', () => {
    const answers = read(3, [
      { id: 3, status: '404', body: { c: 1 } },
      { id: '1', status: 201, body: { a: 1 } },
      { id: '0', status: 200 },
      { id: '4', status: 200 },
    ])
    expect(answers).toStrictEqual([
      { status: 201, headers: {}, json: { a: 1 }, repeated: false },
      undefined,
      { status: 404, headers: {}, json: { c: 1 }, repeated: false },
    ])
  })

  it.each([
    [99, false],
    [100, true],
    [599, true],
    [600, false],
    [200.5, false],
    ['no number', false],
    [null, false],
  ])('with the status %s tells something: %s', (status, isSo) => {
    expect(read(1, [{ id: '1', status }])[0] !== undefined).toBe(isSo)
  })

  it('has headers in any case, and those that make sense', () => {
    const [answer] = read(1, [
      { id: '1', status: 429, headers: { 'Retry-After': 7, 'X-List': ['a'], 'x-Text': 'b' } },
    ])
    expect(answer?.headers).toEqual({ 'retry-after': '7', 'x-text': 'b' })
  })

  it('has the time of the whole, unless it tells its own', () => {
    const headers = { date: 'Wed, 01 Jan 2025 10:00:00 GMT', 'retry-after': '9' }
    const [one, other] = read(
      2,
      [
        { id: '1', status: 200, headers: ['odd'] },
        { id: '2', status: 200, headers: { Date: 'then' } },
      ],
      headers,
    )
    expect(one?.headers).toMatchObject({ date: 'Wed, 01 Jan 2025 10:00:00 GMT' })
    expect(one?.headers['retry-after']).toBeUndefined()
    expect(other?.headers).toEqual({ date: 'then' })
  })

  it('that is no batch has none', () => {
    expect(readAnswers(2, answerOf({ status: 200 }))).toEqual([undefined, undefined])
  })
})
