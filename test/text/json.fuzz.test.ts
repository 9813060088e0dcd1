/* `runs.ts` explains how to run a failing example again. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJsonObject } from '../../src/text/json.ts'
import { anyText, settings } from '../fuzz/runs.ts'

describe("a server's JSON", () => {
  it('is read unchanged, whatever brackets, quotes and backslashes its strings contain', () => {
    const text = fc.oneof(anyText, fc.string({ unit: fc.constantFrom('[', '{', ']', '"', '\\', 'a') }))
    fc.assert(
      fc.property(fc.dictionary(text, fc.jsonValue({ stringUnit: 'binary' })), (value) => {
        const json = JSON.stringify(value)
        expect(JSON.stringify(parseJsonObject(json))).toBe(json)
      }),
      settings(),
    )
  })

  it.each([
    [1_000, true],
    [1_001, false],
    [3_000_000, false],
  ])('%i levels deep: read is %s', (levels, isRead) => {
    const arrays = levels - 1
    const text = `{"a":"${'['.repeat(5_000)}\\"","b":${'['.repeat(arrays)}${']'.repeat(arrays)}}`
    expect(parseJsonObject(text) !== undefined).toBe(isRead)
  })

  it.each([
    [100_000, true],
    [1_000_000, false],
  ])('of %i values: read is %s', (count, isRead) => {
    const objects = `{"a":"${','.repeat(300_000)}","b":[${'{},'.repeat(count / 2)}0]}`
    const keys = `{${Array.from({ length: count }, (_, n) => `"k${n}":1`).join()}}`
    expect([objects, keys].map((text) => parseJsonObject(text) !== undefined)).toEqual([isRead, isRead])
  })
})
