/* `runs.ts` explains how to run a failing example again. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAnswers } from '../../../src/graph/bulk/batch.ts'
import { codesOf } from '../../../src/graph/error-codes.ts'
import { graphFailure } from '../../../src/graph/errors.ts'
import { anyJson, settings } from '../../fuzz/runs.ts'

describe('the answers of a batch', () => {
  it('are an answer or nothing for each request, whatever the server sends', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.array(anyJson), anyJson),
        fc.integer({ min: 1, max: 20 }),
        (responses, count) => {
          const requests = Array.from({ length: count }, () => ({ method: 'GET' as const, url: '/me/drive' }))
          const answers = readAnswers(requests, { headers: {}, json: { responses } }, undefined)
          expect(answers).toHaveLength(count)
          for (const answer of answers) {
            if (!answer) continue
            expect(answer.status >= 100 && answer.status <= 599).toBe(true)
            for (const header of Object.values(answer.headers)) expect(typeof header).toBe('string')
            for (const code of codesOf(answer)) expect(code.length).toBeLessThanOrEqual(100)
            expect(graphFailure(answer, 'Creating').message.length).toBeLessThan(1_000)
          }
        },
      ),
      settings(),
    )
  })
})
