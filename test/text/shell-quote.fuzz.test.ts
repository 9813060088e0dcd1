import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { posixQuote } from '../../src/text/shell-quote.ts'
import { anyText, settings } from '../fuzz/runs.ts'

/** A failing example is run again as `runs.ts` says. */

describe('a quoted word', () => {
  it('is that word to a real shell', () => {
    const words = fc.array(
      anyText.map((text) => text.replaceAll('\0', '').toWellFormed()),
      { minLength: 20, maxLength: 60 },
    )
    fc.assert(
      fc.property(words, (all) => {
        const script = `printf '%s\\0' ${all.map((word) => posixQuote(word)).join(' ')}`
        const { stdout } = spawnSync('/bin/sh', [], { input: script, encoding: 'utf8' })
        expect(stdout.split('\0').slice(0, -1)).toEqual(all)
      }),
      settings(0.05),
    )
  })
})
