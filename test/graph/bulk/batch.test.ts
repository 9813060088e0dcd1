import { describe, expect, it } from 'vitest'
import { readAnswers } from '../../../src/graph/bulk/batch.ts'
import { answerOf } from '../../helpers/microsoft/fake-graph.ts'
import { recordOf } from '../../helpers/program/own-settings.ts'

describe('the response to a batch', () => {
  const caller = { account: { ...recordOf(), store: 'file' as const }, grantedScope: 'Files.Read' }
  const requests = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ method: 'GET' as const, url: `/me/drive/items/${at}` }))
  const read = (count: number, responses: unknown, headers = {}) =>
    readAnswers(requests(count), answerOf({ status: 200, json: { responses }, headers }), caller)

  it('is read by the IDs, whether they are numbers or strings, and says what was asked by whom', () => {
    const answers = read(3, [
      { id: 3, status: '404', body: { c: 1 } },
      { id: '1', status: 201, body: { a: 1 } },
      { id: '0', status: 200 },
      { id: '4', status: 200 },
    ])
    const asked = (at: number) => ({ method: 'GET', path: `/me/drive/items/${at}`, caller })
    expect(answers).toStrictEqual([
      { status: 201, headers: {}, json: { a: 1 }, repeated: false, asked: asked(0) },
      undefined,
      { status: 404, headers: {}, json: { c: 1 }, repeated: false, asked: asked(2) },
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
  ])('with the status %s is an answer: %s', (status, isSo) => {
    expect(read(1, [{ id: '1', status }])[0] !== undefined).toBe(isSo)
  })

  it('has its headers, in any case, if they are strings or numbers', () => {
    const [answer] = read(1, [
      { id: '1', status: 429, headers: { 'Retry-After': 7, 'X-List': ['a'], 'x-Text': 'b' } },
    ])
    expect(answer?.headers).toEqual({ 'retry-after': '7', 'x-text': 'b' })
  })

  it('has the date of the whole response, unless it has its own', () => {
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

  it('that is not a batch has no answers', () => {
    expect(readAnswers(requests(2), answerOf({ status: 200 }), caller)).toEqual([undefined, undefined])
  })
})
