import { describe, expect, it } from 'vitest'
import { mayRepeat } from '../../../src/graph/api/call.ts'
import { NetworkError } from '../../../src/http/errors.ts'
import { answerOf } from '../../helpers/microsoft/fake-graph.ts'

describe('a request may be sent again', () => {
  const answered = (status: number, headers = {}) => answerOf({ status, headers })
  const lost = new NetworkError('lost', true)

  it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('when it is a %s, after any failure', (method) => {
    for (const outcome of [answered(500), answered(429), lost])
      expect(mayRepeat(method, '/x', outcome)).toBe(true)
    expect(mayRepeat(method, '/x?@microsoft.graph.conflictBehavior=rename', lost)).toBe(false)
    expect(mayRepeat(method, '/x?@microsoft.graph.conflictBehavior=replace', lost)).toBe(true)
  })

  it.each(['POST', 'PATCH'])('when it is a %s that the server did not start', (method) => {
    expect(mayRepeat(method, '/x', answered(429))).toBe(true)
    expect(mayRepeat(method, '/x', answered(503, { 'retry-after': '1' }))).toBe(true)
    for (const outcome of [answered(503), answered(500), answered(504, { 'retry-after': '1' }), lost])
      expect(mayRepeat(method, '/x', outcome)).toBe(false)
  })
})
