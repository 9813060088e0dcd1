import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { adviceFor, knownCodes } from '../../src/identity/aadsts-codes.ts'
import { stepsOf } from '../../src/identity/errors.ts'
import { hintOf } from '../../src/text/next-step.ts'

it('every code says what it said when its words were last read: npm run update', () => {
  const pages = knownCodes.map((code) => {
    const advice = adviceFor(code)
    if (!advice) throw new Error(`${code} has no advice`)
    const { meaning, reason, isVague } = advice
    const steps = hintOf(stepsOf(advice)).replaceAll('\n', '\n  ')
    return `${code} ${reason}${isVague ? ', only where Microsoft says nothing' : ''}\n  ${meaning}\n  ${steps}\n`
  })
  const text = pages.join('\n')
  // Not a snapshot of vitest's: mutation testing runs this without vitest.
  const file = join('test', 'identity', 'aadsts-codes.txt')
  if (process.env.OD_LINK_TEST_UPDATE) writeFileSync(file, text)
  expect(text).toBe(readFileSync(file, 'utf8'))
})
