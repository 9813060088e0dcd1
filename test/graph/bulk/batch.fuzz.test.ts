/* `runs.ts` explains how to run a failing example again. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAnswers } from '../../../src/graph/bulk/batch.ts'
import { codesOf, graphFailure } from '../../../src/graph/errors.ts'
import { anyJson, settings } from '../../fuzz/runs.ts'

describe('the answers of a batch', () => {
  it('are an answer or nothing for each request, whatever came', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.array(anyJson), anyJson),
        fc.integer({ min: 1, max: 20 }),
        (responses, count) => {
          const answers = readAnswers(count, {
            status: 200,
            headers: {},
            json: { responses },
            repeated: false,
          })
          expect(answers).toHaveLength(count)
          for (const answer of answers) {
            if (!answer) continue
            expect(answer.status >= 100 && answer.status <= 599).toBe(true)
            for (const header of Object.values(answer.headers)) expect(typeof header).toBe('string')
            for (const code of codesOf(answer)) expect(code.length).toBeLessThanOrEqual(100)
            expect(graphFailure(answer, 'Making').message.length).toBeLessThan(1_000)
          }
        },
      ),
      settings(),
    )
  })
})
